package dev.millrace.systemtests.dapr;

import com.google.protobuf.StringValue;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.GetInstanceRequest;
import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.PurgeInstancesRequest;
import dev.millrace.proto.durabletask.RaiseEventRequest;
import dev.millrace.proto.durabletask.ResumeRequest;
import dev.millrace.proto.durabletask.SuspendRequest;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc.TaskHubSidecarServiceFutureStub;
import dev.millrace.proto.durabletask.TerminateRequest;
import dev.millrace.proto.durabletask.WorkflowState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A client of the task hub that makes the calls of the Dapr SDK for .NET from 1.17 on: an input
 * always set, a reason always set, terminate and purge with children, waits issued anew when they
 * break. Safe for all threads.
 */
final class HubClient implements AutoCloseable {

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final ManagedChannel channel;
  private final Metadata headers;
  private final TaskHubSidecarServiceBlockingStub hub;

  /**
   * A client of one application.
   *
   * @param app the application, empty for the default one
   */
  HubClient(int grpcPort, String app) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", grpcPort)
            .usePlaintext()
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    headers = new Metadata();
    if (!app.isEmpty()) {
      headers.put(Metadata.Key.of("dapr-app-id", Metadata.ASCII_STRING_MARSHALLER), app);
    }
    hub =
        TaskHubSidecarServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** A worker on this client's channel, for the default application. */
  DotNetWorker worker() {
    return new DotNetWorker(channel);
  }

  /** The calls of the task hub, each to be answered within a minute. */
  TaskHubSidecarServiceBlockingStub hub() {
    return hub.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** The same calls, whose answers need not be waited for. */
  TaskHubSidecarServiceFutureStub calls() {
    return TaskHubSidecarServiceGrpc.newFutureStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  String start(String workflow, String id, String input) {
    return hub()
        .startInstance(
            CreateInstanceRequest.newBuilder()
                .setName(workflow)
                .setInstanceId(id)
                .setInput(StringValue.of(input))
                .build())
        .getInstanceId();
  }

  /** The state with payloads; one of an unknown instance has no id. */
  WorkflowState get(String id) {
    return hub().getInstance(named(id)).getWorkflowState();
  }

  /** The state once the instance has ended; waits across the server's restarts. */
  WorkflowState end(String id) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return hub.withDeadlineAfter(WAIT.toSeconds(), TimeUnit.SECONDS)
            .withWaitForReady()
            .waitForInstanceCompletion(named(id))
            .getWorkflowState();
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        boolean again =
            code == Status.Code.DEADLINE_EXCEEDED
                || code == Status.Code.UNAVAILABLE
                || code == Status.Code.CANCELLED;
        if (!again || System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  private static GetInstanceRequest named(String id) {
    return GetInstanceRequest.newBuilder().setInstanceId(id).setGetInputsAndOutputs(true).build();
  }

  void raise(String id, String event, String payload) {
    var _ =
        hub()
            .raiseEvent(
                RaiseEventRequest.newBuilder()
                    .setInstanceId(id)
                    .setName(event)
                    .setInput(StringValue.of(payload))
                    .build());
  }

  void suspend(String id) {
    var _ =
        hub()
            .suspendInstance(
                SuspendRequest.newBuilder()
                    .setInstanceId(id)
                    .setReason(StringValue.of(""))
                    .build());
  }

  void resume(String id) {
    var _ =
        hub()
            .resumeInstance(
                ResumeRequest.newBuilder().setInstanceId(id).setReason(StringValue.of("")).build());
  }

  void terminate(String id) {
    var _ =
        hub()
            .terminateInstance(
                TerminateRequest.newBuilder().setInstanceId(id).setRecursive(true).build());
  }

  int purge(String id) {
    return hub()
        .purgeInstances(
            PurgeInstancesRequest.newBuilder().setInstanceId(id).setRecursive(true).build())
        .getDeletedInstanceCount();
  }

  List<EventTypeCase> history(String id) {
    return hub()
        .getInstanceHistory(GetInstanceHistoryRequest.newBuilder().setInstanceId(id).build())
        .getEventsList()
        .stream()
        .map(event -> event.getEventTypeCase())
        .toList();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
