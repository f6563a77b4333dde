package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeParent;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.Router;
import dev.millrace.engine.code.StallReason;
import dev.millrace.engine.code.TimerOrigin;
import dev.millrace.proto.durabletask.ChildWorkflowInstanceCompletedEvent;
import dev.millrace.proto.durabletask.ChildWorkflowInstanceCreatedEvent;
import dev.millrace.proto.durabletask.ChildWorkflowInstanceFailedEvent;
import dev.millrace.proto.durabletask.DetachedWorkflowInstanceCreatedEvent;
import dev.millrace.proto.durabletask.EventRaisedEvent;
import dev.millrace.proto.durabletask.EventSentEvent;
import dev.millrace.proto.durabletask.ExecutionCompletedEvent;
import dev.millrace.proto.durabletask.ExecutionResumedEvent;
import dev.millrace.proto.durabletask.ExecutionStalledEvent;
import dev.millrace.proto.durabletask.ExecutionStartedEvent;
import dev.millrace.proto.durabletask.ExecutionSuspendedEvent;
import dev.millrace.proto.durabletask.ExecutionTerminatedEvent;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.ParentInstanceInfo;
import dev.millrace.proto.durabletask.RerunParentInstanceInfo;
import dev.millrace.proto.durabletask.RetryParentInstanceInfo;
import dev.millrace.proto.durabletask.StalledReason;
import dev.millrace.proto.durabletask.TaskCompletedEvent;
import dev.millrace.proto.durabletask.TaskFailedEvent;
import dev.millrace.proto.durabletask.TaskScheduledEvent;
import dev.millrace.proto.durabletask.TimerCreatedEvent;
import dev.millrace.proto.durabletask.TimerFiredEvent;
import dev.millrace.proto.durabletask.TimerOriginActivityRetry;
import dev.millrace.proto.durabletask.TimerOriginChildWorkflowRetry;
import dev.millrace.proto.durabletask.TimerOriginCreateTimer;
import dev.millrace.proto.durabletask.TimerOriginExternalEvent;
import dev.millrace.proto.durabletask.WorkflowInstance;
import dev.millrace.proto.durabletask.WorkflowStartedEvent;
import dev.millrace.proto.durabletask.WorkflowVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The history as workers and clients read it. */
public final class EventMessages {

  private EventMessages() {}

  /** A list of events, in order. */
  public static List<HistoryEvent> of(List<CodeEvent> events) {
    return events.stream().map(EventMessages::of).toList();
  }

  /** One event. */
  public static HistoryEvent of(CodeEvent event) {
    HistoryEvent.Builder message =
        HistoryEvent.newBuilder().setEventId(event.eventId()).setTimestamp(Texts.of(event.at()));
    Router router = event.router();
    if (router != null) {
      message.setRouter(SharedMessages.router(router));
    }
    switch (event) {
      case CodeEvent.TurnStarted it -> message.setWorkflowStarted(turnStarted(it));
      case CodeEvent.ExecutionStarted it -> message.setExecutionStarted(started(it));
      case CodeEvent.ExecutionCompleted it -> message.setExecutionCompleted(completed(it));
      case CodeEvent.ExecutionTerminated it -> message.setExecutionTerminated(terminated(it));
      case CodeEvent.TaskScheduled it -> message.setTaskScheduled(taskScheduled(it));
      case CodeEvent.TaskCompleted it -> message.setTaskCompleted(taskCompleted(it));
      case CodeEvent.TaskFailed it -> message.setTaskFailed(taskFailed(it));
      case CodeEvent.ChildCreated it -> message.setChildWorkflowInstanceCreated(childCreated(it));
      case CodeEvent.ChildCompleted it -> {
        ChildWorkflowInstanceCompletedEvent.Builder child =
            ChildWorkflowInstanceCompletedEvent.newBuilder().setTaskScheduledId(it.taskId());
        if (it.result() != null) {
          child.setResult(Texts.of(it.result()));
        }
        message.setChildWorkflowInstanceCompleted(child);
      }
      case CodeEvent.ChildFailed it -> {
        ChildWorkflowInstanceFailedEvent.Builder child =
            ChildWorkflowInstanceFailedEvent.newBuilder().setTaskScheduledId(it.taskId());
        if (it.failure() != null) {
          child.setFailureDetails(SharedMessages.failure(it.failure()));
        }
        message.setChildWorkflowInstanceFailed(child);
      }
      case CodeEvent.TimerCreated it -> message.setTimerCreated(timerCreated(it));
      case CodeEvent.TimerFired it ->
          message.setTimerFired(
              TimerFiredEvent.newBuilder()
                  .setFireAt(Texts.of(it.fireAt()))
                  .setTimerId(it.timerId()));
      case CodeEvent.EventSent it -> message.setEventSent(sent(it));
      case CodeEvent.EventRaised it -> message.setEventRaised(raised(it));
      case CodeEvent.ExecutionSuspended it -> message.setExecutionSuspended(suspended(it));
      case CodeEvent.ExecutionResumed it -> message.setExecutionResumed(resumed(it));
      case CodeEvent.ExecutionStalled it -> message.setExecutionStalled(stalled(it));
      case CodeEvent.DetachedCreated it ->
          message.setDetachedWorkflowInstanceCreated(
              DetachedWorkflowInstanceCreatedEvent.newBuilder().setInstanceId(it.instanceId()));
    }
    return message.build();
  }

