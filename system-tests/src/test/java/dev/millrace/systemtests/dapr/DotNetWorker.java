package dev.millrace.systemtests.dapr;

import com.google.protobuf.Empty;
import com.google.protobuf.StringValue;
import dev.millrace.proto.durabletask.ActivityRequest;
import dev.millrace.proto.durabletask.ActivityResponse;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.GetWorkItemsRequest;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.TaskFailureDetails;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import dev.millrace.proto.durabletask.WorkflowRequest;
import dev.millrace.proto.durabletask.WorkflowResponse;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A worker that does on the wire what that of the Dapr SDK for .NET does from 1.17 on, which cannot
 * run here: no call before the stream, a greeting every 30 s, a new stream 5 s after one ends, a
 * hundred turns and a hundred activities at once; whether a workflow is suspended or terminated is
 * told from the last new event alone, and the id of a completion is always 0. Thread-safe once it
 * is connected.
 */
final class DotNetWorker implements AutoCloseable {

  /** A workflow; returns its result or ends the turn by {@link Replay.Waiting}. */
  interface Flow {
    String run(Replay replay);
  }

  /** An activity, from input to result. */
  interface Body {
    String run(String input) throws Exception;
  }

  /** A version of a workflow that this worker does not have. */
  static final class VersionMissing extends RuntimeException {
    private static final long serialVersionUID = 1;

    VersionMissing(String version) {
      super("Version not available: " + version);
    }
  }

  private static final int AT_ONCE = 100;
  private static final Duration GREETING = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final ManagedChannel channel;
  private final TaskHubSidecarServiceBlockingStub hub;
  private final Map<String, Flow> flows = new ConcurrentHashMap<>();
  private final Map<String, Body> bodies = new ConcurrentHashMap<>();
  private final Semaphore turnsAtOnce = new Semaphore(AT_ONCE);
  private final Semaphore tasksAtOnce = new Semaphore(AT_ONCE);
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger turns = new AtomicInteger();
  private volatile boolean closed;
  private Context.@Nullable CancellableContext stream;
  private boolean answersTwice;

  DotNetWorker(ManagedChannel channel) {
    this.channel = channel;
    this.hub = TaskHubSidecarServiceGrpc.newBlockingStub(channel);
  }

  DotNetWorker flow(String name, Flow flow) {
    flows.put(name, flow);
    return this;
  }

  DotNetWorker activity(String name, Body body) {
    bodies.put(name, body);
    return this;
  }

  /** Lets it give each result of an activity twice, the second time without a token. */
  DotNetWorker answeringTwice() {
    answersTwice = true;
    return this;
  }

  /** How many turns were given to it. */
  int turns() {
    return turns.get();
  }

  DotNetWorker connect() {
    var _ =
        clock.scheduleAtFixedRate(
            this::greet, GREETING.toSeconds(), GREETING.toSeconds(), TimeUnit.SECONDS);
    open();
    return this;
  }

  private void greet() {
    try {
      var _ = hub.hello(Empty.getDefaultInstance());
    } catch (RuntimeException away) {
      // The server is away; the next greeting will find it.
    }
  }

  private synchronized void open() {
    if (closed) {
      return;
    }
    Context.CancellableContext context = Context.current().withCancellation();
    stream = context;
    context.run(() ->
        TaskHubSidecarServiceGrpc.newStub(channel)
            .getWorkItems(
                GetWorkItemsRequest.getDefaultInstance(),
                new StreamObserver<>() {
                  @Override
                  public void onNext(WorkItem item) {
                    take(item);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    again();
                  }

                  @Override
                  public void onCompleted() {
                    again();
                  }
                }));
  }

