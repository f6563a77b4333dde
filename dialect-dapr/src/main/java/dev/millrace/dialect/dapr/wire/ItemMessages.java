package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.Effect;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.proto.durabletask.ActivityRequest;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowInstance;
import dev.millrace.proto.durabletask.WorkflowRequest;

/** What is sent to workers. */
public final class ItemMessages {

  private ItemMessages() {}

  /** A turn or an activity, with its token. */
  public static WorkItem of(dev.millrace.runtime.worker.WorkItem item) {
    WorkItem.Builder message = WorkItem.newBuilder().setCompletionToken(item.token());
    switch (item) {
      case dev.millrace.runtime.worker.WorkItem.Turn turn ->
          message.setWorkflowRequest(turn(turn.key().uid(), turn.turn()));
      case dev.millrace.runtime.worker.WorkItem.Task task ->
          message.setActivityRequest(activity(task.key().uid(), task.task()));
    }
    return message.build();
  }

  // The run's id stands in its first event; the field for it is left out, as Dapr does.
  private static WorkflowRequest turn(String instanceId, Effect.DispatchTurn turn) {
    return WorkflowRequest.newBuilder()
        .setInstanceId(instanceId)
        .addAllPastEvents(EventMessages.of(turn.past()))
        .addAllNewEvents(EventMessages.of(turn.fresh()))
        .build();
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
      message.setParentTraceContext(SharedMessages.trace(task.trace()));
    }
    return message.build();
  }
}
