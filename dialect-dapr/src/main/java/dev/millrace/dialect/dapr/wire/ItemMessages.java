package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.Effect;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.PropagatedHistory;
import dev.millrace.proto.durabletask.ActivityRequest;
import dev.millrace.proto.durabletask.CachedHistory;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowInstance;
import dev.millrace.proto.durabletask.WorkflowRequest;

/** What is sent to workers. */
public final class ItemMessages {

  private ItemMessages() {}

  /**
   * A turn, with its token.
   *
   * @param known how many events of the history the worker has; the others are sent
   */
  public static WorkItem of(dev.millrace.runtime.worker.WorkItem.Turn item, int known) {
    return WorkItem.newBuilder()
        .setCompletionToken(item.token())
        .setWorkflowRequest(turn(item.key().uid(), item.turn(), known))
        .build();
  }

  /** An activity, with its token. */
  public static WorkItem of(dev.millrace.runtime.worker.WorkItem.Task item) {
    return WorkItem.newBuilder()
        .setCompletionToken(item.token())
        .setActivityRequest(activity(item.key().uid(), item.task()))
        .build();
  }

  // The run's id stands in its first event; the field for it is left out, as Dapr does.
  private static WorkflowRequest turn(String instanceId, Effect.DispatchTurn turn, int known) {
    WorkflowRequest.Builder message =
        WorkflowRequest.newBuilder()
            .setInstanceId(instanceId)
            .addAllPastEvents(EventMessages.of(turn.past().subList(known, turn.past().size())))
            .addAllNewEvents(EventMessages.of(turn.fresh()));
    if (known > 0) {
      message.setCachedHistory(CachedHistory.newBuilder().setEventCount(known));
    }
    PropagatedHistory propagated = turn.started().propagated();
    if (propagated != null) {
      message.setPropagatedHistory(SharedMessages.propagated(propagated));
    }
    return message.build();
  }

  private static ActivityRequest activity(String instanceId, Effect.DispatchTask dispatch) {
    CodeEvent.TaskScheduled task = dispatch.task();
    ActivityRequest.Builder message =
        ActivityRequest.newBuilder()
            .setName(task.name())
            .setTaskId(task.eventId())
            .setTaskExecutionId(task.taskExecutionId())
            .setWorkflowInstance(WorkflowInstance.newBuilder().setInstanceId(instanceId));
    if (task.version() != null) {
      message.setVersion(Texts.of(task.version()));
    }
    if (task.input() != null) {
      message.setInput(Texts.of(task.input()));
    }
    if (task.trace() != null) {
      message.setParentTraceContext(SharedMessages.trace(task.trace().within()));
    }
    if (dispatch.propagated() != null) {
      message.setPropagatedHistory(SharedMessages.propagated(dispatch.propagated()));
    }
    return message.build();
  }
}
