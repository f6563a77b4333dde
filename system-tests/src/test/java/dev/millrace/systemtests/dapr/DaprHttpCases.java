package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api.Answer;
import dev.millrace.systemtests.Json;
import dev.millrace.systemtests.RunningServer;
import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * The conformance cases of the Dapr workflow API that plain HTTP can tell, named after their
 * numbers, with an SDK program as the worker; and the documented calls in the documented order.
 */
final class DaprHttpCases {

  private static final List<String> VERSIONS = List.of("v1.0", "v1.0-beta1", "v1.0-alpha1");
  private static final int STARTERS = 8;

  /** Times six bytes: more than a row holds itself. */
  private static final int LARGE = 100_000;

  private static final String PAYLOADS = "SELECT count(*) FROM mr_blob WHERE hash <> ?";

  @RegisterExtension static final RunningServer RUNNING = new RunningServer();

  private static @Nullable SdkProgram worker;
  private static @Nullable Path journal;

  @BeforeAll
  static void startWorker() throws IOException {
    journal = Files.createTempFile("millrace-journal-", ".txt");
    worker = SdkProgram.start(Sdk.JAVA, RUNNING.get(), journal);
  }

  @AfterAll
  static void closeWorker() throws IOException {
    if (worker != null) {
      worker.close();
    }
    if (journal != null) {
      Files.deleteIfExists(journal);
    }
  }

  private static WorkflowCalls calls() {
    return new WorkflowCalls(RUNNING.api());
  }

  private static String run(String workflow, String input) {
    String id = calls().start(workflow, input);
    calls().awaitStatus(id, "COMPLETED");
    return id;
  }

  private static String started(String workflow, @Nullable String input) {
    String id = calls().start(workflow, input);
    calls().awaitStatus(id, "RUNNING");
    return id;
  }

  private static void assertError(Answer answer, int status, String code, String message) {
    answer.expect(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.text())
        .isEqualTo("{\"errorCode\":\"" + code + "\",\"message\":\"" + message + "\"}");
  }

  private static void assertUnknown(String id) {
    assertError(
        calls().tryGet(id),
        404,
        "ERR_INSTANCE_ID_NOT_FOUND",
        "unable to find workflow with the provided instance ID: " + id);
  }

  private static Duration lifetime(JsonNode instance) {
    return Duration.between(
        Instant.parse(instance.path("createdAt").asString("")),
        Instant.parse(instance.path("lastUpdatedAt").asString("")));
  }

  @Test
  void case01ShouldRunASingleActivity() {
    for (String version : VERSIONS) {
      String id = WorkflowCalls.fresh();
      Answer answer =
          RUNNING
              .api()
              .postText(
                  "/" + version + "/workflows/dapr/EchoAll/start?instanceID=" + id,
                  "\"Dapr\"",
                  "application/json");

      answer.expect(202);
      assertThat(answer.text()).isEqualTo("{\"instanceID\":\"" + id + "\"}");
      JsonNode ended = calls().awaitStatus(id, "COMPLETED");
      assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("\"Dapr\"");
    }
  }

  @Test
  void case03ShouldPurgeATree() {
    String child = WorkflowCalls.fresh();
    String parent = started("WaitingParent", Json.text(child));
    calls().awaitStatus(child, "RUNNING");
    calls().raise(child, "Go", "1").expect(202);
    calls().awaitStatus(parent, "COMPLETED");

    Answer answer = calls().act(parent, "purge").expect(202);

    assertThat(answer.text()).isEqualTo("{}");
    assertUnknown(parent);
    assertUnknown(child);
  }

  @Test
  void case04ShouldTerminateATree() {
    String child = WorkflowCalls.fresh();
    String parent = started("WaitingParent", Json.text(child));
    calls().awaitStatus(child, "RUNNING");

    calls().act(parent, "terminate").expect(202);

    JsonNode ended = calls().awaitStatus(parent, "TERMINATED");
    assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("<absent>");
    calls().awaitStatus(child, "TERMINATED");
  }

  @Test
  void case06ShouldFetchExactlyWhatThereIs() {
    String id = started("WaitEvent", "{\"a\": 1,  \"b\":[true,null]}");

    JsonNode running = calls().get(id);

    assertThat(running.propertyNames())
        .containsExactly(
            "instanceID",
            "workflowName",
            "createdAt",
            "lastUpdatedAt",
            "runtimeStatus",
            "properties");
    assertThat(running.path("workflowName").asString("")).isEqualTo("WaitEvent");
    assertThat(Json.plain(running.path("properties")))
        .isEqualTo(
            Map.of(
                "dapr.workflow.custom_status", "\"waiting\"",
                "dapr.workflow.input", "{\"a\": 1,  \"b\":[true,null]}"));
    calls().raise(id, "Go", "{\"k\":1}").expect(202);
    JsonNode ended = calls().awaitStatus(id, "COMPLETED");
    assertThat(Json.plain(ended.path("properties")))
        .isEqualTo(
            Map.of(
                "dapr.workflow.custom_status", "\"waiting\"",
                "dapr.workflow.input", "{\"a\": 1,  \"b\":[true,null]}",
                "dapr.workflow.output", "{\"k\":1}"));
    assertThat(lifetime(ended)).isPositive();
  }

