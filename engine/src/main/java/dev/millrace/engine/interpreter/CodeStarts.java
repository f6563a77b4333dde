package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeParent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How code workflows begin: by a caller, as children, detached, from another's history. */
final class CodeStarts {

  private CodeStarts() {}

  static Decision start(
      @Nullable InstanceState state, Command.StartCodeInstance command, Moment moment) {
    if (state == null) {
      return begin(command, moment);
    }
    CodeStart.Conflict conflict = command.start().conflict();
    boolean active = !state.life().status().terminal();
    if (conflict == CodeStart.Conflict.RETURN_EXISTING || sameChild(state, command.parent())) {
      return Turn.ignored(state, List.of());
    }
    if (active && conflict != CodeStart.Conflict.TERMINATE_EXISTING) {
      return exists(
          state, "an active workflow with ID '%s' already exists".formatted(command.key().uid()));
    }
    if (conflict == CodeStart.Conflict.REFUSE || state.code() == null) {
      return exists(
          state,
          "a workflow with ID '%s' already exists and the create enforces instance ID uniqueness"
              .formatted(command.key().uid()));
    }
    return replace(state, command, moment);
  }

  private static Decision exists(InstanceState state, String message) {
    return Turn.rejected(state, Reply.Rejected.of(Reason.ALREADY_EXISTS, message));
  }

  /** Whether the very same start was carried out before. */
  private static boolean sameChild(InstanceState state, @Nullable ParentRef parent) {
    return parent != null && parent.equals(state.header().parent());
  }

  /** The instance of before goes without a trace; what it still waits for is told. */
  private static Decision replace(
      InstanceState state, Command.StartCodeInstance command, Moment moment) {
    List<Effect> effects = new ArrayList<>();
    if (!state.life().status().terminal()) {
      CodeDecision ending = new CodeDecision(state, moment);
      CodeRules.endNow(ending, null, true, EndReason.SYSTEM);
      effects.addAll(ending.decided(Reply.OK).effects());
    }
    effects.add(new Effect.DropWork(state.life().executionUid()));
    effects.add(new Effect.Purge());
    Decision begun = begin(command, moment);
    effects.addAll(begun.effects());
    return new Decision(begun.events(), effects, begun.reply(), begun.state(), false);
  }

