package dev.millrace.store.codec;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names that stand for sealed alternatives in stored text. They are listed rather than derived,
 * so that renaming a class never changes what is on disk. A name is never given to another kind.
 */
public final class TypeNames {

  static final Map<Class<? extends HistoryEvent>, String> EVENTS = events();
  static final Map<Class<? extends Wait>, String> WAITS = waits();
  static final Map<Class<? extends Effect>, String> EFFECTS = effects();
  static final Map<Class<? extends Command>, String> COMMANDS = commands();
  static final Map<Class<? extends CodeEvent>, String> CODE_EVENTS = codeEvents();
  static final Map<Class<? extends CodeAction>, String> CODE_ACTIONS = codeActions();

  private TypeNames() {}

  /**
   * The stored name of an event's kind.
   *
   * @throws IllegalArgumentException when the kind has none
   */
  public static String of(Class<? extends HistoryEvent> kind) {
    String name = EVENTS.get(kind);
    if (name == null) {
      throw new IllegalArgumentException("event kind has no stored name: " + kind.getSimpleName());
    }
    return name;
  }

  private static Map<Class<? extends HistoryEvent>, String> events() {
    Map<Class<? extends HistoryEvent>, String> names = new LinkedHashMap<>();
    names.put(HistoryEvent.InstanceStarted.class, "started");
    names.put(HistoryEvent.InstanceAdmitted.class, "admitted");
    names.put(HistoryEvent.NodeRan.class, "ran");
    names.put(HistoryEvent.NodeEntered.class, "entered");
    names.put(HistoryEvent.NodeRetryScheduled.class, "retry");
    names.put(HistoryEvent.NodeResumed.class, "node-resumed");
    names.put(HistoryEvent.NodeNoted.class, "node-noted");
    names.put(HistoryEvent.NodeCompleted.class, "node-ended");
    names.put(HistoryEvent.NodeSettled.class, "node-settled");
    names.put(HistoryEvent.NodeRunDiscarded.class, "node-discarded");
    names.put(HistoryEvent.ScopeOpened.class, "scope-opened");
    names.put(HistoryEvent.ScopeClosed.class, "scope-closed");
    names.put(HistoryEvent.BodyOpened.class, "body-opened");
    names.put(HistoryEvent.BodySettled.class, "body-settled");
    names.put(HistoryEvent.JoinArrived.class, "join-arrived");
    names.put(HistoryEvent.JoinPassed.class, "join-passed");
    names.put(HistoryEvent.LoopOpened.class, "loop-opened");
    names.put(HistoryEvent.LoopClosed.class, "loop-closed");
    names.put(HistoryEvent.TokenParked.class, "parked");
    names.put(HistoryEvent.TokensReleased.class, "released");
    names.put(HistoryEvent.VariablesSet.class, "variables-set");
    names.put(HistoryEvent.VariableRemoved.class, "variable-removed");
    names.put(HistoryEvent.ParametersSet.class, "parameters-set");
    names.put(HistoryEvent.HumanTaskChanged.class, "human-task");
    names.put(HistoryEvent.EventRaised.class, "event-raised");
    names.put(HistoryEvent.EventConsumed.class, "event-consumed");
    names.put(HistoryEvent.CompensationStarted.class, "undo-started");
    names.put(HistoryEvent.CompensationStepped.class, "undo-stepped");
    names.put(HistoryEvent.WorkLeft.class, "work-left");
    names.put(HistoryEvent.ErrorCaught.class, "caught");
    names.put(HistoryEvent.InstanceSuspended.class, "suspended");
    names.put(HistoryEvent.InstanceResumed.class, "resumed");
    names.put(HistoryEvent.OutputSet.class, "output-set");
    names.put(HistoryEvent.InstanceEnded.class, "ended");
    names.put(HistoryEvent.InstanceRerun.class, "rerun");
    names.put(HistoryEvent.CodeArrived.class, "arrived");
    names.put(HistoryEvent.StartReached.class, "start-reached");
    names.put(HistoryEvent.TurnTaken.class, "turn-taken");
    names.put(HistoryEvent.TurnStalled.class, "turn-stalled");
    names.put(HistoryEvent.ContinuedAsNew.class, "continued-as-new");
    names.put(HistoryEvent.HistorySeeded.class, "history-seeded");
    names.put(HistoryEvent.TaskSettled.class, "task-settled");
    return names;
  }

  private static Map<Class<? extends Wait>, String> waits() {
    Map<Class<? extends Wait>, String> names = new LinkedHashMap<>();
    names.put(Wait.ForActivity.class, "activity");
    names.put(Wait.ForTime.class, "time");
    names.put(Wait.ForEvent.class, "event");
    names.put(Wait.ForCallback.class, "callback");
    names.put(Wait.ForPeople.class, "people");
    names.put(Wait.ForChild.class, "child");
    names.put(Wait.ForRetry.class, "retry");
    names.put(Wait.ForOperator.class, "operator");
    names.put(Wait.ForRace.class, "race");
    names.put(Wait.ForBodies.class, "bodies");
    return names;
  }

