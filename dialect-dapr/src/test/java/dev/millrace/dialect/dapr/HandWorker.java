package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import dev.millrace.proto.durabletask.ActivityRequest;
import dev.millrace.proto.durabletask.ActivityResponse;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.GetWorkItemsRequest;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.ScheduleTaskAction;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import dev.millrace.proto.durabletask.WorkflowResponse;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker that is played by hand: it takes items from its stream and answers what it is told. */
final class HandWorker implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofMillis(200);

  private final TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub hub;
  private final BlockingQueue<WorkItem> items = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final Context.CancellableContext stream = Context.current().withCancellation();

  HandWorker(Channel channel) {
    this(channel, GetWorkItemsRequest.getDefaultInstance());
  }

  HandWorker(Channel channel, GetWorkItemsRequest capabilities) {
    hub = TaskHubSidecarServiceGrpc.newBlockingStub(channel);
    stream.run(() ->
        TaskHubSidecarServiceGrpc.newStub(channel)
            .getWorkItems(
                capabilities,
                new StreamObserver<>() {
                  @Override
                  public void onNext(WorkItem item) {
                    items.add(item);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    end.complete(Status.fromThrowable(failure));
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(Status.OK);
                  }
                }));
  }

  /** How the stream ended. */
  CompletableFuture<Status> end() {
    return end;
  }

  WorkItem next() throws InterruptedException {
    WorkItem item = items.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(item).as("an item within %s", PATIENCE).isNotNull();
    return item;
  }

  WorkItem nextTurn() throws InterruptedException {
    WorkItem item = next();
    assertThat(item.hasWorkflowRequest()).as("a turn, found %s", item).isTrue();
    return item;
  }

  WorkItem nextTask() throws InterruptedException {
    WorkItem item = next();
    assertThat(item.hasActivityRequest()).as("an activity, found %s", item).isTrue();
    return item;
  }

  void assertNothing() throws InterruptedException {
    assertThat(items.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS)).isNull();
  }

  void answerTurn(WorkItem turn, WorkflowAction... actions) {
    answerTurn(turn, turn.getCompletionToken(), actions);
  }

  // The name that most SDKs call.
  @SuppressWarnings("deprecation")
  void answerTurn(WorkItem turn, String token, WorkflowAction... actions) {
    hub.completeOrchestratorTask(
        WorkflowResponse.newBuilder()
            .setInstanceId(turn.getWorkflowRequest().getInstanceId())
            .setCompletionToken(token)
            .addAllActions(Arrays.asList(actions))
            .build());
  }

  void answerTask(WorkItem task, String result) {
    answerTask(task, task.getCompletionToken(), result);
  }

  void answerTask(WorkItem task, String token, String result) {
    ActivityRequest request = task.getActivityRequest();
    hub.completeActivityTask(
        ActivityResponse.newBuilder()
            .setInstanceId(request.getWorkflowInstance().getInstanceId())
            .setTaskId(request.getTaskId())
            .setResult(StringValue.of(result))
            .setCompletionToken(token)
            .build());
  }

  static WorkflowAction schedule(int id, String name, String input) {
    return WorkflowAction.newBuilder()
        .setId(id)
        .setScheduleTask(
            ScheduleTaskAction.newBuilder()
                .setName(name)
                .setInput(StringValue.of(input))
                .setTaskExecutionId("exec-" + id))
        .build();
  }

  static WorkflowAction complete(int id, String result) {
    return WorkflowAction.newBuilder()
        .setId(id)
        .setCompleteWorkflow(
            CompleteWorkflowAction.newBuilder()
                .setWorkflowStatus(OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED)
                .setResult(StringValue.of(result)))
        .build();
  }

  @Override
  public void close() {
    stream.cancel(null);
  }
}
