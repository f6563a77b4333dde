package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.StallReason;
import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a worker's answer into events and effects. Lives for one decision. */
final class TurnAnswer {

  /** An action that no release knows fails the workflow; retrying would never end. */
  private static final String UNKNOWN_ACTION = "UnknownAction";

  private static final int SPAN_DIGITS = 16;

  /** The reply to an answer that was no progress. */
  static final Reply STALLED = new Reply.Accepted("stalled");

  private final CodeDecision decision;
  private final Command.CompleteTurn answer;
  private final Instant at;
  private final List<CodeEvent> produced = new ArrayList<>();
  private final List<CodeAction> messages = new ArrayList<>();
  private CodeEvent.@Nullable ExecutionCompleted completed;
  private CodeAction.@Nullable Complete again;

  private TurnAnswer(CodeDecision decision, Command.CompleteTurn answer) {
    this.decision = decision;
    this.answer = answer;
    this.at = decision.stamp();
  }

  static Decision decide(InstanceState state, Command.CompleteTurn command, CodeDecision decision) {
    if (!CodeRules.current(state, command.token())) {
      return Turn.ignored(state, List.of());
    }
    String fault = fault(decision, command.actions());
    if (!fault.isEmpty()) {
      return Turn.rejected(state, Reply.Rejected.of(Reason.INVALID_INPUT, fault));
    }
    return new TurnAnswer(decision, command).decide();
  }

  /** Why the actions contradict each other or what was asked for before; empty when they do not. */
  private static String fault(CodeDecision decision, List<CodeAction> actions) {
    Set<Integer> ids = new HashSet<>();
    for (CodeAction action : actions) {
      boolean asks =
          !(action instanceof CodeAction.Complete
              || action instanceof CodeAction.VersionNotAvailable);
      if (asks && !ids.add(action.id())) {
        return "expected distinct action ids, found %d twice".formatted(action.id());
      }
    }
    if (ids.isEmpty()) {
      return "";
    }
    for (CodeEvent event : decision.code().history()) {
      if (event.eventId() != CodeEvent.NO_ID && ids.contains(event.eventId())) {
        return "action %d is in the history already, as %s: the answer is to an earlier turn, or the code is not deterministic"
            .formatted(event.eventId(), event.getClass().getSimpleName());
      }
    }
    return "";
  }

  private Decision decide() {
    List<String> known = patches();
    CodeVersion version = answer.version();
    List<String> now =
        version == null ? List.of() : List.copyOf(new LinkedHashSet<>(version.patches()));
    boolean prefix = known.size() <= now.size() && now.subList(0, known.size()).equals(known);
    if (!prefix) {
      stall(
          decision,
          StallReason.PATCH_MISMATCH,
          "Patch mismatch. History patches: [%s], current patches: [%s]. "
              .formatted(String.join(", ", known), String.join(", ", now)));
      return decision.decided(STALLED);
    }
    if (answer.actions().stream().anyMatch(TurnAnswer::lacksVersion)) {
      stall(decision, StallReason.VERSION_NOT_AVAILABLE, "Version not available: " + versionName());
      return decision.decided(STALLED);
    }
    for (CodeAction action : answer.actions()) {
      if (again != null) {
        break;
      }
      take(action);
    }
    CodeVersion noted = noted(version, now.subList(known.size(), now.size()));
    if (again == null) {
      turnTaken(noted);
    } else {
      continueAsNew(again);
    }
    return decision.decided(Reply.OK);
  }

  private static boolean lacksVersion(CodeAction action) {
    return action instanceof CodeAction.VersionNotAvailable
        || (action instanceof CodeAction.Complete complete
            && complete.outcome() == CodeOutcome.STALLED);
  }

  private static @Nullable CodeVersion noted(@Nullable CodeVersion version, List<String> fresh) {
    if (version == null || (fresh.isEmpty() && version.name() == null)) {
      return null;
    }
    return new CodeVersion(List.copyOf(fresh), version.name());
  }

  /** The patches that earlier turns of this run asked for. */
  private List<String> patches() {
    Set<String> patches = new LinkedHashSet<>();
    for (CodeEvent event : decision.code().history()) {
      if (event instanceof CodeEvent.TurnStarted turn && turn.version() != null) {
        patches.addAll(turn.version().patches());
      }
    }
    return List.copyOf(patches);
  }