  private synchronized void again() {
    if (!closed) {
      var _ = clock.schedule(this::open, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void take(WorkItem item) {
    Semaphore places = item.hasWorkflowRequest() ? turnsAtOnce : tasksAtOnce;
    Thread.ofVirtual()
        .start(() -> {
          places.acquireUninterruptibly();
          try {
            if (item.hasWorkflowRequest()) {
              turn(item.getWorkflowRequest(), item.getCompletionToken());
            } else {
              task(item.getActivityRequest(), item.getCompletionToken());
            }
          } catch (io.grpc.StatusRuntimeException away) {
            // The server is gone or this worker is: the item is given to somebody else.
          } finally {
            places.release();
          }
        });
  }

  // The name that this SDK calls.
  @SuppressWarnings("deprecation")
  private void turn(WorkflowRequest request, String token) {
    turns.incrementAndGet();
    var _ =
        hub.completeOrchestratorTask(
            WorkflowResponse.newBuilder()
                .setInstanceId(request.getInstanceId())
                .setCompletionToken(token)
                .addAllActions(actions(request))
                .build());
  }

  private List<WorkflowAction> actions(WorkflowRequest request) {
    List<HistoryEvent> history = new ArrayList<>();
    if (request.getRequiresHistoryStreaming()) {
      history.addAll(
          hub.getInstanceHistory(
                  GetInstanceHistoryRequest.newBuilder()
                      .setInstanceId(request.getInstanceId())
                      .build())
              .getEventsList());
    }
    history.addAll(request.getPastEventsList());
    history.addAll(request.getNewEventsList());
    HistoryEvent last = history.getLast();
    if (last.hasExecutionTerminated()) {
      return List.of(completed(OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED).build());
    }
    if (last.hasExecutionSuspended()) {
      return List.of();
    }
    String name =
        history.stream()
            .filter(HistoryEvent::hasExecutionStarted)
            .findFirst()
            .orElseThrow()
            .getExecutionStarted()
            .getName();
    Flow flow = flows.get(name);
    if (flow == null) {
      return List.of(
          failed(
              "WorkflowNotFound", "Workflow '%s' is not registered in this app.".formatted(name)));
    }
    Replay replay = new Replay(history);
    try {
      String result = flow.run(replay);
      WorkflowAction.Builder done = completed(OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED);
      done.getCompleteWorkflowBuilder().setResult(StringValue.of(result));
      replay.actions().add(done.build());
    } catch (Replay.Waiting wait) {
      return replay.actions();
    } catch (VersionMissing e) {
      WorkflowAction.Builder stalled = completed(OrchestrationStatus.ORCHESTRATION_STATUS_STALLED);
      stalled.getCompleteWorkflowBuilder().setDetails(StringValue.of(message(e)));
      return List.of(stalled.build());
    } catch (RuntimeException e) {
      return List.of(failed(e.getClass().getName(), message(e)));
    }
    return replay.actions();
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? "" : e.getMessage();
  }

  private static WorkflowAction.Builder completed(OrchestrationStatus status) {
    return WorkflowAction.newBuilder()
        .setCompleteWorkflow(CompleteWorkflowAction.newBuilder().setWorkflowStatus(status));
  }

  private static WorkflowAction failed(String type, String message) {
    WorkflowAction.Builder failed = completed(OrchestrationStatus.ORCHESTRATION_STATUS_FAILED);
    failed
        .getCompleteWorkflowBuilder()
        .setFailureDetails(
            TaskFailureDetails.newBuilder().setErrorType(type).setErrorMessage(message));
    return failed.build();
  }

  private void task(ActivityRequest request, String token) {
    ActivityResponse.Builder response =
        ActivityResponse.newBuilder()
            .setInstanceId(request.getWorkflowInstance().getInstanceId())
            .setTaskId(request.getTaskId())
            .setCompletionToken(token);
    Body body = bodies.get(request.getName());
    try {
      if (body == null) {
        throw new IllegalStateException("Activity not found: " + request.getName());
      }
      response.setResult(StringValue.of(body.run(request.getInput().getValue())));
    } catch (Exception e) {
      response.setFailureDetails(
          TaskFailureDetails.newBuilder()
              .setErrorType(e.getClass().getName())
              .setErrorMessage(message(e)));
    }
    var _ = hub.completeActivityTask(response.build());
    if (answersTwice) {
      var _ = hub.completeActivityTask(response.setCompletionToken("").build());
    }
  }

  /** Ends the stream as a process that goes does. */
  @Override
  public synchronized void close() {
    closed = true;
    if (stream != null) {
      stream.cancel(null);
    }
    clock.shutdownNow();
  }
}
