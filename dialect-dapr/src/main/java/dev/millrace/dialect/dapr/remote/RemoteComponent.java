package dev.millrace.dialect.dapr.remote;

import com.google.protobuf.ByteString;
import dev.millrace.components.Call;
import dev.millrace.components.ComponentException;
import dev.millrace.components.ComponentMetadata;
import dev.millrace.components.Done;
import dev.millrace.components.GetRequest;
import dev.millrace.components.Outcome;
import dev.millrace.components.Outcome.Reason;
import dev.millrace.components.PauseRequest;
import dev.millrace.components.PurgeRequest;
import dev.millrace.components.RaiseEventRequest;
import dev.millrace.components.ResumeRequest;
import dev.millrace.components.StartRequest;
import dev.millrace.components.StartResponse;
import dev.millrace.components.StateResponse;
import dev.millrace.components.TerminateRequest;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowState;
import dev.millrace.dialect.dapr.wire.Texts;
import dev.millrace.proto.dapr.DaprGrpc;
import dev.millrace.proto.dapr.GetWorkflowRequest;
import dev.millrace.proto.dapr.GetWorkflowResponse;
import dev.millrace.proto.dapr.PauseWorkflowRequest;
import dev.millrace.proto.dapr.PurgeWorkflowRequest;
import dev.millrace.proto.dapr.RaiseEventWorkflowRequest;
import dev.millrace.proto.dapr.ResumeWorkflowRequest;
import dev.millrace.proto.dapr.StartWorkflowRequest;
import dev.millrace.proto.dapr.TerminateWorkflowRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Forwards everything to another sidecar over gRPC, under a deadline. Nothing is tried twice: a
 * call whose answer is lost may have acted. Connects with the first call, and again when needed.
 */
final class RemoteComponent implements WorkflowComponent {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final long CLOSE_SECONDS = 2;

  private @Nullable Connection connection;

  private record Connection(
      RemoteSettings settings, ManagedChannel channel, DaprGrpc.DaprBlockingStub stub) {
    String component() {
      return settings.asking().component();
    }
  }

