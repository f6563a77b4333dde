package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.systemtests.Target.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Cases 38 and 39: the server is killed as by {@code kill -9} and started on the same data. */
final class CrashCases {

  private static final Duration QUIET = Duration.ofMillis(1_500);

  @RegisterExtension final RunningServer running = new RunningServer();

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

  @Test
  void shouldKeepItsPromisesThroughAFewCrashes() {
    CrashCampaign campaign = new CrashCampaign(new CrashOptions(5, 1), System.out);

    assertThat(campaign.run(List.of())).as("broken promises").isEmpty();
  }

  private void crash() {
    running.get().kill();
    running.get().restart();
  }

  private void assertNoIndexDoneTwice() {
    long twice =
        running
            .get()
            .queryNumber(
                """
                select count(*) from (select 1 from node_inst where status = ?
                  group by workflow_uid, node_id, "index" having count(*) > 1)
                """,
                "done");
    assertThat(twice).as("rounds with two done rows").isZero();
  }

  @Test
  void case38ShouldFinishAForkAfterACrash() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    // The first call is cut off by the crash; the calls after it are answered.
    target.on(
        "/b",
        (hit, number) -> number == 1 ? new Reply(200, "late", gate) : Reply.now(200, hit.path()));
    Definition definition =
        Definition.of(
            "case 38 fork",
            Task.parallel("A").to("B", "C"),
            Task.http("B", target.url("/b")).to("J"),
            Task.http("C", target.url("/c")).to("J"),
            Task.joinAll("J", "B", "C").to("D"),
            Task.http("D", target.url("/d")));
    String id = running.api().run(definition, Json.object());
    Api.until("B is called", () -> target.hits("/b").size() == 1);
    running.api().awaitTask(id, "C", "done");

    crash();
    JsonNode ended = running.api().awaitEnd(id);
    gate.complete(null);

    assertThat(Api.status(ended)).isEqualTo("completed");
    for (String path : List.of("/b", "/c", "/d")) {
      assertThat(target.keys(path)).as("keys of %s", path).hasSize(1).doesNotContainNull();
    }
    assertThat(target.hits("/c")).as("calls of the task that was done").hasSize(1);
    assertThat(target.hits("/d")).as("calls after the join").hasSize(1);
    assertThat(Api.status(Api.runtime(ended, "D"))).isEqualTo("done");
    assertNoIndexDoneTwice();
  }

  @Test
  void case38ShouldGoOnRetryingAfterACrash() {
    target.statuses("/flaky", 503, 503, 200);
    Definition definition =
        Definition.of(
            "case 38 retry",
            Task.http("A", target.url("/flaky"))
                .onError("operation", "retry", "retryCount", 3, "retryInterval", 1));
    String id = running.api().run(definition, Json.object());
    Api.until("the first attempt", () -> target.hits("/flaky").size() == 1);

    crash();
    JsonNode ended = running.api().awaitEnd(id);

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.status(Api.runtime(ended, "A"))).isEqualTo("done");
    assertThat(target.keys("/flaky")).hasSize(1).doesNotContainNull();
    assertThat(target.hits("/flaky")).hasSizeBetween(3, 4);
    assertNoIndexDoneTwice();
  }

  @Test
  void case38ShouldKeepWorkItemsAcrossACrash() {
    Definition definition =
        Definition.of(
            "case 38 approval",
            Task.approval("P", "会签", "u1", "u2").to("N"),
            Task.http("N", target.url("/n")));
    String id = running.api().run(definition, Json.object());
    String first = running.api().awaitItem("u1");
    String second = running.api().awaitItem("u2");

    crash();
    assertThat(running.api().awaitItem("u1")).isEqualTo(first);
    agree("u1", first);
    crash();
    assertThat(running.api().items("u1")).isEmpty();
    assertThat(running.api().awaitItem("u2")).isEqualTo(second);
    agree("u2", second);

    JsonNode ended = running.api().awaitEnd(id);
    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(target.keys("/n")).hasSize(1).doesNotContainNull();
    assertThat(target.hits("/n")).hasSize(1);
    assertNoIndexDoneTwice();
  }

  private void agree(String user, String item) {
    running.api().postAs(user, "/api/taskInst/" + item, Map.of("operation", "agree")).expect(200);
  }

  @Test
  void case39ShouldAnswerLostForAnAcknowledgedFastInstance() {
    target.shut("/slow");
    Definition definition =
        Definition.of("case 39", Task.http("A", target.url("/slow"))).with("engine", "fast");
    String process = running.api().create(definition);
    List<String> acknowledged = new ArrayList<>();
    acknowledged.add(running.api().start(process, Json.object()));
    Api.until("the first is under way", () -> target.hits("/slow").size() == 1);
    // The others are killed in whatever state they have reached since their answer.
    for (int i = 0; i < 4; i++) {
      acknowledged.add(running.api().start(process, Json.object()));
    }

    running.get().kill();
    int callsBefore = target.hits("/slow").size();
    running.get().restart();

    for (String id : acknowledged) {
      JsonNode found = running.api().awaitEnd(id);
      assertThat(Api.status(found)).as(id).isEqualTo("failed");
      assertThat(Api.errorType(found)).as(id).isEqualTo("lost");
    }
    await("nothing is run again")
        .during(QUIET)
        .atMost(QUIET.multipliedBy(4))
        .until(() -> target.hits("/slow").size() == callsBefore);
  }
}