  private String versionName() {
    for (CodeEvent event : decision.code().history()) {
      if (event instanceof CodeEvent.TurnStarted turn
          && turn.version() != null
          && turn.version().name() != null) {
        return turn.version().name();
      }
    }
    return "";
  }

  /** Records that a turn came to nothing and waits for a worker that can take it. */
  static void stall(CodeDecision decision, StallReason reason, String description) {
    List<CodeEvent> history = decision.code().history();
    boolean noted =
        history.isEmpty()
            || !(history.getLast() instanceof CodeEvent.ExecutionStalled last)
            || !description.equals(last.description());
    decision.emit(
        new HistoryEvent.TurnStalled(
            decision.now(),
            decision.code().progress().turn() + 1,
            new CodeEvent.ExecutionStalled(decision.stamp(), reason, description),
            noted));
    decision.offerTurn();
  }

  private Router router(@Nullable Router given) {
    return given == null
        ? Router.of(decision.app())
        : new Router(decision.app(), given.target(), given.targetNamespace());
  }

  private void take(CodeAction action) {
    int id = action.id();
    Router router = router(action.router());
    switch (action) {
      case CodeAction.ScheduleTask task ->
          produced.add(
              new CodeEvent.TaskScheduled(
                  id,
                  at,
                  router,
                  task.name(),
                  task.version(),
                  task.input(),
                  traceOf(id),
                  task.taskExecutionId(),
                  null,
                  task.propagation()));
      case CodeAction.CreateTimer timer ->
          produced.add(
              new CodeEvent.TimerCreated(
                  id, at, router, timer.fireAt(), timer.name(), null, timer.origin()));
      case CodeAction.CreateChild child ->
          produced.add(
              new CodeEvent.ChildCreated(
                  id,
                  at,
                  router,
                  child.instanceId().isEmpty() ? childId(id) : child.instanceId(),
                  child.name(),
                  child.version(),
                  child.input(),
                  traceOf(id),
                  null,
                  child.propagation(),
                  child.retryOf()));
      case CodeAction.SendEvent send -> {
        produced.add(
            new CodeEvent.EventSent(id, at, router, send.instanceId(), send.name(), send.data()));
        messages.add(send);
      }
      case CodeAction.CreateDetached detached -> {
        produced.add(new CodeEvent.DetachedCreated(id, at, router, detached.instanceId()));
        messages.add(detached);
      }
      case CodeAction.TerminateOther terminate -> messages.add(terminate);
      case CodeAction.Complete complete -> complete(complete, router);
      case CodeAction.VersionNotAvailable _ -> throw new IllegalStateException("stalled above");
      case CodeAction.Unknown unknown ->
          complete(
              new CodeAction.Complete(
                  id,
                  null,
                  CodeOutcome.FAILED,
                  null,
                  FailureDetails.of(
                      UNKNOWN_ACTION, "this server does not know the action " + unknown.kind()),
                  null,
                  List.of()),
              router);
    }
  }

  private String childId(int action) {
    return "%s:%04x".formatted(decision.key().uid(), action);
  }

  private void complete(CodeAction.Complete complete, Router router) {
    if (completed != null) {
      return;
    }
    if (complete.outcome() == CodeOutcome.CONTINUED_AS_NEW) {
      again = complete;
      return;
    }
    completed =
        new CodeEvent.ExecutionCompleted(
            complete.id(), at, router, complete.outcome(), complete.result(), complete.failure());
    produced.add(completed);
  }

  private void turnTaken(@Nullable CodeVersion version) {
    Set<Integer> timers = decision.code().open().timers().keySet();
    decision.emit(
        new HistoryEvent.TurnTaken(
            decision.now(),
            answer.token().turn(),
            answer.token().consumed(),
            new CodeEvent.TurnStarted(answer.token().startedAt(), version),
            produced,
            answer.customStatus()));
    for (int timer : timers) {
      if (!decision.code().open().timers().containsKey(timer)) {
        decision.effect(new Effect.CancelTimer(Timers.id(timer)));
      }
    }
    launch(decision.code().history());
    if (completed != null) {
      end(completed);
    } else {
      decision.offerTurn();
    }
  }