  @Override
  public void init(ComponentMetadata metadata) throws ComponentException {
    RemoteSettings settings = RemoteSettings.of(metadata);
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(settings.host(), settings.port(), settings.credentials())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .disableRetry()
            .build();
    connection =
        new Connection(
            settings,
            channel,
            DaprGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(settings.headers())));
  }

  @Override
  public Outcome<StartResponse> start(Call call, StartRequest request) {
    return ask(
        call,
        (to, stub) -> {
          StartWorkflowRequest.Builder message =
              StartWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setWorkflowName(request.workflowName())
                  .putAllOptions(request.options())
                  .setInput(ByteString.copyFrom(request.workflowInput().bytes()))
                  .setAppId(to.settings().appId());
          return Outcome.of(
              new StartResponse(stub.startWorkflowBeta1(message.build()).getInstanceId()));
        });
  }

  @Override
  public Outcome<StateResponse> get(Call call, GetRequest request) {
    return ask(
        call,
        (to, stub) -> {
          GetWorkflowRequest.Builder message =
              GetWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setAppId(to.settings().appId());
          GetWorkflowResponse found = stub.getWorkflowBeta1(message.build());
          // An instance that is not there is answered with its id alone.
          return found.getRuntimeStatus().isEmpty()
              ? Outcome.failed(Reason.NOT_FOUND, "no such instance exists")
              : Outcome.of(new StateResponse(state(found)));
        });
  }

  private static WorkflowState state(GetWorkflowResponse found) {
    return new WorkflowState(
        found.getInstanceId(),
        found.getWorkflowName(),
        Texts.time(found.getCreatedAt()),
        Texts.time(found.getLastUpdatedAt()),
        found.getRuntimeStatus(),
        found.getPropertiesMap());
  }

  @Override
  public Outcome<Done> raiseEvent(Call call, RaiseEventRequest request) {
    return ask(
        call,
        (to, stub) -> {
          RaiseEventWorkflowRequest.Builder message =
              RaiseEventWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setEventName(request.eventName())
                  .setEventData(ByteString.copyFrom(request.eventData().bytes()))
                  .setAppId(to.settings().appId());
          var _ = stub.raiseEventWorkflowBeta1(message.build());
          return Outcome.done();
        });
  }

  @Override
  public Outcome<Done> terminate(Call call, TerminateRequest request) {
    return ask(
        call,
        (to, stub) -> {
          TerminateWorkflowRequest.Builder message =
              TerminateWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setAppId(to.settings().appId());
          var _ = stub.terminateWorkflowBeta1(message.build());
          return Outcome.done();
        });
  }

  @Override
  public Outcome<Done> purge(Call call, PurgeRequest request) {
    return ask(
        call,
        (to, stub) -> {
          PurgeWorkflowRequest.Builder message =
              PurgeWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setAppId(to.settings().appId());
          var _ = stub.purgeWorkflowBeta1(message.build());
          return Outcome.done();
        });
  }

  @Override
  public Outcome<Done> pause(Call call, PauseRequest request) {
    return ask(
        call,
        (to, stub) -> {
          PauseWorkflowRequest.Builder message =
              PauseWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setAppId(to.settings().appId());
          var _ = stub.pauseWorkflowBeta1(message.build());
          return Outcome.done();
        });
  }

  @Override
  public Outcome<Done> resume(Call call, ResumeRequest request) {
    return ask(
        call,
        (to, stub) -> {
          ResumeWorkflowRequest.Builder message =
              ResumeWorkflowRequest.newBuilder()
                  .setInstanceId(request.instanceId())
                  .setWorkflowComponent(to.component())
                  .setAppId(to.settings().appId());
          var _ = stub.resumeWorkflowBeta1(message.build());
          return Outcome.done();
        });
  }

  private interface Asking<T> {
    Outcome<T> of(Connection to, DaprGrpc.DaprBlockingStub stub);
  }

  // An empty appId is the same as none.
  private <T> Outcome<T> ask(Call call, Asking<T> asking) {
    Connection to = Objects.requireNonNull(connection, "a component is initialized before use");
    Duration own = to.settings().asking().timeout();
    Duration timeout = own.compareTo(call.timeout()) < 0 ? own : call.timeout();
    try {
      return asking.of(to, to.stub().withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (StatusRuntimeException e) {
      return failure(to.settings(), timeout, e);
    }
  }

  private static <T> Outcome<T> failure(
      RemoteSettings settings, Duration timeout, StatusRuntimeException e) {
    String said = e.getStatus().getDescription();
    String text = said == null || said.isEmpty() ? e.getStatus().getCode().name() : said;
    String where = settings.host() + ":" + settings.port();
    return switch (e.getStatus().getCode()) {
      case UNIMPLEMENTED -> new Outcome.NotImplemented<>();
      case NOT_FOUND -> Outcome.failed(Reason.NOT_FOUND, text);
      case ALREADY_EXISTS -> Outcome.failed(Reason.ALREADY_EXISTS, text);
      case INVALID_ARGUMENT, OUT_OF_RANGE -> Outcome.failed(Reason.INVALID, text);
      case UNAVAILABLE, RESOURCE_EXHAUSTED ->
          Outcome.failed(
              Reason.UNAVAILABLE,
              "the sidecar at %s cannot be reached or is busy: %s".formatted(where, text));
      case DEADLINE_EXCEEDED, CANCELLED ->
          Outcome.failed(
              Reason.TIMED_OUT,
              "the sidecar at %s did not answer within %d ms; whether it acted is not known"
                  .formatted(where, timeout.toMillis()));
      case UNAUTHENTICATED ->
          Outcome.failed(
              Reason.FAILED,
              "the sidecar at %s refused the apiToken of this component: %s"
                  .formatted(where, text));
      case PERMISSION_DENIED -> Outcome.failed(Reason.DENIED, text);
      case OK, UNKNOWN, FAILED_PRECONDITION, ABORTED, INTERNAL, DATA_LOSS ->
          Outcome.failed(Reason.FAILED, text);
    };
  }

  @Override
  public void close() {
    if (connection == null) {
      return;
    }
    ManagedChannel channel = connection.channel();
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
