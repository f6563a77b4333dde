package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.components.Call;
import dev.millrace.components.ComponentMetadata;
import dev.millrace.components.Done;
import dev.millrace.components.GetRequest;
import dev.millrace.components.Outcome;
import dev.millrace.components.Outcome.Reason;
import dev.millrace.components.PauseRequest;
import dev.millrace.components.StartRequest;
import dev.millrace.components.StartResponse;
import dev.millrace.components.StateResponse;
import dev.millrace.components.TerminateRequest;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowState;
import dev.millrace.proto.dapr.DaprGrpc;
import dev.millrace.proto.dapr.GetMetadataRequest;
import dev.millrace.proto.dapr.GetWorkflowRequest;
import dev.millrace.proto.dapr.PauseWorkflowRequest;
import dev.millrace.proto.dapr.RaiseEventWorkflowRequest;
import dev.millrace.proto.dapr.StartWorkflowRequest;
import dev.millrace.store.memory.MemoryStore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests reach the component they name, over HTTP and gRPC, and get a sidecar's words. */
class ComponentsTest {
  private static final String TEXT = "this component doesn't implement the current API operation";

  private final Ledger ledger = new Ledger();
  private final LiveEngine engine =
      new LiveEngine(
          new MemoryStore(),
          List.of(),
          List.of(
              new ComponentBinding("ledger", "workflow.ledger", "v1", ledger, Set.of()),
              new ComponentBinding("mine", "workflow.ledger", "v1", ledger, Set.of("shop")),
              new ComponentBinding("own", "workflow.millrace", "v1", null, Set.of())));
  private final HttpDoor http = new HttpDoor(engine.dialect());
  private final DaprGrpc.DaprBlockingStub grpc =
      DaprGrpc.newBlockingStub(engine.channel()).withDeadlineAfter(60, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    http.close();
    engine.close();
  }

  @Test
  void shouldAskTheComponentThatThePathNames() throws Exception {
    assertThat(http.send("POST", "/v1.0/workflows/ledger/Book/start?instanceID=b1", "{\"a\":1}"))
        .isEqualTo("202 {\"instanceID\":\"b1\"}");

    assertThat(ledger.instances).containsKey("b1");
    assertThat(http.get("/v1.0-beta1/workflows/ledger/b1"))
        .isEqualTo(
            "200 {\"instanceID\":\"b1\",\"workflowName\":\"Book\",\"createdAt\":\"2026-01-02T03:04:05Z\","
                + "\"lastUpdatedAt\":\"2026-01-02T03:04:05Z\",\"runtimeStatus\":\"RUNNING\","
                + "\"properties\":{\"app\":\"default\",\"input\":\"{\\\"a\\\":1}\"}}");
    assertThat(http.post("/v1.0/workflows/ledger/b1/terminate")).isEqualTo("202 {}");
    assertThat(http.get("/v1.0/workflows/ledger/b1")).contains("TERMINATED");
    assertThat(http.get("/v1.0/workflows/dapr/b1")).startsWith("404");
  }

  @ParameterizedTest
  @CsvSource({"dapr", "millrace", "own"})
  void shouldAskTheEngineUnderItsNames(String name) throws Exception {
    assertThat(http.post("/v1.0/workflows/" + name + "/W/start?instanceID=e1")).startsWith("202");

    assertThat(http.get("/v1.0/workflows/dapr/e1")).contains("PENDING");
    assertThat(http.get("/v1.0/workflows/" + name + "/e1/explain")).startsWith("200");
    assertThat(ledger.instances).isEmpty();
  }