  private static Decision begin(Command.StartCodeInstance command, Moment moment) {
    CodeDecision decision = new CodeDecision(null, moment);
    CodeStart start = command.start();
    String execution = decision.drawUuid();
    Instant at = decision.stamp();
    decision.emit(
        new HistoryEvent.InstanceStarted(
            decision.now(),
            command.key(),
            command.id(),
            execution,
            DefinitionRef.code(start.name()),
            false,
            start.input(),
            command.origin(),
            command.parent(),
            null));
    decision.arrive(
        new CodeEvent.ExecutionStarted(
            at,
            Router.of(start.source()),
            start.name(),
            start.version(),
            start.input(),
            command.key().uid(),
            execution,
            start.parent(),
            start.scheduledAt(),
            start.trace(),
            start.tags(),
            start.propagated()));
    Instant due = decision.code().progress().notBefore();
    if (due != null) {
      decision.effect(new Effect.ArmTimer(Timers.START, Timers.due(due)));
    }
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  /** Begins in the middle of a run. */
  static Decision fork(
      @Nullable InstanceState state, Command.StartForkedInstance command, Moment moment) {
    if (state != null) {
      return exists(state, "workflow '%s' has already been created".formatted(command.key().uid()));
    }
    CodeDecision decision = new CodeDecision(null, moment);
    CodeEvent.ExecutionStarted started = command.seed().started();
    String execution = decision.drawUuid();
    decision.emit(
        new HistoryEvent.InstanceStarted(
            decision.now(),
            command.key(),
            command.id(),
            execution,
            DefinitionRef.code(started.name()),
            false,
            started.input(),
            command.origin(),
            null,
            null));
    TraceContext before = started.trace();
    TraceContext trace =
        before == null || !before.recorded() ? before : TurnAnswer.newTrace(decision, before);
    CodeEvent.ExecutionStarted own =
        new CodeEvent.ExecutionStarted(
            started.at(),
            started.router(),
            started.name(),
            started.version(),
            started.input(),
            command.key().uid(),
            execution,
            null,
            null,
            trace,
            started.tags(),
            started.propagated());
    List<CodeEvent> seed = new ArrayList<>();
    for (CodeEvent event : command.seed().history()) {
      seed.add(event instanceof CodeEvent.ExecutionStarted ? own : retraced(event, trace));
    }
    decision.emit(new HistoryEvent.HistorySeeded(decision.now(), List.copyOf(seed)));
    CodeState.Open open = decision.code().open();
    List<CodeEvent> history = decision.code().history();
    open.tasks().values().forEach(task -> launchTask(decision, history, task));
    open.timers().values().forEach(timer -> launchTimer(decision, timer));
    open.children().values().forEach(child -> launchChild(decision, history, child));
    return decision.decided(Reply.OK);
  }

  /** What was asked for hangs below the span of the run that asks anew. */
  private static CodeEvent retraced(CodeEvent event, @Nullable TraceContext trace) {
    if (trace == null || !trace.recorded()) {
      return event;
    }
    return switch (event) {
      case CodeEvent.TaskScheduled task -> task.traced(trace.below(task.eventId()));
      case CodeEvent.ChildCreated child -> child.traced(trace.below(child.eventId()));
      default -> event;
    };
  }

  /**
   * Hands an activity to a worker.
   *
   * @param history in which it was asked for
   */
  static void launchTask(
      CodeDecision decision, List<CodeEvent> history, CodeEvent.TaskScheduled task) {
    Router router = task.router();
    String target = router == null ? null : router.target();
    decision.effect(
        new Effect.DispatchTask(
            decision.state().life().executionUid(),
            target == null ? decision.app() : target,
            task,
            Propagating.shown(
                decision.code().started(),
                decision.app(),
                history,
                task.eventId(),
                task.propagation())));
  }

  static void launchTimer(CodeDecision decision, CodeEvent.TimerCreated timer) {
    if (timer.fires()) {
      decision.effect(new Effect.ArmTimer(Timers.id(timer.eventId()), Timers.due(timer.fireAt())));
    }
  }

  static InstanceKey childKey(String app, CodeEvent.ChildCreated child) {
    Router router = child.router();
    String target = router == null ? null : router.target();
    String namespace = target == null ? app : target;
    return new InstanceKey(
        DefinitionRef.definitionNamed(child.name()) == null
            ? namespace
            : InstanceKey.DEFAULT_NAMESPACE,
        child.instanceId());
  }

  /**
   * Starts a child.
   *
   * @param history in which it was asked for
   */
  static void launchChild(
      CodeDecision decision, List<CodeEvent> history, CodeEvent.ChildCreated child) {
    InstanceState state = decision.state();
    CodeEvent.ExecutionStarted self = decision.code().started();
    InstanceKey key = childKey(decision.app(), child);
    ParentRef above = state.header().parent();
    ParentRef parent =
        new ParentRef(
            state.header().key(),
            state.life().generation(),
            child.eventId(),
            true,
            ParentRef.depthBelow(above),
            state.life().executionUid(),
            ParentRef.heldBy(state.header()));
    String definition = DefinitionRef.definitionNamed(child.name());
    if (definition != null) {
      decision.effect(
          new Effect.StartChild(
              key,
              definition,
              0,
              child.input(),
              state.header().origin().executor(),
              parent,
              Map.of(),
              child.trace()));
      return;
    }
    CodeParent told =
        new CodeParent(
            child.eventId(),
            self.name(),
            null,
            state.header().key().uid(),
            state.life().executionUid(),
            decision.app());
    CodeStart start =
        new CodeStart(
            child.name(),
            child.version(),
            child.input(),
            null,
            child.trace(),
            Map.of(),
            decision.app(),
            told,
            CodeStart.Conflict.REPLACE_ENDED,
            Propagating.shown(self, decision.app(), history, child.eventId(), child.propagation()));
    decision.send(
        new Command.StartCodeInstance(
            key,
            0,
            start,
            new Command.Origin(state.header().origin().executor(), "dapr", false),
            parent));
  }
}