  /** An event that a worker hands over to the next run; null for kinds that cannot be. */
  static CodeEvent.@Nullable EventRaised carried(HistoryEvent message) {
    if (!message.hasEventRaised()) {
      return null;
    }
    EventRaisedEvent event = message.getEventRaised();
    return new CodeEvent.EventRaised(
        Texts.time(message.getTimestamp()),
        message.hasRouter() ? SharedMessages.router(message.getRouter()) : null,
        event.getName(),
        Texts.orNull(event.hasInput(), event.getInput()));
  }

  private static WorkflowStartedEvent turnStarted(CodeEvent.TurnStarted event) {
    WorkflowStartedEvent.Builder message = WorkflowStartedEvent.newBuilder();
    CodeVersion version = event.version();
    if (version != null) {
      WorkflowVersion.Builder told = WorkflowVersion.newBuilder().addAllPatches(version.patches());
      if (version.name() != null) {
        told.setName(version.name());
      }
      message.setVersion(told);
    }
    return message.build();
  }

  private static ExecutionStartedEvent started(CodeEvent.ExecutionStarted event) {
    ExecutionStartedEvent.Builder message =
        ExecutionStartedEvent.newBuilder()
            .setName(event.name())
            .setWorkflowInstance(
                WorkflowInstance.newBuilder()
                    .setInstanceId(event.instanceId())
                    .setExecutionId(Texts.of(event.executionId())))
            .putAllTags(event.tags());
    if (event.version() != null) {
      message.setVersion(Texts.of(event.version()));
    }
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    if (event.parent() != null) {
      message.setParentInstance(parent(event.parent()));
    }
    if (event.scheduledStart() != null) {
      message.setScheduledStartTimestamp(Texts.of(event.scheduledStart()));
    }
    if (event.trace() != null) {
      message.setParentTraceContext(SharedMessages.trace(event.trace().told()));
      if (event.trace().ownSpan() != null) {
        message.setWorkflowSpanID(Texts.of(event.trace().ownSpan()));
      }
    }
    return message.build();
  }

  private static ParentInstanceInfo parent(CodeParent parent) {
    ParentInstanceInfo.Builder message =
        ParentInstanceInfo.newBuilder()
            .setTaskScheduledId(parent.taskId())
            .setName(Texts.of(parent.name()))
            .setWorkflowInstance(
                WorkflowInstance.newBuilder()
                    .setInstanceId(parent.instanceId())
                    .setExecutionId(Texts.of(parent.executionId())))
            .setAppID(parent.appId());
    if (parent.version() != null) {
      message.setVersion(Texts.of(parent.version()));
    }
    return message.build();
  }

  private static ExecutionCompletedEvent completed(CodeEvent.ExecutionCompleted event) {
    ExecutionCompletedEvent.Builder message =
        ExecutionCompletedEvent.newBuilder().setWorkflowStatus(outcome(event.outcome()));
    if (event.result() != null) {
      message.setResult(Texts.of(event.result()));
    }
    if (event.failure() != null) {
      message.setFailureDetails(SharedMessages.failure(event.failure()));
    }
    return message.build();
  }

  private static OrchestrationStatus outcome(CodeOutcome outcome) {
    return switch (outcome) {
      case COMPLETED -> OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED;
      case FAILED -> OrchestrationStatus.ORCHESTRATION_STATUS_FAILED;
      case TERMINATED -> OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED;
      case CANCELED -> OrchestrationStatus.ORCHESTRATION_STATUS_CANCELED;
      case CONTINUED_AS_NEW -> OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW;
      case STALLED -> OrchestrationStatus.ORCHESTRATION_STATUS_STALLED;
    };
  }

  private static ExecutionTerminatedEvent terminated(CodeEvent.ExecutionTerminated event) {
    ExecutionTerminatedEvent.Builder message =
        ExecutionTerminatedEvent.newBuilder().setRecurse(event.recurse());
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    return message.build();
  }

  private static TaskScheduledEvent taskScheduled(CodeEvent.TaskScheduled event) {
    TaskScheduledEvent.Builder message =
        TaskScheduledEvent.newBuilder()
            .setName(event.name())
            .setTaskExecutionId(event.taskExecutionId());
    if (event.version() != null) {
      message.setVersion(Texts.of(event.version()));
    }
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    if (event.trace() != null) {
      message.setParentTraceContext(SharedMessages.trace(event.trace()));
    }
    if (event.rerunOf() != null) {
      message.setRerunParentInstanceInfo(rerunOf(event.rerunOf()));
    }
    if (event.propagation() != null) {
      message.setHistoryPropagationScope(SharedMessages.propagation(event.propagation()));
    }
    return message.build();
  }

