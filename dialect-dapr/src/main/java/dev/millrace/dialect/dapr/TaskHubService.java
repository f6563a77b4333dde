package dev.millrace.dialect.dapr;

import com.google.protobuf.Empty;
import dev.millrace.dialect.dapr.wire.ActionMessages;
import dev.millrace.dialect.dapr.wire.EventMessages;
import dev.millrace.dialect.dapr.wire.SharedMessages;
import dev.millrace.dialect.dapr.wire.Snapshot;
import dev.millrace.dialect.dapr.wire.Texts;
import dev.millrace.dialect.dapr.worker.WorkStreams;
import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.proto.durabletask.ActivityResponse;
import dev.millrace.proto.durabletask.CompleteTaskResponse;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.CreateInstanceResponse;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.GetInstanceHistoryResponse;
import dev.millrace.proto.durabletask.GetInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceResponse;
import dev.millrace.proto.durabletask.GetWorkItemsRequest;
import dev.millrace.proto.durabletask.ListInstanceIDsRequest;
import dev.millrace.proto.durabletask.ListInstanceIDsResponse;
import dev.millrace.proto.durabletask.PurgeInstancesRequest;
import dev.millrace.proto.durabletask.PurgeInstancesResponse;
import dev.millrace.proto.durabletask.RaiseEventRequest;
import dev.millrace.proto.durabletask.RaiseEventResponse;
import dev.millrace.proto.durabletask.RerunWorkflowFromEventRequest;
import dev.millrace.proto.durabletask.RerunWorkflowFromEventResponse;
import dev.millrace.proto.durabletask.ResumeRequest;
import dev.millrace.proto.durabletask.ResumeResponse;
import dev.millrace.proto.durabletask.SuspendRequest;
import dev.millrace.proto.durabletask.SuspendResponse;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TaskRouter;
import dev.millrace.proto.durabletask.TerminateRequest;
import dev.millrace.proto.durabletask.TerminateResponse;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowResponse;
import dev.millrace.runtime.CodeApi.Milestone;
import dev.millrace.transport.grpc.TokenGate;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The task hub: what clients and workers of every SDK call. */
// Old names are deprecated for who calls them; they are served all the same.
@SuppressWarnings("deprecation")
final class TaskHubService extends TaskHubSidecarServiceGrpc.TaskHubSidecarServiceImplBase {
  private static final int DEFAULT_PAGE = 1_024;
  private static final String START = "/TaskHubSidecarService/StartInstance";

  private final EngineDoor engine;
  private final AppIds appIds;
  private final WorkStreams streams;

  TaskHubService(EngineDoor engine, AppIds appIds, WorkStreams streams) {
    this.engine = engine;
    this.appIds = appIds;
    this.streams = streams;
  }

  @Override
  public void hello(Empty request, StreamObserver<Empty> out) {
    out.onNext(Empty.getDefaultInstance());
    out.onCompleted();
  }

  @Override
  public void startInstance(
      CreateInstanceRequest request, StreamObserver<CreateInstanceResponse> out) {
    String source = CallContext.app();
    String id = request.getInstanceId().isEmpty() ? InstanceIds.fresh() : request.getInstanceId();
    if (!InstanceIds.hubTakes(id)) {
      out.onError(
          Status.INVALID_ARGUMENT
              .withDescription(
                  "expected an instance id of at most 512 bytes without control characters")
              .asRuntimeException());
      return;
    }
    CodeStart start =
        new CodeStart(
            request.getName(),
            Texts.orNull(request.hasVersion(), request.getVersion()),
            Texts.orNull(request.hasInput(), request.getInput()),
            request.hasScheduledStartTimestamp()
                ? Texts.time(request.getScheduledStartTimestamp())
                : null,
            request.hasParentTraceContext()
                ? SharedMessages.trace(request.getParentTraceContext())
                : CallContext.trace(),
            request.getTagsMap(),
            source,
            null,
            request.getEnforceUniqueInstanceId()
                ? CodeStart.Conflict.REFUSE
                : CodeStart.Conflict.REPLACE_ENDED);
    CreateInstanceResponse answer = CreateInstanceResponse.newBuilder().setInstanceId(id).build();
    guarded(
        out,
        () -> {
          InstanceKey key = key(id, request.hasRouter(), request.getRouter());
          return engine
              .start(key, start, START)
              .thenCompose(reply -> {
                HubReplies.started(reply);
                return start.scheduledAt() == null
                    ? engine.begun(key)
                    : CompletableFuture.<Void>completedFuture(null);
              })
              .thenApply(done -> answer);
        });
  }

