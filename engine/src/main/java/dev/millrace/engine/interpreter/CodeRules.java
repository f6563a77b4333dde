package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.StallReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decides the commands of code workflows. */
final class CodeRules {

  static final String STALLED = "workflow is stalled";
  static final String NOT_COMPLETED = "orchestration has not yet completed";

  private CodeRules() {}

  /** Whether a command is decided here. */
  static boolean concerns(@Nullable InstanceState state, Command command) {
    return (state != null && state.code() != null)
        || command instanceof Command.StartCodeInstance
        || command instanceof Command.StartForkedInstance;
  }

  static Decision decide(@Nullable InstanceState state, Command command, Moment moment) {
    if (command instanceof Command.StartCodeInstance start) {
      return CodeStarts.start(state, start, moment);
    }
    if (command instanceof Command.StartForkedInstance fork) {
      return CodeStarts.fork(state, fork, moment);
    }
    if (state == null) {
      throw new IllegalArgumentException("no state for " + command);
    }
    CodeDecision decision = new CodeDecision(state, moment);
    return switch (command) {
      case Command.CompleteTurn complete -> TurnAnswer.decide(state, complete, decision);
      case Command.StallTurn stall -> stall(state, stall, decision);
      case Command.CompleteTask complete -> completeTask(state, complete, decision);
      case Command.FireTimer fire -> fireTimer(state, fire, decision);
      case Command.ChildEnded ended -> childEnded(state, ended, decision);
      case Command.RaiseEvent raise -> raiseEvent(state, raise, decision);
      case Command.SuspendInstance suspend -> suspend(state, suspend, decision);
      case Command.ResumeInstance resume -> resume(state, resume, decision);
      case Command.TerminateCode terminate -> terminate(state, terminate, decision);
      case Command.TerminateInstance terminate -> terminate(state, terminate, decision);
      case Command.PurgeInstance purge -> purge(state, purge);
      case Command.StartInstance _, Command.StartCodeInstance _, Command.StartForkedInstance _ ->
          Turn.rejected(
              state,
              Reply.Rejected.of(
                  Reason.ALREADY_EXISTS, "instance " + command.key() + " exists already"));
      case Command.AdmitInstance _,
          Command.CompleteActivity _,
          Command.FailActivity _,
          Command.ContinueInstance _,
          Command.AbandonInstance _ ->
          Turn.ignored(state, List.of());
      case Command.CompleteCallback _,
          Command.ActOnHumanTask _,
          Command.SetVariables _,
          Command.RerunInstance _,
          Command.RestartInstance _,
          Command.SettleRun _ ->
          Turn.rejected(
              state,
              Reply.Rejected.of(
                  Reason.INVALID_STATE,
                  "a workflow written as code has no nodes and no variables to change"));
    };
  }

  /** What a running server must have of an instance: its next turn, its activities. */
  static List<Effect> recover(InstanceState state, Moment moment) {
    CodeDecision decision = new CodeDecision(state, moment);
    CodeState code = decision.code();
    decision.offerTurn();
    code.open()
        .tasks()
        .values()
        .forEach(task -> CodeStarts.launchTask(decision, code.history(), task));
    // The workers of before are gone, and whoever connects now may have the right code.
    return decision.decided(Reply.OK).effects().stream().map(CodeRules::forNewWorkers).toList();
  }

  private static Effect forNewWorkers(Effect effect) {
    return effect instanceof Effect.DispatchTurn turn
        ? new Effect.DispatchTurn(turn.token(), turn.started(), turn.past(), turn.fresh(), false)
        : effect;
  }

  static int openWork(InstanceState state) {
    CodeState code = Objects.requireNonNull(state.code());
    int turns = CodeDecision.deliverable(state, code) > 0 ? 1 : 0;
    return turns + code.open().tasks().size();
  }

  private static CodeState code(InstanceState state) {
    return Objects.requireNonNull(state.code());
  }

  private static boolean over(InstanceState state) {
    return state.life().status().terminal();
  }

  /** Whether a token names the next turn of the present run. */
  static boolean current(InstanceState state, Command.TurnToken token) {
    CodeState code = code(state);
    return !over(state)
        && token.execution().equals(state.life().executionUid())
        && token.turn() == code.progress().turn() + 1
        && token.consumed() <= code.inbox().size();
  }

