package dev.millrace.systemtests.dapr;

import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.millrace.proto.durabletask.CreateTimerAction;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.ScheduleTaskAction;
import dev.millrace.proto.durabletask.WorkflowAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One turn of a workflow that does one thing after the other: each call returns at once when the
 * history has its answer, and otherwise ends the turn. Used by one thread.
 */
final class Replay {

  /** The turn is over: the workflow waits. */
  static final class Waiting extends RuntimeException {
    private static final long serialVersionUID = 1;

    Waiting() {
      super("waits", null, false, false);
    }
  }

  /** An activity failed. */
  static final class ActivityFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    ActivityFailed(String message) {
      super(message);
    }
  }

  private final List<HistoryEvent> history;
  private final List<WorkflowAction> actions = new ArrayList<>();
  private final Set<HistoryEvent> taken = new HashSet<>();
  private int nextId;

  Replay(List<HistoryEvent> history) {
    this.history = history;
  }

  /** What the turn asked for. */
  List<WorkflowAction> actions() {
    return actions;
  }

  String input() {
    return history.stream()
        .filter(HistoryEvent::hasExecutionStarted)
        .findFirst()
        .orElseThrow()
        .getExecutionStarted()
        .getInput()
        .getValue();
  }

  /** The result of an activity. */
  String activity(String name, String input) {
    int id = nextId++;
    for (HistoryEvent event : history) {
      if (event.hasTaskCompleted() && event.getTaskCompleted().getTaskScheduledId() == id) {
        return event.getTaskCompleted().getResult().getValue();
      }
      if (event.hasTaskFailed() && event.getTaskFailed().getTaskScheduledId() == id) {
        throw new ActivityFailed(event.getTaskFailed().getFailureDetails().getErrorMessage());
      }
    }
    if (!asked(id, EventTypeCase.TASKSCHEDULED)) {
      actions.add(
          WorkflowAction.newBuilder()
              .setId(id)
              .setScheduleTask(
                  ScheduleTaskAction.newBuilder().setName(name).setInput(StringValue.of(input)))
              .build());
    }
    throw new Waiting();
  }

  /** Waits from the time of this turn on. */
  void timer(Duration duration) {
    int id = nextId++;
    for (HistoryEvent event : history) {
      if (event.hasTimerFired() && event.getTimerFired().getTimerId() == id) {
        return;
      }
    }
    if (!asked(id, EventTypeCase.TIMERCREATED)) {
      Timestamp due =
          Timestamps.add(now(), com.google.protobuf.util.Durations.fromMillis(duration.toMillis()));
      actions.add(
          WorkflowAction.newBuilder()
              .setId(id)
              .setCreateTimer(CreateTimerAction.newBuilder().setFireAt(due))
              .build());
    }
    throw new Waiting();
  }

  /** The payload of the first event of a name that was not taken; case makes no difference. */
  String event(String name) {
    for (HistoryEvent event : history) {
      if (event.hasEventRaised()
          && event
              .getEventRaised()
              .getName()
              .toLowerCase(Locale.ROOT)
              .equals(name.toLowerCase(Locale.ROOT))
          && taken.add(event)) {
        return event.getEventRaised().getInput().getValue();
      }
    }
    throw new Waiting();
  }

  private Timestamp now() {
    return history.stream()
        .filter(HistoryEvent::hasWorkflowStarted)
        .reduce((first, last) -> last)
        .orElseThrow()
        .getTimestamp();
  }

  private boolean asked(int id, EventTypeCase kind) {
    return history.stream()
        .anyMatch(event -> event.getEventTypeCase() == kind && event.getEventId() == id);
  }
}