  @Override
  public void getInstance(GetInstanceRequest request, StreamObserver<GetInstanceResponse> out) {
    guarded(
        out,
        () ->
            engine
                .instance(key(request.getInstanceId(), request.hasRouter(), request.getRouter()))
                .thenApply(found ->
                    found
                        .map(state ->
                            GetInstanceResponse.newBuilder()
                                .setExists(true)
                                .setWorkflowState(
                                    Snapshot.of(state)
                                        .message(request.getGetInputsAndOutputs(), false))
                                .build())
                        .orElse(GetInstanceResponse.getDefaultInstance())));
  }

  @Override
  public void waitForInstanceStart(
      GetInstanceRequest request, StreamObserver<GetInstanceResponse> out) {
    await(request, Milestone.STARTED, out);
  }

  @Override
  public void waitForInstanceCompletion(
      GetInstanceRequest request, StreamObserver<GetInstanceResponse> out) {
    await(request, Milestone.ENDED, out);
  }

  private void await(
      GetInstanceRequest request, Milestone milestone, StreamObserver<GetInstanceResponse> out) {
    try {
      GrpcAnswers.sendWaiting(
          engine.when(
              key(request.getInstanceId(), request.hasRouter(), request.getRouter()), milestone),
          state ->
              GetInstanceResponse.newBuilder()
                  .setExists(true)
                  .setWorkflowState(
                      Snapshot.of(state).message(request.getGetInputsAndOutputs(), true))
                  .build(),
          out);
    } catch (DaprProblem e) {
      out.onError(e.grpc());
    }
  }

  @Override
  public void raiseEvent(RaiseEventRequest request, StreamObserver<RaiseEventResponse> out) {
    guarded(
        out,
        () -> {
          InstanceKey key = key(request.getInstanceId(), request.hasRouter(), request.getRouter());
          String input = Texts.orNull(request.hasInput(), request.getInput());
          return engine
              .submit(Command.RaiseEvent.ofText(key, request.getName(), input))
              .thenApply(reply -> {
                HubReplies.changed(reply, key, "");
                return RaiseEventResponse.getDefaultInstance();
              });
        });
  }

  @Override
  public void terminateInstance(TerminateRequest request, StreamObserver<TerminateResponse> out) {
    guarded(
        out,
        () -> {
          InstanceKey key = key(request.getInstanceId(), request.hasRouter(), request.getRouter());
          String output = Texts.orNull(request.hasOutput(), request.getOutput());
          return engine
              .submit(new Command.TerminateCode(key, output, request.getRecursive(), null))
              .thenApply(reply -> {
                HubReplies.changed(reply, key, "failed to submit termination request: ");
                return TerminateResponse.getDefaultInstance();
              });
        });
  }

  @Override
  public void suspendInstance(SuspendRequest request, StreamObserver<SuspendResponse> out) {
    guarded(
        out,
        () -> {
          InstanceKey key = key(request.getInstanceId(), request.hasRouter(), request.getRouter());
          String reason = reason(Texts.orNull(request.hasReason(), request.getReason()));
          return engine
              .submit(new Command.SuspendInstance(key, reason))
              .thenApply(reply -> {
                HubReplies.changed(reply, key, "");
                return SuspendResponse.getDefaultInstance();
              });
        });
  }

  @Override
  public void resumeInstance(ResumeRequest request, StreamObserver<ResumeResponse> out) {
    guarded(
        out,
        () -> {
          InstanceKey key = key(request.getInstanceId(), request.hasRouter(), request.getRouter());
          String reason = reason(Texts.orNull(request.hasReason(), request.getReason()));
          return engine
              .submit(new Command.ResumeInstance(key, reason))
              .thenApply(reply -> {
                HubReplies.changed(reply, key, "");
                return ResumeResponse.getDefaultInstance();
              });
        });
  }

  private static @Nullable String reason(@Nullable String given) {
    return given == null || given.isEmpty() ? null : given;
  }

  @Override
  public void purgeInstances(
      PurgeInstancesRequest request, StreamObserver<PurgeInstancesResponse> out) {
    if (request.hasPurgeInstanceFilter()) {
      // The misspelling is what clients know.
      out.onError(
          Status.UNKNOWN
              .withDescription("multi-instance purge is not unimplemented")
              .asRuntimeException());
      return;
    }
    guarded(
        out,
        () ->
            engine
                .purge(
                    key(request.getInstanceId(), request.hasRouter(), request.getRouter()),
                    request.getRecursive(),
                    request.getForce())
                .thenApply(reply ->
                    PurgeInstancesResponse.newBuilder()
                        .setDeletedInstanceCount(HubReplies.purged(reply, request.getRecursive()))
                        .build()));
  }

