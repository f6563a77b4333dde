package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.systemtests.TestServer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the Go SDK 1.15 and durabletask-go 0.14. */
final class GoSdkCases extends RecentSdkScenarios {

  GoSdkCases() {
    super(Sdk.GO);
  }

  private static final List<Object> CHAIN_HISTORY =
      Stream.concat(
              Stream.of("workflowStarted", "executionStarted"),
              Stream.concat(
                  Stream.generate(
                          () -> List.of("taskScheduled", "workflowStarted", "taskCompleted"))
                      .limit(5)
                      .flatMap(List::stream),
                  Stream.of("executionCompleted")))
          .<Object>map(kind -> kind)
          .toList();

  @Test
  void shouldShowHistoryToThoseBelow() {
    assertPropagated(play("propagation"));
  }

  @Test
  void shouldListReadHistoryAndRerun() {
    JsonNode result = play("inspect");

    assertThat(result.path("listed").asInt()).isEqualTo(1);
    assertThat(texts(result.path("kinds"))).isEqualTo(CHAIN_HISTORY);
    // The fourth of five activities runs again with the input 100.
    assertCompleted(result.path("rerun"), 102);
  }

  @Test
  void case02ShouldGiveAChildsResultToItsParent() {
    JsonNode parent = play("child");

    assertCompleted(parent, 15);
    JsonNode child = new WorkflowCalls(RUNNING.api()).get(parent.path("id").asString("") + ":0000");
    assertThat(child.path("workflowName").asString("")).isEqualTo("Chain");
    assertThat(WorkflowCalls.status(child)).isEqualTo("COMPLETED");
    assertThat(WorkflowCalls.property(child, "output")).isEqualTo("15");
  }

  @Test
  void case05ShouldTakeIdsThatHttpRefuses() {
    assertCompleted(play("special_id"), 6);
  }

  @Test
  void case09And11ShouldKeepExactHistories() {
    JsonNode result = play("histories");

    assertThat(texts(result.path("alone")))
        .containsExactly("workflowStarted", "executionStarted", "executionCompleted");
    assertThat(texts(result.path("parent")))
        .containsExactly(
            "workflowStarted",
            "executionStarted",
            "childWorkflowInstanceCreated",
            "workflowStarted",
            "childWorkflowInstanceCompleted",
            "executionCompleted");
    assertThat(result.path("child").asString("")).isEqualTo("Chain");
    assertThat(result.path("unknown").asString(""))
        .contains("code = NotFound desc = workflow instance 'nobody' not found");
  }

  @Test
  void case14ShouldRunActivitiesThatNobodyAwaits() {
    JsonNode result = play("no_await");

    assertCompleted(result.path("instance"), "spread");
    assertThat(result.path("ran").asInt()).isEqualTo(30);
  }

  @Test
  void case22ShouldKeepAnIdWhileAChildRuns() {
    JsonNode result = play("child_running");

    assertThat(result.path("refused").asString(""))
        .contains("code = AlreadyExists")
        .contains("child workflow '" + result.path("child").asString("") + "'");
    assertCompleted(result.path("again"), 6);
  }

  @Test
  void case25ShouldCarryEventsOverInTheirOrder() {
    assertCompleted(play("carry_fifo"), List.of(1, 2, 3, 4, 5, 6, 7));
    assertCompleted(
        play("carry_pairs"), List.of(List.of(1, 2), List.of(3, 4), List.of(5, 6), List.of(7, 8)));
  }

