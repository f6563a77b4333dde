package dev.millrace.dialect.dapr;

import dev.millrace.components.Call;
import dev.millrace.components.Done;
import dev.millrace.components.GetRequest;
import dev.millrace.components.Outcome;
import dev.millrace.components.Outcome.Reason;
import dev.millrace.components.PauseRequest;
import dev.millrace.components.Payload;
import dev.millrace.components.PurgeRequest;
import dev.millrace.components.RaiseEventRequest;
import dev.millrace.components.ResumeRequest;
import dev.millrace.components.StartRequest;
import dev.millrace.components.StateResponse;
import dev.millrace.components.TerminateRequest;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowState;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a component, with the checks and words of a sidecar around what it answers. Each call runs
 * on a thread of its own, which is interrupted and left behind when it takes too long; too many at
 * once are refused.
 */
final class ComponentCalls implements WorkflowVerbs {
  private static final System.Logger LOGGER = System.getLogger(ComponentCalls.class.getName());
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_CALLS = 1_000;
  private static final String MISSING = "unable to find workflow with the provided instance ID: ";

  private final String name;
  private final WorkflowComponent component;
  private final Duration timeout;
  private final Semaphore places = new Semaphore(MAX_CALLS);

  ComponentCalls(String name, WorkflowComponent component) {
    this(name, component, TIMEOUT);
  }

  /** With another patience than usual. */
  ComponentCalls(String name, WorkflowComponent component, Duration timeout) {
    this.name = name;
    this.component = component;
    this.timeout = timeout;
  }

  @Override
  public CompletableFuture<String> start(
      String app,
      @Nullable String instanceId,
      String workflow,
      byte[] input,
      Map<String, String> options) {
    String id = WorkflowOperations.startId(instanceId, workflow);
    Words words =
        new Words("ERR_START_WORKFLOW", "error starting workflow '%s': ".formatted(workflow));
    StartRequest request = new StartRequest(id, options, workflow, Payload.of(input));
    return ask(app, call -> component.start(call, request))
        .thenApply(outcome -> words.value(outcome).instanceId());
  }

  @Override
  public CompletableFuture<Optional<WorkflowState>> get(String app, String id) {
    WorkflowOperations.requireId(id);
    Words words =
        new Words(
            "ERR_GET_WORKFLOW",
            "error while getting workflow info on instance '%s': ".formatted(id));
    return ask(app, call -> component.get(call, new GetRequest(id)))
        .thenApply(outcome ->
            missing(outcome)
                ? Optional.empty()
                : Optional.of(words.value(outcome)).map(StateResponse::workflow));
  }

  @Override
  public CompletableFuture<Done> raise(
      String app, String id, String event, byte @Nullable [] payload) {
    WorkflowOperations.requireId(id);
    WorkflowOperations.requireEvent(event);
    Words words =
        new Words(
            "ERR_RAISE_EVENT_WORKFLOW", "error raising event on workflow '%s': ".formatted(id));
    Payload carried = payload == null ? Payload.EMPTY : Payload.of(payload);
    return ask(app, call -> component.raiseEvent(call, new RaiseEventRequest(id, event, carried)))
        .thenApply(words::value);
  }

  @Override
  public CompletableFuture<Done> pause(String app, String id) {
    WorkflowOperations.requireId(id);
    Words words = new Words("ERR_PAUSE_WORKFLOW", "error pausing workflow %s: ".formatted(id));
    return ask(app, call -> component.pause(call, new PauseRequest(id))).thenApply(words::value);
  }

  @Override
  public CompletableFuture<Done> resume(String app, String id) {
    WorkflowOperations.requireId(id);
    Words words = new Words("ERR_RESUME_WORKFLOW", "error resuming workflow %s: ".formatted(id));
    return ask(app, call -> component.resume(call, new ResumeRequest(id))).thenApply(words::value);
  }

  @Override
  public CompletableFuture<Done> terminate(String app, String id) {
    WorkflowOperations.requireId(id);
    Words words =
        new Words("ERR_TERMINATE_WORKFLOW", "error terminating workflow '%s': ".formatted(id));
    return ask(app, call -> component.terminate(call, new TerminateRequest(id)))
        .thenApply(outcome -> words.value(present(outcome, id)));
  }