  @Test
  void shouldRefuseNamesThatNoComponentHas() throws Exception {
    String refusal =
        "400 {\"errorCode\":\"ERR_WORKFLOW_COMPONENT_NOT_FOUND\",\"message\":\"workflow component"
            + " 'nosuch' does not exist\"}";
    assertThat(http.post("/v1.0/workflows/nosuch/W/start")).isEqualTo(refusal);
    assertThat(http.get("/v1.0/workflows/nosuch/x")).isEqualTo(refusal);
    assertThat(http.post("/v1.0/workflows/nosuch/x/pause")).isEqualTo(refusal);
    assertThat(http.get("/v1.0/workflows/nosuch/x/history")).isEqualTo(refusal);
    assertStatus(
        () ->
            grpc.startWorkflowBeta1(
                StartWorkflowRequest.newBuilder()
                    .setWorkflowComponent("nosuch")
                    .setWorkflowName("W")
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        "workflow component 'nosuch' does not exist");
  }

  @Test
  void shouldTakeAnyNameForTheEngineWithoutComponentFiles() throws Exception {
    try (LiveEngine plain = new LiveEngine();
        HttpDoor door = new HttpDoor(plain.dialect())) {
      assertThat(door.post("/v1.0/workflows/nosuch/W/start?instanceID=a")).startsWith("202");
      assertThat(door.get("/v1.0/workflows/dapr/a")).startsWith("200");
    }
  }

  @Test
  void shouldShowAComponentToTheApplicationsInItsScopesOnly() throws Exception {
    assertThat(http.post("/v1.0/workflows/mine/W/start?instanceID=s")).contains("does not exist");
    assertThat(http.post("/v1.0/workflows/mine/W/start?instanceID=s&appID=shop")).startsWith("202");
    assertThat(http.get("/v1.0/workflows/mine/s?appID=shop")).contains("\"app\":\"shop\"");
    assertThat(http.get("/v1.0/metadata"))
        .contains(
            "\"components\":[{\"name\":\"ledger\",\"type\":\"workflow.ledger\",\"version\":\"v1\","
                + "\"capabilities\":[]},{\"name\":\"own\"");
    assertThat(
            grpc.getMetadata(GetMetadataRequest.getDefaultInstance()).getRegisteredComponentsList())
        .extracting(component -> component.getName() + " " + component.getType())
        .containsExactly("ledger workflow.ledger", "own workflow.millrace");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          raiseEvent/go | ERR_RAISE_EVENT_WORKFLOW | error raising event on workflow 'x':
          pause         | ERR_PAUSE_WORKFLOW       | error pausing workflow x:
          resume        | ERR_RESUME_WORKFLOW      | error resuming workflow x:
          purge         | ERR_PURGE_WORKFLOW       | error purging workflow x:
          """)
  void shouldSayWhatAComponentDoesNotImplement(String verb, String tag, String prefix)
      throws Exception {
    assertThat(http.post("/v1.0/workflows/ledger/x/" + verb))
        .isEqualTo("500 {\"errorCode\":\"%s\",\"message\":\"%s %s\"}".formatted(tag, prefix, TEXT));
  }

  @Test
  void shouldSayTheSameOverGrpcAndForWhatGoesBeyond() throws Exception {
    assertStatus(
        () ->
            grpc.pauseWorkflowBeta1(
                PauseWorkflowRequest.newBuilder()
                    .setWorkflowComponent("ledger")
                    .setInstanceId("x")
                    .build()),
        Status.Code.INTERNAL,
        "error pausing workflow x: " + TEXT);
    assertThat(http.get("/v1.0/workflows/ledger")).startsWith("500").contains(TEXT);
    assertThat(http.get("/v1.0/workflows/ledger/x/explain"))
        .isEqualTo("500 {\"errorCode\":\"ERR_GET_WORKFLOW\",\"message\":\"" + TEXT + "\"}");
  }

  @Test
  void shouldSayItForAComponentThatImplementsNothing() throws Exception {
    ComponentCalls calls = new ComponentCalls("nothing", metadata -> {});

    assertProblem(
        () -> calls.start("a", "i", "W", new byte[0], Map.of()).get(),
        500,
        "error starting workflow 'W': " + TEXT);
    assertProblem(
        () -> calls.get("a", "i").get(),
        500,
        "error while getting workflow info on instance 'i': " + TEXT);
    assertProblem(
        () -> calls.terminate("a", "i").get(), 500, "error terminating workflow 'i': " + TEXT);
  }

  @Test
  void shouldCheckRequestsBeforeTheComponentSeesThem() {
    assertStatus(
        () ->
            grpc.startWorkflowBeta1(
                StartWorkflowRequest.newBuilder()
                    .setWorkflowComponent("ledger")
                    .setInstanceId("a.b")
                    .setWorkflowName("W")
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        "workflow instance ID 'a.b' is invalid: only alphanumeric and underscore characters are"
            + " allowed");
    assertStatus(
        () ->
            grpc.raiseEventWorkflowBeta1(
                RaiseEventWorkflowRequest.newBuilder()
                    .setWorkflowComponent("ledger")
                    .setInstanceId("x")
                    .build()),
        Status.Code.INVALID_ARGUMENT,
        "missing workflow event name");
    assertThat(ledger.instances).isEmpty();
  }

  @Test
  void shouldMakeAnIdAndHandOptionsOver() {
    String id =
        grpc.startWorkflowBeta1(
                StartWorkflowRequest.newBuilder()
                    .setWorkflowComponent("ledger")
                    .setWorkflowName("W")
                    .putOptions("queue", "fast")
                    .build())
            .getInstanceId();

    assertThat(id).isNotEmpty();
    assertThat(
            grpc.getWorkflowBeta1(
                    GetWorkflowRequest.newBuilder()
                        .setWorkflowComponent("ledger")
                        .setInstanceId(id)
                        .build())
                .getPropertiesMap())
        .containsEntry("queue", "fast");
  }

  @Test
  void shouldSayThatAnInstanceIsMissing() throws Exception {
    String missing =
        "404 {\"errorCode\":\"ERR_INSTANCE_ID_NOT_FOUND\",\"message\":\"unable to find workflow"
            + " with the provided instance ID: gone\"}";
    assertThat(http.get("/v1.0/workflows/ledger/gone")).isEqualTo(missing);
    assertThat(http.post("/v1.0/workflows/ledger/gone/terminate")).isEqualTo(missing);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void shouldHaveAStatusForEveryReason(Reason reason) {
    int status =
        switch (reason) {
          case INVALID -> 400;
          case DENIED -> 403;
          case UNAVAILABLE -> 503;
          case TIMED_OUT -> 504;
          case NOT_FOUND, ALREADY_EXISTS, FAILED -> 500;
        };
    ComponentCalls calls = new ComponentCalls("c", pausing(() -> Outcome.failed(reason, "why")));

    assertProblem(() -> calls.pause("a", "i").get(), status, "error pausing workflow i: why");
  }

  @Test
  void shouldAnswerForAComponentThatThrows() {
    ComponentCalls calls =
        new ComponentCalls(
            "broken",
            pausing(() -> {
              throw new IllegalStateException("password=hunter2");
            }));

    assertProblem(
        () -> calls.pause("a", "i").get(),
        500,
        "error pausing workflow i: component broken failed; see the log of the server");
  }

  @Test
  void shouldInterruptAComponentThatHangs() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    ComponentCalls calls =
        new ComponentCalls(
            "slow",
            pausing(() -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return Outcome.done();
            }),
            Duration.ofMillis(20));

    assertProblem(
        () -> calls.pause("a", "i").get(),
        504,
        "error pausing workflow i: component slow did not answer within 20 ms; whether it acted"
            + " is not known");
    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private interface Pausing {
    Outcome<Done> pause() throws InterruptedException;
  }

  private static WorkflowComponent pausing(Pausing pausing) {
    return new WorkflowComponent() {
      @Override
      public void init(ComponentMetadata metadata) {}

      @Override
      public Outcome<Done> pause(Call call, PauseRequest request) throws InterruptedException {
        return pausing.pause();
      }
    };
  }

  private interface Calling {
    Object call() throws ExecutionException, InterruptedException;
  }

  private static void assertProblem(Calling calling, int status, String message) {
    assertThatThrownBy(calling::call)
        .cause()
        .isInstanceOfSatisfying(
            DaprProblem.class,
            problem -> {
              assertThat(problem.getMessage()).isEqualTo(message);
              assertThat(problem.httpStatus()).isEqualTo(status);
            });
  }

  private static void assertStatus(Runnable call, Status.Code code, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).isEqualTo(message);
            });
  }

  /** Starts, shows and ends instances that do nothing. */
  private static final class Ledger implements WorkflowComponent {
    private final Map<String, WorkflowState> instances = new ConcurrentHashMap<>();

    @Override
    public void init(ComponentMetadata metadata) {}

    @Override
    public Outcome<StartResponse> start(Call call, StartRequest request) {
      Map<String, String> properties = new java.util.TreeMap<>(request.options());
      properties.put("app", call.appId());
      if (!request.workflowInput().isEmpty()) {
        properties.put("input", request.workflowInput().text());
      }
      Instant now = Instant.parse("2026-01-02T03:04:05Z");
      instances.put(
          request.instanceId(),
          new WorkflowState(
              request.instanceId(), request.workflowName(), now, now, "RUNNING", properties));
      return Outcome.of(new StartResponse(request.instanceId()));
    }

    @Override
    public Outcome<StateResponse> get(Call call, GetRequest request) {
      WorkflowState found = instances.get(request.instanceId());
      return found == null
          ? Outcome.failed(Reason.NOT_FOUND, "no such instance exists")
          : Outcome.of(new StateResponse(found));
    }

    @Override
    public Outcome<Done> terminate(Call call, TerminateRequest request) {
      WorkflowState found =
          instances.computeIfPresent(
              request.instanceId(),
              (id, state) ->
                  new WorkflowState(
                      id,
                      state.workflowName(),
                      state.createdAt(),
                      state.lastUpdatedAt(),
                      "TERMINATED",
                      state.properties()));
      return found == null
          ? Outcome.failed(Reason.NOT_FOUND, "no such instance exists")
          : Outcome.done();
    }
  }
}