  @Test
  void case07ShouldShowTheFailureAndNoOutput() {
    String id = calls().start("Failing", "\"it\"");

    JsonNode ended = calls().awaitStatus(id, "FAILED");

    assertThat(WorkflowCalls.property(ended, "failure.error_message")).contains("boom it");
    assertThat(WorkflowCalls.property(ended, "failure.error_type")).isNotIn("", "<absent>");
    assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("<absent>");
  }

  @Test
  void case08ShouldAnswerUnknownInstances() {
    for (String version : VERSIONS) {
      assertError(
          RUNNING.api().get("/" + version + "/workflows/dapr/not-found"),
          404,
          "ERR_INSTANCE_ID_NOT_FOUND",
          "unable to find workflow with the provided instance ID: not-found");
    }
  }

  @Test
  void case12ShouldFailAnUnknownWorkflow() {
    String id = calls().start("NobodyKnowsIt", "1");

    JsonNode ended = calls().awaitStatus(id, "FAILED");

    assertThat(WorkflowCalls.property(ended, "failure.error_message")).contains("NobodyKnowsIt");
  }

  @Test
  void case15ShouldRunActivitiesAtOnce() {
    JsonNode ended = calls().get(run("FanOut", "100"));

    assertThat(Json.parse(WorkflowCalls.property(ended, "output")).size()).isEqualTo(100);
  }

  @Test
  void case17ShouldHoldEventsWhilePaused() {
    String id = started("WaitEvent", null);
    calls().act(id, "pause").expect(202);
    calls().awaitStatus(id, "SUSPENDED");
    calls().act(id, "pause").expect(202);

    calls().raise(id, "Go", "\"held\"").expect(202);

    assertThat(WorkflowCalls.status(calls().get(id))).isEqualTo("SUSPENDED");
    calls().act(id, "resume").expect(202);
    JsonNode ended = calls().awaitStatus(id, "COMPLETED");
    assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("\"held\"");
    assertThat(calls().act(id, "pause").expect(202).text()).isEqualTo("{}");
    assertThat(calls().act(id, "resume").expect(202).text()).isEqualTo("{}");
  }

  @Test
  void case18ShouldDeliverEvents() {
    String id = started("WaitEvent", null);
    calls().raise(id, "Other", "\"x\"").expect(202);

    Answer answer = calls().raise(id, "Go", "{\"k\":1}").expect(202);

    assertThat(answer.text()).isEqualTo("{}");
    JsonNode ended = calls().awaitStatus(id, "COMPLETED");
    assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("{\"k\":1}");
    calls().raise(id, "Go", "1").expect(202);
  }

  @Test
  void case19ShouldCountEqualEventsEach() {
    String id = started("Collector", "{\"wanted\":4,\"items\":[]}");

    for (int i = 0; i < 4; i++) {
      calls().raise(id, "Item", "7").expect(202);
    }

    JsonNode ended = calls().awaitStatus(id, "COMPLETED");
    assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("[7,7,7,7]");
  }

  @Test
  void case20ShouldTimeOutOrTakeTheEvent() {
    String late = calls().start("WaitEventLimited", "1");
    String early = started("WaitEventLimited", "600");
    calls().raise(early, "Go", "\"it\"").expect(202);

    JsonNode inTime = calls().awaitStatus(early, "COMPLETED");
    JsonNode timedOut = calls().awaitStatus(late, "COMPLETED");

    assertThat(WorkflowCalls.property(inTime, "output")).isEqualTo("\"got it\"");
    assertThat(WorkflowCalls.property(timedOut, "output")).isEqualTo("\"timed out\"");
  }