  private void launch(List<CodeEvent> history) {
    for (CodeEvent event : produced) {
      switch (event) {
        case CodeEvent.TaskScheduled task -> CodeStarts.launchTask(decision, history, task);
        case CodeEvent.ChildCreated child -> CodeStarts.launchChild(decision, history, child);
        case CodeEvent.TimerCreated timer -> {
          if (completed == null) {
            CodeStarts.launchTimer(decision, timer);
          }
        }
        default -> {
          // The others ask for nothing that is answered.
        }
      }
    }
    messages.forEach(this::send);
  }

  private void end(CodeEvent.ExecutionCompleted end) {
    switch (end.outcome()) {
      case COMPLETED -> decision.end(Status.COMPLETED, EndReason.NONE, end);
      case FAILED -> decision.end(Status.FAILED, EndReason.ERROR, end);
      case TERMINATED -> decision.end(Status.TERMINATED, EndReason.SYSTEM, end);
      case CANCELED -> decision.end(Status.CANCELED, EndReason.SYSTEM, end);
      case CONTINUED_AS_NEW, STALLED ->
          throw new IllegalStateException("no end of a run: " + end.outcome());
    }
  }

  private void continueAsNew(CodeAction.Complete complete) {
    decision
        .code()
        .open()
        .timers()
        .keySet()
        .forEach(id -> decision.effect(new Effect.CancelTimer(Timers.id(id))));
    // What was asked for before the end of the run still happens; nobody waits for it.
    List<CodeEvent> history = endedRun();
    launch(history);
    CodeEvent.ExecutionStarted before = decision.code().started();
    decision.emit(
        new HistoryEvent.ContinuedAsNew(
            decision.now(),
            answer.token().turn(),
            answer.token().consumed(),
            new CodeEvent.ExecutionStarted(
                decision.stamp(),
                Router.of(decision.app()),
                before.name(),
                null,
                complete.result(),
                before.instanceId(),
                decision.drawUuid(),
                before.parent(),
                null,
                before.trace() == null ? null : newTrace(decision, before.trace()),
                Map.of(),
                Propagating.forNextRun(before, decision.app(), history)),
            complete.carryover(),
            answer.customStatus()));
    decision.offerTurn();
  }

  /** The history of the run that ends with this turn, which is recorded nowhere. */
  private List<CodeEvent> endedRun() {
    List<CodeEvent> history = new ArrayList<>(decision.code().history());
    history.add(new CodeEvent.TurnStarted(answer.token().startedAt(), null));
    history.addAll(decision.code().inbox().subList(0, answer.token().consumed()));
    history.addAll(produced);
    return history;
  }

  /** A root of its own, so that the trace of a workflow that never ends does not grow for ever. */
  static TraceContext newTrace(CodeDecision decision, TraceContext before) {
    String trace = decision.drawUuid().replace("-", "");
    String span = decision.drawUuid().replace("-", "").substring(0, SPAN_DIGITS);
    return before.recorded()
        ? TraceContext.root(trace, span)
        : new TraceContext("00-%s-%s-01".formatted(trace, span), "", null);
  }

  /** Where an activity or a child of this run hangs. */
  private @Nullable TraceContext traceOf(int action) {
    TraceContext trace = decision.code().started().trace();
    return trace == null ? null : trace.below(action);
  }

  private void send(CodeAction message) {
    Router router = router(message.router());
    String target = router.target();
    String namespace = target == null ? decision.app() : target;
    switch (message) {
      case CodeAction.SendEvent send ->
          decision.send(
              new Command.RaiseEvent(
                  new InstanceKey(namespace, send.instanceId()),
                  send.name(),
                  "",
                  send.data(),
                  "",
                  -1));
      case CodeAction.TerminateOther terminate ->
          decision.send(
              new Command.TerminateCode(
                  new InstanceKey(namespace, terminate.instanceId()),
                  terminate.reason(),
                  terminate.recurse(),
                  null));
      case CodeAction.CreateDetached detached ->
          decision.send(
              new Command.StartCodeInstance(
                  new InstanceKey(namespace, detached.instanceId()),
                  0,
                  new CodeStart(
                      detached.name(),
                      detached.version(),
                      detached.input(),
                      detached.scheduledAt(),
                      detached.trace(),
                      detached.tags(),
                      decision.app(),
                      null,
                      CodeStart.Conflict.REPLACE_ENDED),
                  new Command.Origin(decision.state().header().origin().executor(), "dapr", false),
                  null));
      default -> throw new IllegalStateException("no message: " + message);
    }
  }
}