  private static Map<Class<? extends Effect>, String> effects() {
    Map<Class<? extends Effect>, String> names = new LinkedHashMap<>();
    names.put(Effect.DispatchActivity.class, "dispatch");
    names.put(Effect.ArmTimer.class, "arm-timer");
    names.put(Effect.CancelTimer.class, "cancel-timer");
    names.put(Effect.SendToInstance.class, "send");
    names.put(Effect.StartChild.class, "start-child");
    names.put(Effect.SetEnvironment.class, "set-env");
    names.put(Effect.Continue.class, "continue");
    names.put(Effect.DispatchTurn.class, "dispatch-turn");
    names.put(Effect.DispatchTask.class, "dispatch-task");
    names.put(Effect.DropWork.class, "drop-work");
    names.put(Effect.Purge.class, "purge");
    names.put(Effect.Forget.class, "forget");
    return names;
  }

  private static Map<Class<? extends Command>, String> commands() {
    Map<Class<? extends Command>, String> names = new LinkedHashMap<>();
    names.put(Command.StartInstance.class, "start");
    names.put(Command.AdmitInstance.class, "admit");
    names.put(Command.CompleteActivity.class, "complete-activity");
    names.put(Command.FailActivity.class, "fail-activity");
    names.put(Command.FireTimer.class, "fire-timer");
    names.put(Command.ChildEnded.class, "child-ended");
    names.put(Command.RaiseEvent.class, "raise-event");
    names.put(Command.CompleteCallback.class, "complete-callback");
    names.put(Command.ActOnHumanTask.class, "act-human-task");
    names.put(Command.SuspendInstance.class, "suspend");
    names.put(Command.ResumeInstance.class, "resume");
    names.put(Command.TerminateInstance.class, "terminate");
    names.put(Command.RerunInstance.class, "rerun");
    names.put(Command.RestartInstance.class, "restart");
    names.put(Command.SettleRun.class, "settle-run");
    names.put(Command.SetVariables.class, "set-variables");
    names.put(Command.ContinueInstance.class, "continue");
    names.put(Command.AbandonInstance.class, "abandon");
    names.put(Command.StartCodeInstance.class, "start-code");
    names.put(Command.StartForkedInstance.class, "start-forked");
    names.put(Command.CompleteTurn.class, "complete-turn");
    names.put(Command.StallTurn.class, "stall-turn");
    names.put(Command.CompleteTask.class, "complete-task");
    names.put(Command.TerminateCode.class, "terminate-code");
    names.put(Command.PurgeInstance.class, "purge");
    return names;
  }

  private static Map<Class<? extends CodeEvent>, String> codeEvents() {
    Map<Class<? extends CodeEvent>, String> names = new LinkedHashMap<>();
    names.put(CodeEvent.TurnStarted.class, "turn-started");
    names.put(CodeEvent.ExecutionStarted.class, "execution-started");
    names.put(CodeEvent.ExecutionCompleted.class, "execution-completed");
    names.put(CodeEvent.ExecutionTerminated.class, "execution-terminated");
    names.put(CodeEvent.TaskScheduled.class, "task-scheduled");
    names.put(CodeEvent.TaskCompleted.class, "task-completed");
    names.put(CodeEvent.TaskFailed.class, "task-failed");
    names.put(CodeEvent.ChildCreated.class, "child-created");
    names.put(CodeEvent.ChildCompleted.class, "child-completed");
    names.put(CodeEvent.ChildFailed.class, "child-failed");
    names.put(CodeEvent.TimerCreated.class, "timer-created");
    names.put(CodeEvent.TimerFired.class, "timer-fired");
    names.put(CodeEvent.EventSent.class, "event-sent");
    names.put(CodeEvent.EventRaised.class, "event-raised");
    names.put(CodeEvent.ExecutionSuspended.class, "execution-suspended");
    names.put(CodeEvent.ExecutionResumed.class, "execution-resumed");
    names.put(CodeEvent.ExecutionStalled.class, "execution-stalled");
    names.put(CodeEvent.DetachedCreated.class, "detached-created");
    return names;
  }

  private static Map<Class<? extends CodeAction>, String> codeActions() {
    Map<Class<? extends CodeAction>, String> names = new LinkedHashMap<>();
    names.put(CodeAction.ScheduleTask.class, "schedule-task");
    names.put(CodeAction.CreateTimer.class, "create-timer");
    names.put(CodeAction.CreateChild.class, "create-child");
    names.put(CodeAction.SendEvent.class, "send-event");
    names.put(CodeAction.Complete.class, "complete");
    names.put(CodeAction.TerminateOther.class, "terminate-other");
    names.put(CodeAction.CreateDetached.class, "create-detached");
    names.put(CodeAction.VersionNotAvailable.class, "version-not-available");
    names.put(CodeAction.Unknown.class, "unknown");
    return names;
  }
}