  @Test
  void case21ShouldLetOneOfManyStartsWin() throws Exception {
    String id = WorkflowCalls.fresh();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> starts =
          IntStream.range(0, STARTERS)
              .mapToObj(n -> threads.submit(() -> calls().tryStart("WaitEvent", id, "1")))
              .toList();
      int accepted = 0;
      for (Future<Answer> start : starts) {
        Answer answer = start.get();
        if (answer.status() == 202) {
          accepted++;
        } else {
          assertError(
              answer,
              500,
              "ERR_START_WORKFLOW",
              "error starting workflow 'WaitEvent': unable to start workflow: failed to start"
                  + " workflow: rpc error: code = AlreadyExists desc = an active workflow with ID '"
                  + id
                  + "' already exists");
        }
      }
      assertThat(accepted).isEqualTo(1);
    }
    calls().awaitStatus(id, "RUNNING");
    calls().raise(id, "Go", "1").expect(202);
    calls().awaitStatus(id, "COMPLETED");
    calls().tryStart("Chain", id, "1").expect(202);
    JsonNode again = calls().awaitStatus(id, "COMPLETED");
    assertThat(again.path("workflowName").asString("")).isEqualTo("Chain");
  }

  @Test
  void case23ShouldFailAChildWhoseIdIsTaken() {
    String occupant = started("WaitEvent", null);

    String parent = calls().start("WaitingParent", Json.text(occupant));

    JsonNode ended = calls().awaitStatus(parent, "FAILED");
    assertThat(WorkflowCalls.property(ended, "failure.error_message")).contains("already exists");
    assertThat(WorkflowCalls.status(calls().get(occupant))).isEqualTo("RUNNING");
    calls().raise(occupant, "Go", "\"mine\"").expect(202);
    JsonNode other = calls().awaitStatus(occupant, "COMPLETED");
    assertThat(WorkflowCalls.property(other, "output")).isEqualTo("\"mine\"");
  }

  @Test
  void case24ShouldContinueAsNew() {
    JsonNode ended = calls().get(run("Counter", "1"));

    assertThat(WorkflowCalls.property(ended, "input")).isEqualTo("9");
    assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("10");
  }

  @Test
  void case29ShouldPurgeOnlyWhatHasEnded() {
    String running = started("WaitEvent", null);
    assertError(
        calls().act(running, "purge"),
        500,
        "ERR_PURGE_WORKFLOW",
        "error purging workflow "
            + running
            + ": failed to Purge workflow "
            + running
            + ": failed to purge workflow state: orchestration has not yet completed");
    calls().act("nope", "purge").expect(404);
    String ended = run("Chain", "1");

    calls().act(ended, "purge").expect(202);

    assertUnknown(ended);
    calls().act(ended, "purge").expect(404);
    calls().tryStart("Chain", ended, "2").expect(202);
    calls().awaitStatus(ended, "COMPLETED");
  }

  @Test
  void case36ShouldTerminateAnyNumberOfTimes() {
    String id = started("WaitEvent", null);
    calls().act(id, "terminate").expect(202);
    calls().act(id, "terminate").expect(202);
    calls().awaitStatus(id, "TERMINATED");
    String ended = run("Chain", "1");

    calls().act(ended, "terminate").expect(202);

    assertThat(WorkflowCalls.status(calls().get(ended))).isEqualTo("COMPLETED");
    calls().act("nope", "terminate").expect(404);
  }

  @Test
  void case37ShouldFireTimersAtTheirTimeAlsoWhenPaused() {
    JsonNode plain = calls().get(run("Sleep", "2"));
    String paused = started("Sleep", "1");
    calls().act(paused, "pause").expect(202);
    calls().awaitStatus(paused, "SUSPENDED");
    // The timer's time passes while the instance is paused.
    run("Sleep", "2");

    assertThat(lifetime(plain)).isBetween(Duration.ofMillis(1_999), Duration.ofSeconds(10));
    assertThat(WorkflowCalls.status(calls().get(paused))).isEqualTo("SUSPENDED");
    calls().act(paused, "resume").expect(202);
    calls().awaitStatus(paused, "COMPLETED");
  }

  @Test
  void shouldManageAsTheDocumentedCallsDo() {
    String workflow = "/v1.0/workflows/dapr/12345678";
    RUNNING
        .api()
        .postText("/v1.0/workflows/dapr/WaitEvent/start?instanceID=12345678", "{}", null)
        .expect(202);
    calls().awaitStatus("12345678", "RUNNING");
    RUNNING.api().postText(workflow + "/pause", null, null).expect(202);
    calls().awaitStatus("12345678", "SUSPENDED");
    RUNNING.api().postText(workflow + "/resume", null, null).expect(202);
    calls().awaitStatus("12345678", "RUNNING");
    RUNNING.api().postText(workflow + "/raiseEvent/event1", "\"eventData\"", null).expect(202);
    RUNNING.api().postText(workflow + "/terminate", null, null).expect(202);
    calls().awaitStatus("12345678", "TERMINATED");
    JsonNode found = RUNNING.api().get(workflow).expect(200).json();
    assertThat(found.path("instanceID").asString("")).isEqualTo("12345678");
    RUNNING.api().postText(workflow + "/purge", null, null).expect(202);
    RUNNING.api().get(workflow).expect(404);
  }

  @Test
  void shouldManageWithoutAWorker() {
    try (TestServer server = TestServer.start()) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      String id = calls.start("WaitEvent", Json.text("large ".repeat(LARGE)));
      assertThat(WorkflowCalls.status(calls.get(id))).isEqualTo("PENDING");
      assertThat(server.queryNumber(PAYLOADS, "")).isPositive();

      calls.raise(id, "Go", "1").expect(202);
      calls.act(id, "terminate").expect(202);

      calls.awaitStatus(id, "TERMINATED");
      calls.act(id, "purge").expect(202);
      calls.tryGet(id).expect(404);
      assertThat(server.queryNumber(PAYLOADS, "")).isZero();
    }
  }
}
