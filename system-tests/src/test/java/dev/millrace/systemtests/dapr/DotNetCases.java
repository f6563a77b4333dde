package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.WorkflowState;
import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.RunningServer;
import dev.millrace.systemtests.TestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a program with the Dapr SDK for .NET sees, played by hand as that SDK behaves. */
final class DotNetCases {

  @RegisterExtension static final RunningServer RUNNING = new RunningServer();

  private HubClient client;

  @BeforeEach
  void connect() {
    client = new HubClient(RUNNING.get().grpcPort(), "");
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private static String fresh() {
    return "net-" + UUID.randomUUID();
  }

  private static DotNetWorker program(HubClient client) {
    return client
        .worker()
        .activity("PlusOne", input -> Integer.toString(Integer.parseInt(input) + 1))
        .activity(
            "Boom",
            input -> {
              throw new IllegalArgumentException("boom " + input);
            })
        .flow("Chain", DotNetCases::chain)
        .flow("WaitEvent", replay -> replay.event("Go"))
        .flow("Failing", replay -> replay.activity("Boom", "it"))
        .flow(
            "Sleep",
            replay -> {
              replay.timer(Duration.ofSeconds(1));
              return "\"slept\"";
            })
        .connect();
  }

  private static String chain(Replay replay) {
    String number = replay.input();
    for (int i = 0; i < 5; i++) {
      number = replay.activity("PlusOne", number);
    }
    return number;
  }

  private void assertCompleted(String id, String output) {
    WorkflowState state = client.end(id);
    assertThat(state.getWorkflowStatus())
        .as("%s", state)
        .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED);
    assertThat(state.getOutput().getValue()).isEqualTo(output);
  }

  private static Instant time(com.google.protobuf.Timestamp stamp) {
    return Instant.ofEpochSecond(stamp.getSeconds(), stamp.getNanos());
  }

  @Test
  void shouldRunAChain() {
    try (DotNetWorker worker = program(client)) {
      String id = client.start("Chain", fresh(), "1");

      assertCompleted(id, "6");
      assertThat(worker.turns()).isEqualTo(6);
      assertThat(Collections.frequency(client.history(id), EventTypeCase.TASKCOMPLETED))
          .isEqualTo(5);
    }
  }

  @Test
  void shouldDeliverAnEventInAnyCase() {
    try (DotNetWorker worker = program(client)) {
      String id = client.start("WaitEvent", fresh(), "");
      assertThat(client.get(id).getInput().getValue()).isEmpty();

      client.raise(id, "gO", "{\"k\":1}");

      assertCompleted(id, "{\"k\":1}");
      assertThat(worker.turns()).isEqualTo(2);
    }
  }

  /** This worker would run on if an event came to it while the workflow is suspended. */
  @Test
  void shouldNotAdvanceWhileSuspended() {
    try (DotNetWorker worker = program(client)) {
      String id = client.start("WaitEvent", fresh(), "");
      client.suspend(id);
      client.suspend(id);
      assertThat(client.get(id).getWorkflowStatus())
          .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_SUSPENDED);

      client.raise(id, "Go", "\"held\"");
      // Another workflow runs to its end meanwhile, so the first had its chance too.
      assertCompleted(client.start("Chain", fresh(), "1"), "6");

      assertThat(client.get(id).getWorkflowStatus())
          .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_SUSPENDED);
      client.resume(id);
      client.resume(id);
      assertCompleted(id, "\"held\"");
      assertThat(client.history(id))
          .containsSubsequence(
              EventTypeCase.EXECUTIONSUSPENDED,
              EventTypeCase.EXECUTIONRESUMED,
              EventTypeCase.EVENTRAISED);
      assertThat(Collections.frequency(client.history(id), EventTypeCase.EXECUTIONSUSPENDED))
          .isEqualTo(1);
      assertThat(worker.turns()).isPositive();
    }
  }

  @Test
  void shouldFireTimersNeverEarly() {
    try (DotNetWorker worker = program(client)) {
      String id = client.start("Sleep", fresh(), "");

      assertCompleted(id, "\"slept\"");
      WorkflowState state = client.get(id);
      assertThat(
              Duration.between(
                  time(state.getCreatedTimestamp()), time(state.getLastUpdatedTimestamp())))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
      assertThat(worker.turns()).isEqualTo(2);
    }
  }

  @Test
  void shouldTerminateAndPurge() {
    try (DotNetWorker worker = program(client)) {
      String id = client.start("WaitEvent", fresh(), "");

      client.terminate(id);

      assertThat(client.end(id).getWorkflowStatus())
          .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED);
      assertThat(client.purge(id)).isEqualTo(1);
      assertThat(client.get(id).getInstanceId()).isEmpty();
      assertThat(worker.turns()).isPositive();
    }
  }

  @Test
  void shouldFailWithTheActivitysFailureOrForAnUnknownName() {
    try (DotNetWorker worker = program(client)) {
      WorkflowState failed = client.end(client.start("Failing", fresh(), ""));
      WorkflowState unknown = client.end(client.start("NobodyKnowsIt", fresh(), ""));

      assertThat(failed.getFailureDetails().getErrorMessage()).contains("boom it");
      assertThat(unknown.getFailureDetails().getErrorType()).isEqualTo("WorkflowNotFound");
      assertThat(worker.turns()).isEqualTo(3);
    }
  }

  /** This SDK says by a completion that it lacks a version. */
  @Test
  void case39ShouldStallUntilTheVersionIsThere() {
    String id = fresh();
    try (DotNetWorker worker =
        client
            .worker()
            .flow(
                "Versioned",
                replay -> {
                  throw new DotNetWorker.VersionMissing("v1");
                })
            .connect()) {
      client.start("Versioned", id, "");
      assertThat(client.get(id).getWorkflowStatus())
          .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_STALLED);
      assertThat(worker.turns()).isEqualTo(1);
    }
    try (DotNetWorker worker = client.worker().flow("Versioned", replay -> "\"v1\"").connect()) {
      assertCompleted(id, "\"v1\"");
      assertThat(worker.turns()).isEqualTo(1);
    }
  }

  @Test
  void shouldGoOnWhenTheServerIsKilled() {
    AtomicInteger ran = new AtomicInteger();
    try (TestServer server = TestServer.start();
        HubClient own = new HubClient(server.grpcPort(), "");
        DotNetWorker worker =
            own.worker()
                .activity(
                    "PlusOne",
                    input -> {
                      ran.incrementAndGet();
                      return Integer.toString(Integer.parseInt(input) + 1);
                    })
                .flow(
                    "Waiting",
                    replay -> {
                      String number = replay.activity("PlusOne", "1");
                      return number + replay.event("Go") + replay.activity("PlusOne", "2");
                    })
                .connect()) {
      String id = own.start("Waiting", fresh(), "");
      Api.until("the activity has run", () -> ran.get() == 1);

      server.kill();
      server.restart();

      Api.until("the worker is back", () -> connected(server) == 1);
      own.raise(id, "Go", "0");
      assertThat(own.end(id).getOutput().getValue()).isEqualTo("203");
      assertThat(worker.turns()).isGreaterThanOrEqualTo(4);
    }
  }

  private static int connected(TestServer server) {
    return server
        .api()
        .get("/v1.0/metadata")
        .json()
        .path("workflows")
        .path("connectedWorkers")
        .asInt(0);
  }
}
