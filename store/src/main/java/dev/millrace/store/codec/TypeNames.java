package dev.millrace.store.codec;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.Wait;
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
    names.put(HistoryEvent.NodeRan.class, "ran");
    names.put(HistoryEvent.NodeEntered.class, "entered");
    names.put(HistoryEvent.NodeRetryScheduled.class, "retry");
    names.put(HistoryEvent.NodeResumed.class, "node-resumed");
    names.put(HistoryEvent.NodeCompleted.class, "node-ended");
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
    names.put(HistoryEvent.HumanTaskChanged.class, "human-task");
    names.put(HistoryEvent.EventRaised.class, "event-raised");
    names.put(HistoryEvent.EventConsumed.class, "event-consumed");
    names.put(HistoryEvent.CompensationStarted.class, "undo-started");
    names.put(HistoryEvent.CompensationStepped.class, "undo-stepped");
    names.put(HistoryEvent.ErrorCaught.class, "caught");
    names.put(HistoryEvent.InstanceSuspended.class, "suspended");
    names.put(HistoryEvent.InstanceResumed.class, "resumed");
    names.put(HistoryEvent.InstanceEnded.class, "ended");
    names.put(HistoryEvent.InstanceRerun.class, "rerun");
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
    return names;
  }

  private static Map<Class<? extends Command>, String> commands() {
    Map<Class<? extends Command>, String> names = new LinkedHashMap<>();
    names.put(Command.StartInstance.class, "start");
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
    names.put(Command.SetVariables.class, "set-variables");
    names.put(Command.ContinueInstance.class, "continue");
    names.put(Command.AbandonInstance.class, "abandon");
    return names;
  }
}
