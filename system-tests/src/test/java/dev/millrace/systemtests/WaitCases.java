package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Cases 35–37: callbacks, suspending, stopping, and running a failed instance again. */
final class WaitCases {

  private static final Duration QUIET = Duration.ofMillis(600);

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Target target;

  @BeforeEach
  void startTarget() {
    target = Target.start();
  }

  @AfterEach
  void closeTarget() {
    target.close();
  }

  private static String callbackPath(JsonNode instance, String task) {
    return "/callback/" + instance.path("executionUid").asString("") + "/" + task;
  }

  @Test
  void case35ShouldTakeTheCallbackOnce() {
    target.shut("/b");
    Definition definition =
        Definition.of(
            "case 35", Task.of("W", "callback").to("B"), Task.http("B", target.url("/b")));
    String id = SERVER.api().run(definition, Json.object());
    JsonNode waiting = SERVER.api().awaitTask(id, "W", "started");

    SERVER.api().post(callbackPath(waiting, "W"), Map.of("paid", 12)).expect(200);
    JsonNode called = SERVER.api().awaitTask(id, "W", "done");
    assertThat(SERVER.api().post(callbackPath(waiting, "W"), Map.of("paid", 13)).status())
        .isEqualTo(409);

    assertThat(Api.output(called, "W")).isEqualTo(Map.of("paid", 12));
    assertThat(Api.output(SERVER.api().instance(id), "W")).isEqualTo(Map.of("paid", 12));
  }

  @Test
  void case35ShouldRefuseACallbackAfterItsTimeout() {
    Definition definition =
        Definition.of(
            "case 35 timeout",
            Task.of("W", "callback")
                .parameter("timeout", 1)
                .parameter("timeout_branch", "T")
                .to("B"),
            Task.script("T", "return 'too late'"),
            Task.script("B", "return 'b'"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.output(ended, "T")).isEqualTo("too late");
    assertThat(Api.runtimes(ended, "B")).isEmpty();
    assertThat(Api.status(Api.runtime(ended, "W"))).isEqualTo("timeout");
    assertThat(SERVER.api().post(callbackPath(ended, "W"), Map.of("paid", 12)).status())
        .isEqualTo(409);
  }

  @Test
  void case36ShouldStartNothingWhileSuspended() {
    CompletableFuture<Void> gate = target.gate("/a");
    Definition definition =
        Definition.of(
            "case 36", Task.http("A", target.url("/a")).to("B"), Task.http("B", target.url("/b")));
    String id = SERVER.api().run(definition, Json.object());
    Api.until("A is called", () -> target.hits("/a").size() == 1);

    SERVER.api().act(id, "suspend").expect(200);
    SERVER.api().awaitStatus(id, "suspended");
    gate.complete(null);
    SERVER.api().awaitTask(id, "A", "done");
    await("nothing starts")
        .during(QUIET)
        .atMost(QUIET.multipliedBy(10))
        .until(() -> target.hits("/b").isEmpty());
    assertThat(Api.status(SERVER.api().instance(id))).isEqualTo("suspended");
    SERVER.api().act(id, "resume").expect(200);

    JsonNode ended = SERVER.api().awaitEnd(id);
    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(target.hits("/a")).hasSize(1);
    assertThat(target.hits("/b")).hasSize(1);
  }

  @Test
  void case36ShouldFireDueTimersOnResume() {
    Definition definition =
        Definition.of(
            "case 36 timer",
            Task.of("A", "interval").parameter("interval", 1).to("B"),
            Task.script("B", "return 'b'"));
    String id = SERVER.api().run(definition, Json.object());
    SERVER.api().act(id, "suspend").expect(200);
    SERVER.api().awaitStatus(id, "suspended");

    long suspendedAt = System.nanoTime();
    Duration pastDue = Duration.ofMillis(1_500);
    Api.until(
        "the timer's due time is over",
        () ->
            Api.status(SERVER.api().instance(id)).equals("suspended")
                && System.nanoTime() - suspendedAt > pastDue.toNanos());
    assertThat(Api.runtimes(SERVER.api().instance(id), "B")).isEmpty();
    SERVER.api().act(id, "resume").expect(200);

    JsonNode ended = SERVER.api().awaitEnd(id);
    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.output(ended, "B")).isEqualTo("b");
  }

  @Test
  void case36ShouldRefuseActionsAfterStop() {
    target.shut("/a");
    Definition definition = Definition.of("case 36 stop", Task.http("A", target.url("/a")));
    String id = SERVER.api().run(definition, Json.object());
    Api.until("A is called", () -> target.hits("/a").size() == 1);

    SERVER.api().act(id, "stop").expect(200);

    JsonNode ended = SERVER.api().awaitEnd(id);
    assertThat(Api.status(ended)).isEqualTo("stopped");
    assertThat(Api.status(Api.runtime(ended, "A"))).isEqualTo("stopped");
    for (String action : new String[] {"suspend", "resume", "stop", "rerun"}) {
      assertThat(SERVER.api().act(id, action).status()).as(action).isEqualTo(409);
    }
  }

  @Test
  void case37ShouldRerunAFailedInstanceWithRepairedVariables() {
    Definition definition =
        Definition.of(
            "case 37",
            Task.http("A", target.url("/a")).to("B"),
            Task.script("B", "if (!vars.repaired) throw new Error('not yet'); return 'fixed'"));
    String id = SERVER.api().run(definition, Json.object());
    JsonNode failed = SERVER.api().awaitEnd(id);
    assertThat(Api.status(failed)).isEqualTo("failed");
    String firstRun = failed.path("executionUid").asString("");

    SERVER
        .api()
        .put("/api/processInst/" + id + "/actions/variables", Map.of("repaired", true))
        .expect(200);
    SERVER.api().act(id, "rerun").expect(200);

    JsonNode ended = SERVER.api().awaitStatus(id, "completed");
    assertThat(ended.path("id").asString("")).isEqualTo(id);
    assertThat(Json.plain(ended.path("output"))).isEqualTo("fixed");
    assertThat(target.hits("/a")).as("runs of the task that was done").hasSize(1);
    assertThat(firstRun).isNotEmpty();
    assertThat(ended.path("executionUid").asString("")).isNotEmpty().isNotEqualTo(firstRun);
  }
}