  @Override
  public void getWorkItems(GetWorkItemsRequest request, StreamObserver<WorkItem> out) {
    streams.open(
        CallContext.app(),
        CallContext.userAgent(),
        request,
        (ServerCallStreamObserver<WorkItem>) out);
  }

  @Override
  public void completeActivityTask(
      ActivityResponse response, StreamObserver<CompleteTaskResponse> out) {
    GrpcAnswers.send(
        engine
            .workers()
            .completeTask(
                CallContext.app(),
                response.getInstanceId(),
                response.getTaskId(),
                response.getCompletionToken(),
                Texts.orNull(response.hasResult(), response.getResult()),
                response.hasFailureDetails()
                    ? SharedMessages.failure(response.getFailureDetails())
                    : null)
            .thenApply(done -> CompleteTaskResponse.getDefaultInstance()),
        out);
  }

  /** The name that all SDKs but Go's call until today. */
  @Override
  public void completeOrchestratorTask(
      WorkflowResponse response, StreamObserver<CompleteTaskResponse> out) {
    completeWorkflowTask(response, out);
  }

  @Override
  public void completeWorkflowTask(
      WorkflowResponse response, StreamObserver<CompleteTaskResponse> out) {
    GrpcAnswers.send(
        engine
            .workers()
            .completeTurn(
                new InstanceKey(CallContext.app(), response.getInstanceId()),
                response.getCompletionToken(),
                ActionMessages.actions(response),
                Texts.orNull(response.hasCustomStatus(), response.getCustomStatus()),
                ActionMessages.version(response))
            .thenApply(done -> CompleteTaskResponse.getDefaultInstance()),
        out);
  }

  @Override
  public void rerunWorkflowFromEvent(
      RerunWorkflowFromEventRequest request, StreamObserver<RerunWorkflowFromEventResponse> out) {
    guarded(
        out,
        () -> {
          Rerun rerun =
              new Rerun(
                  key(request.getSourceInstanceID(), request.hasRouter(), request.getRouter()),
                  request.getEventID(),
                  request.hasNewInstanceID() ? request.getNewInstanceID() : "",
                  request.getOverwriteInput(),
                  Texts.orNull(request.hasInput(), request.getInput()),
                  request.hasNewChildWorkflowInstanceID()
                      ? request.getNewChildWorkflowInstanceID()
                      : null);
          return rerun
              .run(engine)
              .thenApply(
                  id -> RerunWorkflowFromEventResponse.newBuilder().setNewInstanceID(id).build());
        });
  }

  @Override
  public void listInstanceIDs(
      ListInstanceIDsRequest request, StreamObserver<ListInstanceIDsResponse> out) {
    int asked = request.hasPageSize() ? request.getPageSize() : 0;
    int size = asked <= 0 ? DEFAULT_PAGE : Math.min(asked, DEFAULT_PAGE);
    String after = request.hasContinuationToken() ? request.getContinuationToken() : "";
    List<InstanceKey> keys = Pages.keys(engine.queries(), CallContext.app(), after, size);
    ListInstanceIDsResponse.Builder answer = ListInstanceIDsResponse.newBuilder();
    keys.stream().limit(size).forEach(key -> answer.addInstanceIds(key.uid()));
    if (keys.size() > size) {
      answer.setContinuationToken(keys.get(size - 1).uid());
    }
    out.onNext(answer.build());
    out.onCompleted();
  }

  @Override
  public void getInstanceHistory(
      GetInstanceHistoryRequest request, StreamObserver<GetInstanceHistoryResponse> out) {
    String id = request.getInstanceId();
    GrpcAnswers.sendRead(
        engine.instance(new InstanceKey(CallContext.app(), id)),
        found -> {
          if (found.isEmpty()) {
            throw Status.NOT_FOUND
                .withDescription("workflow instance '%s' not found".formatted(id))
                .asRuntimeException();
          }
          return GetInstanceHistoryResponse.newBuilder()
              .addAllEvents(EventMessages.of(engine.history(found.get())))
              .build();
        },
        out);
  }

  private InstanceKey key(String id, boolean routed, TaskRouter router) {
    String app =
        routed && !router.getTargetAppID().isEmpty()
            ? appIds.of(router.getTargetAppID(), TokenGate.caller())
            : CallContext.app();
    return new InstanceKey(app, id);
  }

  private interface Answering<T> {
    CompletableFuture<T> get();
  }

  private static <T> void guarded(StreamObserver<T> out, Answering<T> answering) {
    CompletableFuture<T> future;
    try {
      future = answering.get();
    } catch (DaprProblem e) {
      out.onError(e.grpc());
      return;
    }
    GrpcAnswers.send(future, out);
  }
}