  private static RerunParentInstanceInfo rerunOf(String instance) {
    return RerunParentInstanceInfo.newBuilder().setInstanceID(instance).build();
  }

  private static TaskCompletedEvent taskCompleted(CodeEvent.TaskCompleted event) {
    TaskCompletedEvent.Builder message =
        TaskCompletedEvent.newBuilder()
            .setTaskScheduledId(event.taskId())
            .setTaskExecutionId(event.taskExecutionId());
    if (event.result() != null) {
      message.setResult(Texts.of(event.result()));
    }
    return message.build();
  }

  private static TaskFailedEvent taskFailed(CodeEvent.TaskFailed event) {
    TaskFailedEvent.Builder message =
        TaskFailedEvent.newBuilder()
            .setTaskScheduledId(event.taskId())
            .setTaskExecutionId(event.taskExecutionId());
    if (event.failure() != null) {
      message.setFailureDetails(SharedMessages.failure(event.failure()));
    }
    return message.build();
  }

  private static ChildWorkflowInstanceCreatedEvent childCreated(CodeEvent.ChildCreated event) {
    ChildWorkflowInstanceCreatedEvent.Builder message =
        ChildWorkflowInstanceCreatedEvent.newBuilder()
            .setInstanceId(event.instanceId())
            .setName(event.name());
    if (event.version() != null) {
      message.setVersion(Texts.of(event.version()));
    }
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    if (event.trace() != null) {
      message.setParentTraceContext(SharedMessages.trace(event.trace()));
    }
    if (event.rerunOf() != null) {
      message.setRerunParentInstanceInfo(rerunOf(event.rerunOf()));
    }
    if (event.propagation() != null) {
      message.setHistoryPropagationScope(SharedMessages.propagation(event.propagation()));
    }
    if (event.retryOf() != null) {
      message.setRetryParentInstanceInfo(
          RetryParentInstanceInfo.newBuilder().setInstanceID(event.retryOf()));
    }
    return message.build();
  }

  private static TimerCreatedEvent timerCreated(CodeEvent.TimerCreated event) {
    TimerCreatedEvent.Builder message =
        TimerCreatedEvent.newBuilder().setFireAt(Texts.of(event.fireAt()));
    if (event.name() != null) {
      message.setName(event.name());
    }
    if (event.rerunOf() != null) {
      message.setRerunParentInstanceInfo(rerunOf(event.rerunOf()));
    }
    TimerOrigin origin = event.origin();
    if (origin != null) {
      switch (origin.kind()) {
        case TIMER -> message.setCreateTimer(TimerOriginCreateTimer.getDefaultInstance());
        case EXTERNAL_EVENT ->
            message.setExternalEvent(
                TimerOriginExternalEvent.newBuilder().setName(origin.subject()));
        case ACTIVITY_RETRY ->
            message.setActivityRetry(
                TimerOriginActivityRetry.newBuilder().setTaskExecutionId(origin.subject()));
        case CHILD_RETRY ->
            message.setChildWorkflowRetry(
                TimerOriginChildWorkflowRetry.newBuilder().setInstanceId(origin.subject()));
      }
    }
    return message.build();
  }

  private static EventSentEvent sent(CodeEvent.EventSent event) {
    EventSentEvent.Builder message =
        EventSentEvent.newBuilder().setInstanceId(event.instanceId()).setName(event.name());
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    return message.build();
  }

  private static EventRaisedEvent raised(CodeEvent.EventRaised event) {
    EventRaisedEvent.Builder message = EventRaisedEvent.newBuilder().setName(event.name());
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    return message.build();
  }

  private static ExecutionSuspendedEvent suspended(CodeEvent.ExecutionSuspended event) {
    ExecutionSuspendedEvent.Builder message = ExecutionSuspendedEvent.newBuilder();
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    return message.build();
  }

  private static ExecutionResumedEvent resumed(CodeEvent.ExecutionResumed event) {
    ExecutionResumedEvent.Builder message = ExecutionResumedEvent.newBuilder();
    if (event.input() != null) {
      message.setInput(Texts.of(event.input()));
    }
    return message.build();
  }

  private static ExecutionStalledEvent stalled(CodeEvent.ExecutionStalled event) {
    ExecutionStalledEvent.Builder message =
        ExecutionStalledEvent.newBuilder().setReason(reason(event.reason()));
    if (event.description() != null) {
      message.setDescription(event.description());
    }
    return message.build();
  }

  private static StalledReason reason(StallReason reason) {
    return switch (reason) {
      case PATCH_MISMATCH -> StalledReason.PATCH_MISMATCH;
      case VERSION_NOT_AVAILABLE -> StalledReason.VERSION_NOT_AVAILABLE;
      case PAYLOAD_SIZE_EXCEEDED -> StalledReason.PAYLOAD_SIZE_EXCEEDED;
    };
  }
}
