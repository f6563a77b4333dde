package dev.millrace.benchmarks;

import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.CreateInstanceResponse;
import dev.millrace.proto.durabletask.GetInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceResponse;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.RaiseEventRequest;
import dev.millrace.proto.durabletask.RaiseEventResponse;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** The calls that clients of every Dapr SDK make of the task hub; nothing waits. Thread-safe. */
final class HubCalls implements AutoCloseable {

  private static final Duration NOT_YET = Duration.ofDays(1);

  private final ManagedChannel channel;
  private final TaskHubSidecarServiceGrpc.TaskHubSidecarServiceStub hub;

  HubCalls(int grpcPort) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", grpcPort).usePlaintext().build();
    hub = TaskHubSidecarServiceGrpc.newStub(channel);
  }

  /** Starts an instance; done when that is acknowledged. */
  CompletableFuture<String> start(String workflow, String id, String input) {
    Once<CreateInstanceResponse> answer = new Once<>();
    hub.startInstance(request(workflow, id, input).build(), answer);
    return answer.future.thenApply(CreateInstanceResponse::getInstanceId);
  }

  /** Accepts an instance whose start is due tomorrow: no worker sees it. */
  CompletableFuture<String> startLater(String workflow, String id, String input) {
    Once<CreateInstanceResponse> answer = new Once<>();
    Timestamp due =
        Timestamp.newBuilder().setSeconds(Instant.now().plus(NOT_YET).getEpochSecond()).build();
    hub.startInstance(request(workflow, id, input).setScheduledStartTimestamp(due).build(), answer);
    return answer.future.thenApply(CreateInstanceResponse::getInstanceId);
  }

  private static CreateInstanceRequest.Builder request(String workflow, String id, String input) {
    return CreateInstanceRequest.newBuilder()
        .setName(workflow)
        .setInstanceId(id)
        .setInput(StringValue.of(input));
  }

  /** Starts an instance; done when it has completed, and failed when it ends otherwise. */
  CompletableFuture<String> run(String workflow, String id, String input) {
    return start(workflow, id, input).thenCompose(this::completed);
  }

  /** Done when an instance has completed, and failed when it ends otherwise. */
  CompletableFuture<String> completed(String id) {
    Once<GetInstanceResponse> answer = new Once<>();
    hub.waitForInstanceCompletion(
        GetInstanceRequest.newBuilder().setInstanceId(id).build(), answer);
    return answer.future.thenApply(state -> {
      OrchestrationStatus status = state.getWorkflowState().getWorkflowStatus();
      if (status != OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED) {
        throw new IllegalStateException("expected %s to complete, found %s".formatted(id, status));
      }
      return id;
    });
  }

  /** Raises an event; done when that is acknowledged. */
  CompletableFuture<String> raise(String id, String event) {
    Once<RaiseEventResponse> answer = new Once<>();
    hub.raiseEvent(
        RaiseEventRequest.newBuilder()
            .setInstanceId(id)
            .setName(event)
            .setInput(StringValue.of("1"))
            .build(),
        answer);
    return answer.future.thenApply(raised -> id);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** The one answer of a call. */
  private static final class Once<T> implements StreamObserver<T> {
    private final CompletableFuture<T> future = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      future.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      future.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      // The value came before.
    }
  }
}
