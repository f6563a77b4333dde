package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.Json;
import dev.millrace.systemtests.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What only programs with the SDKs' recent versions have or do right (a worker of npm 3.5 reports a
 * failed activity without saying of which instance), and what happens when processes die.
 */
abstract class RecentSdkScenarios extends SdkScenarios {

  private static final int STEPS = 5;
  private static final String ORDER = "{\"steps\":" + STEPS + ",\"millis\":150}";

  RecentSdkScenarios(Sdk sdk) {
    super(sdk);
  }

  @Test
  void shouldStartAtTheTimeGiven() {
    JsonNode result = play("delayed_start");

    assertThat(result.path("before").asString("")).isEqualTo("PENDING");
    assertCompleted(result.path("instance"), 6);
    assertThat(result.path("millis").asLong()).isBetween(1_990L, 10_000L);
  }

  @Test
  void shouldRetryAsThePolicySays() {
    JsonNode result = play("retries");

    assertCompleted(result.path("healed"), 3);
    assertFailed(result.path("exhausted"), "boom again");
  }

  @Test
  void shouldCarryEventsOverEachContinueAsNew() {
    JsonNode instance = play("carry_over");

    assertThat(instance.path("status").asString("")).as("%s", instance).isEqualTo("COMPLETED");
    // The order is the SDK's affair: Java's loses it.
    assertThat(instance.path("output").valueStream().map(JsonNode::asInt))
        .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
  }

  @Test
  void shouldRunChildrenAndReportTheirFailure() {
    JsonNode instance = play("children");

    assertThat(instance.path("status").asString("")).as("%s", instance).isEqualTo("COMPLETED");
    assertThat(instance.at("/output/child").asInt()).isEqualTo(15);
    assertThat(instance.at("/output/failure").asString("")).contains("boom child");
  }

  @Test
  void shouldFailWithTheActivitysFailure() {
    JsonNode instance = play("failure");

    assertFailed(instance, "boom once");
  }

  @Test
  void shouldShowStateAndPayloads() {
    JsonNode result = play("state");

    JsonNode running = result.path("running");
    List<Object> list = new ArrayList<>(List.of(1, 2.5));
    list.add(null);
    assertThat(running.path("status").asString("")).isEqualTo("RUNNING");
    assertThat(running.path("name").asString("")).isEqualTo("WaitEvent");
    assertThat(Json.plain(running.path("input"))).isEqualTo(Map.of("a", list));
    assertThat(running.path("output").isNull()).isTrue();
    assertThat(running.path("custom").asString("waiting")).isEqualTo("waiting");
    assertCompleted(result.path("ended"), "now");
  }

  @Test
  void shouldRefuseASecondActiveInstanceOfOneId() {
    JsonNode result = play("duplicate");

    assertThat(result.path("error").asString("")).contains("an active workflow with ID '");
    assertCompleted(result.path("first"), 1);
    assertCompleted(result.path("again"), 10);
  }

  @Test
  void shouldRunManyAtOnce() {
    JsonNode result = play("many");

    assertThat(result.path("outputs").valueStream().map(JsonNode::asInt))
        .containsExactlyElementsOf(IntStream.rangeClosed(6, 55).boxed().toList());
  }

  @Test
  void shouldFailAWorkflowThatTheWorkerDoesNotKnow() {
    JsonNode instance = play("unknown_workflow");

    assertFailed(instance, "NobodyKnowsIt");
  }

  @Test
  void shouldGoOnWithTheOtherWorkerWhenOneIsKilled() {
    try (TestServer server = TestServer.start();
        SdkProgram one = another(server);
        SdkProgram two = another(server)) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      List<String> ids = startSteps(calls, 10);
      awaitSteps(ids, 8);

      one.kill();

      assertAllCompleted(calls, ids);
      assertThat(two.play("chain").path("status").asString("")).isEqualTo("COMPLETED");
    }
  }

  @Test
  void shouldGoOnWhenTheServerIsKilled() {
    try (TestServer server = TestServer.start();
        SdkProgram worker = another(server)) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      List<String> ids = startSteps(calls, 6);
      awaitSteps(ids, 8);

      server.kill();
      server.restart();

      if (sdk().reconnects()) {
        assertAllCompleted(new WorkflowCalls(server.api()), ids);
        assertThat(worker.play("chain").path("status").asString("")).isEqualTo("COMPLETED");
      } else {
        worker.kill();
        try (SdkProgram next = another(server)) {
          assertAllCompleted(new WorkflowCalls(server.api()), ids);
          assertThat(next.play("chain").path("status").asString("")).isEqualTo("COMPLETED");
        }
      }
    }
  }

  @Test
  void shouldGoOnWhenTheServerIsRestartedInOrder() {
    try (TestServer server = TestServer.start();
        SdkProgram worker = another(server)) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      List<String> ids = startSteps(calls, 6);
      awaitSteps(ids, 8);

      server.stop();
      server.restart();

      assertAllCompleted(new WorkflowCalls(server.api()), ids);
      assertThat(worker.play("chain").path("status").asString("")).isEqualTo("COMPLETED");
    }
  }

  @Test
  void shouldRunWhatWasStartedBeforeTheWorkerCame() {
    try (TestServer server = TestServer.start()) {
      WorkflowCalls calls = new WorkflowCalls(server.api());
      String id = calls.start("Chain", "1");
      assertThat(WorkflowCalls.status(calls.get(id))).isEqualTo("PENDING");
      try (SdkProgram worker = another(server)) {
        JsonNode ended = calls.awaitStatus(id, "COMPLETED");

        assertThat(WorkflowCalls.property(ended, "output")).isEqualTo("6");
        assertThat(worker.play("chain").path("status").asString("")).isEqualTo("COMPLETED");
      }
    }
  }

  /** Expects what the child Paying, and the activity Audit below it, saw of the workflows above. */
  static void assertPropagated(JsonNode instance) {
    assertCompleted(
        instance,
        Map.of(
            "child", List.of("Ordering"),
            "lineage", List.of("Ordering", "Paying"),
            "own", List.of("Paying"),
            "nothing", List.of()));
  }

  private static List<String> startSteps(WorkflowCalls calls, int count) {
    return IntStream.range(0, count).mapToObj(n -> calls.start("Steps", ORDER)).toList();
  }

  private void awaitSteps(List<String> ids, long atLeast) {
    Api.until(
        atLeast + " activities have run",
        () ->
            journalLines().stream().filter(line -> ids.contains(instance(line))).count()
                >= atLeast);
  }

  private static String instance(String line) {
    return line.substring(0, Math.max(0, line.indexOf(' ')));
  }

  /** Every instance ends with the exact result, and every activity ran at least once. */
  private void assertAllCompleted(WorkflowCalls calls, List<String> ids) {
    for (String id : ids) {
      JsonNode ended = calls.awaitStatusAfterCrash(id, "COMPLETED");
      assertThat(WorkflowCalls.property(ended, "output").replace(" ", "")).isEqualTo("[0,1,2,3,4]");
      List<String> steps = IntStream.range(0, STEPS).mapToObj(step -> id + " " + step).toList();
      assertThat(journalLines()).containsAll(steps);
    }
  }
}