  @Override
  public CompletableFuture<Done> purge(String app, String id) {
    WorkflowOperations.requireId(id);
    Words words = new Words("ERR_PURGE_WORKFLOW", "error purging workflow %s: ".formatted(id));
    return ask(app, call -> component.purge(call, new PurgeRequest(id)))
        .thenApply(outcome -> words.value(present(outcome, id)));
  }

  private interface Asking<T> {
    Outcome<T> of(Call call) throws Exception;
  }

  private <T> CompletableFuture<Outcome<T>> ask(String app, Asking<T> asking) {
    if (!places.tryAcquire()) {
      return CompletableFuture.completedFuture(
          Outcome.failed(
              Reason.UNAVAILABLE,
              "component %s has %d calls in work; try again later".formatted(name, MAX_CALLS)));
    }
    CompletableFuture<Outcome<T>> answer = new CompletableFuture<>();
    Call call = new Call(app, timeout);
    Thread thread =
        Thread.ofVirtual()
            .name("component-" + name)
            .unstarted(() -> {
              try {
                answer.complete(answered(asking, call));
              } finally {
                places.release();
              }
            });
    thread.start();
    Outcome<T> late =
        Outcome.failed(
            Reason.TIMED_OUT,
            "component %s did not answer within %d ms; whether it acted is not known"
                .formatted(name, timeout.toMillis()));
    return answer
        .completeOnTimeout(late, timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((outcome, failure) -> {
          if (!Thread.currentThread().equals(thread)) {
            thread.interrupt();
          }
        });
  }

  private <T> Outcome<T> answered(Asking<T> asking, Call call) {
    try {
      return asking.of(call);
    } catch (InterruptedException e) {
      return Outcome.failed(Reason.TIMED_OUT, "component %s was interrupted".formatted(name));
    } catch (Exception | LinkageError | StackOverflowError e) {
      // Code of others: whatever it throws, the caller gets an answer and the operator the trace.
      LOGGER.log(System.Logger.Level.ERROR, "component " + name + " failed", e);
      return Outcome.failed(
          Reason.FAILED, "component %s failed; see the log of the server".formatted(name));
    }
  }

  private static boolean missing(Outcome<?> outcome) {
    return outcome instanceof Outcome.Failure<?> failure && failure.reason() == Reason.NOT_FOUND;
  }

  /** A missing instance has words of its own, which another sidecar may have said already. */
  private static Outcome<Done> present(Outcome<Done> outcome, String id) {
    if (outcome instanceof Outcome.Failure<Done> failure && failure.reason() == Reason.NOT_FOUND) {
      String text = failure.message();
      throw DaprProblem.notFound(
          "ERR_INSTANCE_ID_NOT_FOUND", text.startsWith(MISSING) ? text : MISSING + id);
    }
    return outcome;
  }

  /** How a refusal is worded. */
  private record Words(String tag, String prefix) {

    <T> T value(Outcome<T> outcome) {
      return switch (outcome) {
        case Outcome.Success<T> success -> success.value();
        case Outcome.NotImplemented<T> none ->
            throw DaprProblem.internal(tag, prefix + Components.NOT_IMPLEMENTED);
        case Outcome.Failure<T> failure -> throw problem(failure);
      };
    }

    private DaprProblem problem(Outcome.Failure<?> failure) {
      // Another sidecar words it the same way; once is enough.
      String message = failure.message();
      String text = message.startsWith(prefix) ? message : prefix + message;
      return switch (failure.reason()) {
        case NOT_FOUND, ALREADY_EXISTS, FAILED -> DaprProblem.internal(tag, text);
        case INVALID -> DaprProblem.invalid(tag, text);
        case UNAVAILABLE -> DaprProblem.unavailable(tag, text);
        case TIMED_OUT -> DaprProblem.of(tag, Status.DEADLINE_EXCEEDED.withDescription(text));
        case DENIED -> DaprProblem.of(tag, Status.PERMISSION_DENIED.withDescription(text));
      };
    }
  }
}