  @Test
  void case26ShouldDeliverEachOfManyEventsOnce() {
    JsonNode instance = play("overload");

    assertThat(instance.path("status").asString("")).isEqualTo("COMPLETED");
    assertThat(instance.path("output").valueStream().map(JsonNode::asInt))
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 25).boxed().toList());
  }

  @Test
  void case24ShouldContinueAsNewInATightLoop() {
    assertCompleted(play("tight"), 100);
  }

  @Test
  void case30ShouldPurgeByForceAndFreeTheId() {
    JsonNode result = play("force_purge");

    assertThat(result.path("refused").asString(""))
        .contains("failed to purge workflow state: orchestration has not yet completed");
    assertThat(result.path("after").asString("")).isEqualTo("ABSENT");
    assertCompleted(result.path("again"), 6);
  }

  @Test
  void case33ShouldRerunFromEachEvent() {
    JsonNode result = play("rerun");

    assertThat(result.path("calls").valueStream().map(JsonNode::asInt))
        .containsExactly(5, 4, 3, 2, 1);
    assertThat(texts(result.path("refused")).stream().map(String::valueOf))
        .satisfiesExactly(
            noEvent -> assertThat(noEvent).endsWith("does not have history event with ID '99'"),
            noSource ->
                assertThat(noSource).endsWith("workflow instance does not exist with ID 'nobody'"),
            same -> assertThat(same).contains("must be different from the original instance ID"),
            active -> assertThat(active).endsWith("is not in a terminal state"));
  }

  @Test
  void case39ShouldStallUntilTheVersionIsThere() {
    try (TestServer server = TestServer.start()) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      String id;
      try (SdkProgram first = another(server, Map.of("MILLRACE_VERSION", "v1"))) {
        id = calls.start("Versioned", null);
        calls.awaitStatus(id, "RUNNING");
        assertCompleted(first.play("chain"), 6);
      }
      try (SdkProgram second = another(server, Map.of("MILLRACE_VERSION", "v2"))) {
        calls.raise(id, "Go", "\"on\"").expect(202);
        calls.awaitStatus(id, "UNKNOWN");
        assertThat(calls.raise(id, "Go", "\"on\"").expect(500).text()).contains("stalled");
        assertCompleted(second.play("chain"), 6);
      }
      try (SdkProgram third = another(server, Map.of("MILLRACE_VERSION", "v1"))) {
        JsonNode ended = calls.awaitStatus(id, "COMPLETED");
        assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("\"v1 on\"");
        assertCompleted(third.play("chain"), 6);
      }
    }
  }

  @Test
  void case34ShouldRetryWithTimersOfTheirKindAndOneExecutionId() {
    String id = play("retries").at("/healed/id").asString("");
    try (HubClient client = new HubClient(RUNNING.get().grpcPort(), "")) {
      List<HistoryEvent> events =
          client
              .hub()
              .getInstanceHistory(GetInstanceHistoryRequest.newBuilder().setInstanceId(id).build())
              .getEventsList();

      assertThat(events)
          .filteredOn(HistoryEvent::hasTaskScheduled)
          .hasSize(3)
          .extracting(event -> event.getTaskScheduled().getTaskExecutionId())
          .doesNotContain("")
          .satisfies(ids -> assertThat(ids.stream().distinct()).hasSize(1));
      assertThat(events)
          .filteredOn(HistoryEvent::hasTimerCreated)
          .hasSize(2)
          .allSatisfy(event -> assertThat(event.getTimerCreated().hasActivityRetry()).isTrue());
    }
  }

  @Test
  void case38ShouldStallUntilThePatchIsThere() {
    try (TestServer server = TestServer.start()) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      String id;
      try (SdkProgram first = another(server, Map.of("MILLRACE_PATCHED", "yes"))) {
        id = calls.start("Patched", null);
        calls.awaitStatus(id, "RUNNING");
        assertCompleted(first.play("chain"), 6);
      }
      try (SdkProgram second = another(server)) {
        calls.raise(id, "Go", "1").expect(202);
        calls.awaitStatus(id, "UNKNOWN");
        assertCompleted(second.play("chain"), 6);
      }
      try (SdkProgram third = another(server, Map.of("MILLRACE_PATCHED", "yes"))) {
        JsonNode ended = calls.awaitStatus(id, "COMPLETED");
        assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("2");
        assertCompleted(third.play("chain"), 6);
      }
    }
  }

  @Test
  void case40ShouldDetachWorkflows() {
    JsonNode result = play("detached");

    assertThat(result.at("/caller/output").asString(""))
        .isEqualTo(result.at("/spawned/id").asString("none"));
    assertCompleted(result.path("spawned"), 6);
  }

  @Test
  void shouldExplainAnEndlessWaitAsOneForItsEvent() {
    WorkflowCalls calls = new WorkflowCalls(RUNNING.api());
    String id = calls.start("WaitEvent", null);
    calls.awaitStatus(id, "RUNNING");

    JsonNode explained =
        RUNNING.api().get("/v1.0/workflows/dapr/" + id + "/explain").expect(200).json();

    assertThat(explained.path("why").asString("")).isEqualTo("it waits for event Go");
    assertThat(explained.at("/waiting/0/for").asString("")).isEqualTo("event");
    assertThat(RUNNING.api().get("/api/processInst/" + id + "/actions/explain").text())
        .contains("Waits for event Go without a time limit.");
    calls.raise(id, "Go", "1").expect(202);
    calls.awaitStatus(id, "COMPLETED");
  }

  @Test
  void shouldKeepAnEarlierRunsResultFromTheNext() {
    JsonNode result = play("late_result");

    assertThat(result.path("kinds").asString(""))
        .isEqualTo("workflowStarted executionStarted timerCreated");
    assertCompleted(result.path("instance"), "mine");
  }
}