  private static Decision stall(
      InstanceState state, Command.StallTurn command, CodeDecision decision) {
    if (!current(state, command.token())) {
      return Turn.ignored(state, List.of());
    }
    TurnAnswer.stall(decision, StallReason.PAYLOAD_SIZE_EXCEEDED, command.description());
    return decision.decided(TurnAnswer.STALLED);
  }

  private static Decision completeTask(
      InstanceState state, Command.CompleteTask command, CodeDecision decision) {
    CodeEvent.TaskScheduled task = code(state).open().tasks().get(command.taskId());
    if (task == null || !command.execution().equals(state.life().executionUid())) {
      return Turn.ignored(state, List.of());
    }
    if (over(state)) {
      decision.emit(new HistoryEvent.TaskSettled(decision.now(), command.taskId()));
      return decision.decided(Reply.OK);
    }
    Instant at = decision.stamp();
    String id = task.taskExecutionId();
    decision.arrive(
        command.failure() == null
            ? new CodeEvent.TaskCompleted(at, task.router(), command.taskId(), command.result(), id)
            : new CodeEvent.TaskFailed(at, task.router(), command.taskId(), command.failure(), id));
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  private static Decision fireTimer(
      InstanceState state, Command.FireTimer command, CodeDecision decision) {
    List<Effect> drop = List.of(new Effect.CancelTimer(command.timerId()));
    if (over(state) || command.generation() != state.life().generation()) {
      return Turn.ignored(state, drop);
    }
    if (command.timerId().equals(Timers.START)) {
      if (code(state).progress().notBefore() == null) {
        return Turn.ignored(state, drop);
      }
      decision.effect(drop.getFirst());
      decision.emit(new HistoryEvent.StartReached(decision.now()));
      decision.offerTurn();
      return decision.decided(Reply.OK);
    }
    CodeEvent.TimerCreated timer =
        code(state).open().timers().get(Timers.action(command.timerId()));
    if (timer == null || decision.now().isBefore(timer.fireAt())) {
      return Turn.ignored(state, drop);
    }
    decision.effect(drop.getFirst());
    decision.arrive(new CodeEvent.TimerFired(decision.stamp(), timer.fireAt(), timer.eventId()));
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  private static Decision childEnded(
      InstanceState state, Command.ChildEnded command, CodeDecision decision) {
    CodeEvent.ChildCreated child = code(state).open().children().get(command.runId());
    boolean ours =
        child != null
            && child.instanceId().equals(command.child().uid())
            && command.generation() == state.life().generation()
            && (command.execution().isEmpty()
                || command.execution().equals(state.life().executionUid()));
    if (over(state) || !ours) {
      return Turn.ignored(state, List.of());
    }
    Instant at = decision.stamp();
    Router router = new Router(command.child().namespace(), decision.app(), null);
    if (command.status() == Status.COMPLETED) {
      String result = command.result() instanceof String text ? text : null;
      decision.arrive(new CodeEvent.ChildCompleted(at, router, command.runId(), result));
    } else {
      FailureDetails details = command.status() == Status.FAILED ? details(command.result()) : null;
      decision.arrive(new CodeEvent.ChildFailed(at, router, command.runId(), details));
    }
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  private static FailureDetails details(@Nullable Object failure) {
    FailureDetails told =
        failure instanceof Map<?, ?> map ? FailureDetails.fromJson(map.get("detail")) : null;
    return told != null
        ? told
        : FailureDetails.of(
            JsonValue.text(failure, "type", "unknown"),
            JsonValue.text(failure, "message", "no reason given"));
  }

  private static Decision raiseEvent(
      InstanceState state, Command.RaiseEvent command, CodeDecision decision) {
    if (over(state)) {
      return Turn.ignored(state, List.of());
    }
    if (code(state).stalled()) {
      return stalled(state);
    }
    Object payload = command.payload();
    if (payload != null && !(payload instanceof String)) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(
              Reason.INVALID_INPUT, "expected the event's payload as text, found " + payload));
    }
    decision.arrive(
        new CodeEvent.EventRaised(
            decision.stamp(), null, command.name(), payload == null ? null : (String) payload));
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  private static Decision stalled(InstanceState state) {
    return Turn.rejected(state, Reply.Rejected.of(Reason.INVALID_STATE, STALLED));
  }

  private static Decision suspend(
      InstanceState state, Command.SuspendInstance command, CodeDecision decision) {
    if (over(state) || state.life().status() == Status.SUSPENDED) {
      return Turn.ignored(state, List.of());
    }
    if (code(state).stalled()) {
      return stalled(state);
    }
    decision.emit(new HistoryEvent.InstanceSuspended(decision.now()));
    if (!CodeDecision.notBegun(code(state))) {
      decision.arrive(new CodeEvent.ExecutionSuspended(decision.stamp(), command.reason()));
    }
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  private static Decision resume(
      InstanceState state, Command.ResumeInstance command, CodeDecision decision) {
    if (state.life().status() != Status.SUSPENDED) {
      return Turn.ignored(state, List.of());
    }
    if (code(state).stalled()) {
      return stalled(state);
    }
    decision.emit(new HistoryEvent.InstanceResumed(decision.now()));
    if (code(state).progress().suspensionTold()) {
      decision.arrive(new CodeEvent.ExecutionResumed(decision.stamp(), command.reason()));
    }
    decision.offerTurn();
    return decision.decided(Reply.OK);
  }

  private static Decision terminate(
      InstanceState state, Command.TerminateCode command, CodeDecision decision) {
    var above = state.header().parent();
    if (command.parent() != null && (above == null || !above.key().equals(command.parent()))) {
      // Another instance took the id of the child since.
      return Turn.ignored(state, List.of());
    }
    if (over(state)) {
      if (command.recurse()) {
        decision.endChildren();
      }
      return decision.decided(Reply.OK);
    }
    if (code(state).stalled() && command.parent() == null) {
      return stalled(state);
    }
    endNow(decision, command.output(), command.recurse(), EndReason.PERSON);
    return decision.decided(Reply.OK);
  }

  private static Decision terminate(
      InstanceState state, Command.TerminateInstance command, CodeDecision decision) {
    if (over(state)) {
      return Turn.rejected(state, Engine.ended(state));
    }
    endNow(decision, null, true, command.reason());
    return decision.decided(Reply.OK);
  }

  /**
   * Ends an instance without asking a worker: everything that arrived is shown in its history, then
   * the termination, then the end.
   */
  static void endNow(
      CodeDecision decision, @Nullable String output, boolean recurse, EndReason reason) {
    CodeEvent.ExecutionTerminated terminated =
        new CodeEvent.ExecutionTerminated(decision.stamp(), output, recurse);
    if (recurse) {
      decision.endChildren();
    }
    decision.arrive(terminated);
    CodeState code = decision.code();
    CodeEvent.ExecutionCompleted completed =
        new CodeEvent.ExecutionCompleted(
            CodeEvent.NO_ID,
            decision.stamp(),
            Router.of(decision.app()),
            CodeOutcome.TERMINATED,
            output,
            null);
    decision.emit(
        new HistoryEvent.TurnTaken(
            decision.now(),
            code.progress().turn() + 1,
            code.inbox().size(),
            new CodeEvent.TurnStarted(decision.stamp(), null),
            List.of(completed),
            code.progress().customStatus()));
    decision.end(Status.TERMINATED, reason, completed);
  }

  static Decision purge(InstanceState state, Command.PurgeInstance command) {
    if (!command.force() && !over(state)) {
      CodeState code = state.code();
      boolean stalled = code != null && code.stalled();
      return Turn.rejected(
          state, Reply.Rejected.of(Reason.INVALID_STATE, stalled ? STALLED : NOT_COMPLETED));
    }
    Instant ended = state.life().endedAt();
    if (command.endedAt() != null
        && (ended == null || ended.toEpochMilli() != command.endedAt().toEpochMilli())) {
      return Turn.rejected(
          state, Reply.Rejected.of(Reason.INVALID_STATE, "it did not end at that time"));
    }
    return new Decision(
        List.of(),
        List.of(new Effect.DropWork(state.life().executionUid()), new Effect.Purge()),
        Reply.OK,
        null,
        false);
  }
}
