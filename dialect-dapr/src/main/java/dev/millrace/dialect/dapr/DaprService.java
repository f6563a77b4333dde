package dev.millrace.dialect.dapr;

import com.google.protobuf.Empty;
import dev.millrace.components.WorkflowState;
import dev.millrace.dialect.dapr.wire.Texts;
import dev.millrace.proto.dapr.DaprGrpc;
import dev.millrace.proto.dapr.GetMetadataRequest;
import dev.millrace.proto.dapr.GetMetadataResponse;
import dev.millrace.proto.dapr.GetWorkflowRequest;
import dev.millrace.proto.dapr.GetWorkflowResponse;
import dev.millrace.proto.dapr.PauseWorkflowRequest;
import dev.millrace.proto.dapr.PurgeWorkflowRequest;
import dev.millrace.proto.dapr.RaiseEventWorkflowRequest;
import dev.millrace.proto.dapr.ResumeWorkflowRequest;
import dev.millrace.proto.dapr.SetMetadataRequest;
import dev.millrace.proto.dapr.StartWorkflowRequest;
import dev.millrace.proto.dapr.StartWorkflowResponse;
import dev.millrace.proto.dapr.TerminateWorkflowRequest;
import dev.millrace.transport.grpc.TokenGate;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** The sidecar's own service; each operation under its two names, of the component it names. */
// Old names are deprecated for who calls them; they are served all the same.
@SuppressWarnings("deprecation")
final class DaprService extends DaprGrpc.DaprImplBase {
  private final Components components;
  private final AppIds appIds;
  private final SidecarMetadata metadata;

  DaprService(Components components, AppIds appIds, SidecarMetadata metadata) {
    this.components = components;
    this.appIds = appIds;
    this.metadata = metadata;
  }

  @Override
  public void getMetadata(GetMetadataRequest request, StreamObserver<GetMetadataResponse> out) {
    out.onNext(metadata.message(CallContext.app()));
    out.onCompleted();
  }

  @Override
  public void setMetadata(SetMetadataRequest request, StreamObserver<Empty> out) {
    metadata.put(request.getKey(), request.getValue());
    out.onNext(Empty.getDefaultInstance());
    out.onCompleted();
  }

  @Override
  public void startWorkflowAlpha1(
      StartWorkflowRequest request, StreamObserver<StartWorkflowResponse> out) {
    startWorkflowBeta1(request, out);
  }

  @Override
  public void startWorkflowBeta1(
      StartWorkflowRequest request, StreamObserver<StartWorkflowResponse> out) {
    answer(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) ->
            verbs
                .start(
                    app,
                    request.getInstanceId(),
                    request.getWorkflowName(),
                    request.getInput().toByteArray(),
                    WorkflowOperations.traced(request.getOptionsMap(), CallContext.trace()))
                .thenApply(id -> StartWorkflowResponse.newBuilder().setInstanceId(id).build()));
  }

  @Override
  public void getWorkflowAlpha1(
      GetWorkflowRequest request, StreamObserver<GetWorkflowResponse> out) {
    getWorkflowBeta1(request, out);
  }

  @Override
  public void getWorkflowBeta1(
      GetWorkflowRequest request, StreamObserver<GetWorkflowResponse> out) {
    String id = request.getInstanceId();
    answer(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) ->
            verbs
                .get(app, id)
                .thenApply(found ->
                    found
                        .map(DaprService::message)
                        .orElse(GetWorkflowResponse.newBuilder().setInstanceId(id).build())));
  }

  private static GetWorkflowResponse message(WorkflowState state) {
    return GetWorkflowResponse.newBuilder()
        .setInstanceId(state.instanceId())
        .setWorkflowName(state.workflowName())
        .setCreatedAt(Texts.of(state.createdAt()))
        .setLastUpdatedAt(Texts.of(state.lastUpdatedAt()))
        .setRuntimeStatus(state.runtimeStatus())
        .putAllProperties(state.properties())
        .build();
  }

  @Override
  public void raiseEventWorkflowAlpha1(
      RaiseEventWorkflowRequest request, StreamObserver<Empty> out) {
    raiseEventWorkflowBeta1(request, out);
  }

  @Override
  public void raiseEventWorkflowBeta1(
      RaiseEventWorkflowRequest request, StreamObserver<Empty> out) {
    change(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) ->
            verbs.raise(
                app,
                request.getInstanceId(),
                request.getEventName(),
                request.getEventData().isEmpty() ? null : request.getEventData().toByteArray()));
  }

  @Override
  public void pauseWorkflowAlpha1(PauseWorkflowRequest request, StreamObserver<Empty> out) {
    pauseWorkflowBeta1(request, out);
  }

  @Override
  public void pauseWorkflowBeta1(PauseWorkflowRequest request, StreamObserver<Empty> out) {
    change(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) -> verbs.pause(app, request.getInstanceId()));
  }

  @Override
  public void resumeWorkflowAlpha1(ResumeWorkflowRequest request, StreamObserver<Empty> out) {
    resumeWorkflowBeta1(request, out);
  }

  @Override
  public void resumeWorkflowBeta1(ResumeWorkflowRequest request, StreamObserver<Empty> out) {
    change(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) -> verbs.resume(app, request.getInstanceId()));
  }

  @Override
  public void terminateWorkflowAlpha1(TerminateWorkflowRequest request, StreamObserver<Empty> out) {
    terminateWorkflowBeta1(request, out);
  }

  @Override
  public void terminateWorkflowBeta1(TerminateWorkflowRequest request, StreamObserver<Empty> out) {
    change(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) -> verbs.terminate(app, request.getInstanceId()));
  }

  @Override
  public void purgeWorkflowAlpha1(PurgeWorkflowRequest request, StreamObserver<Empty> out) {
    purgeWorkflowBeta1(request, out);
  }

  @Override
  public void purgeWorkflowBeta1(PurgeWorkflowRequest request, StreamObserver<Empty> out) {
    change(
        out,
        request.getAppId(),
        request.getWorkflowComponent(),
        (verbs, app) -> verbs.purge(app, request.getInstanceId()));
  }

  private String app(String named) {
    return named.isEmpty() ? CallContext.app() : appIds.of(named, TokenGate.caller());
  }

  private interface Answering<T> {
    CompletableFuture<T> of(WorkflowVerbs verbs, String app);
  }

  private interface Change {
    CompletableFuture<?> of(WorkflowVerbs verbs, String app);
  }

  private void change(StreamObserver<Empty> out, String appId, String component, Change change) {
    answer(
        out,
        appId,
        component,
        (verbs, app) -> change.of(verbs, app).thenApply(any -> Empty.getDefaultInstance()));
  }

  private <T> void answer(
      StreamObserver<T> out, String appId, String component, Answering<T> answering) {
    CompletableFuture<T> future;
    try {
      String app = app(appId);
      future = answering.of(components.of(app, component), app);
    } catch (DaprProblem e) {
      out.onError(e.grpc());
      return;
    }
    GrpcAnswers.send(future, out);
  }
}
