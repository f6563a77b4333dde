package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.TestServer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One instance through every door: an SDK, both HTTP APIs, the command line and SQL. */
final class SessionCases {

  private static final long EXIT_SECONDS = 60;

  @Test
  void shouldManageOneInstanceThroughEveryDoor() throws Exception {
    Path journal = Files.createTempFile("millrace-journal-", ".txt");
    try (TestServer server = TestServer.start();
        SdkProgram python = SdkProgram.start(Sdk.PYTHON, server, journal)) {
      String id = python.play("wait").asString("");
      Api api = server.api();

      api.postText("/api/processInst/" + id + "/actions/suspend", null, null).expect(200);
      assertThat(row(server, "SELECT status FROM workflow_inst WHERE uid = '" + id + "'"))
          .isEqualTo("suspended");
      assertThat(status(api, id)).isEqualTo("SUSPENDED");

      assertThat(commandLine(server, "resume", id)).contains(id);
      assertThat(status(api, id)).isEqualTo("RUNNING");
      WorkflowCalls calls = new WorkflowCalls(api);
      calls.raise(id, "Go", "\"on\"").expect(202);
      calls.awaitStatus(id, "COMPLETED");

      assertThat(
              row(
                  server,
                  "SELECT name || '|' || status || '|' || trigger_app || '|' || workflow_output"
                      + " FROM workflow_inst WHERE uid = '"
                      + id
                      + "'"))
          .isEqualTo("WaitEvent|completed|dapr|\"on\"");
      assertThat(commandLine(server, "get", id)).contains("completed");
    } finally {
      Files.deleteIfExists(journal);
    }
  }

  @Test
  void shouldShowActivitiesAsRowsWhenConfigured() {
    Map<String, String> settings = Map.of("MILLRACE_PROJECTION_ACTIVITIES", "true");
    try (TestServer server = TestServer.start(List.of(), settings);
        HubClient client = new HubClient(server.grpcPort(), "");
        DotNetWorker worker =
            client
                .worker()
                .activity("Upper", input -> "\"A\"")
                .activity(
                    "Fail",
                    input -> {
                      throw new IllegalStateException("declined");
                    })
                .flow(
                    "Both",
                    replay -> replay.activity("Upper", "\"a\"") + replay.activity("Fail", ""))
                .connect()) {
      String id = client.start("Both", "rows", "");
      assertThat(client.end(id).getName()).isEqualTo("Both");

      assertThat(
              server.queryTexts(
                  "SELECT node_id || '|' || name || '|' || template || '|' || status || '|' ||"
                      + " coalesce(output, '') FROM node_inst WHERE workflow_uid = 'rows'"
                      + " ORDER BY run_id"))
          .containsExactly("0|Upper|activity|done|\"A\"", "1|Fail|activity|failed|");
      JsonNode shown = server.api().get("/api/processInst/rows").json();
      assertThat(shown.toString()).contains("\"Upper\"").contains("\"Fail\"");
      assertThat(client.purge(id)).isEqualTo(1);
      assertThat(server.queryTexts("SELECT run_id FROM node_inst WHERE workflow_uid = 'rows'"))
          .isEmpty();
      assertThat(worker.turns()).isEqualTo(3);
    }
  }

  @Test
  void shouldRefuseMessagesBeyondTheConfiguredSize() {
    Map<String, String> settings =
        Map.of("MILLRACE_GRPC_MAX_RECEIVE", "100000", "MILLRACE_GRPC_MAX_SEND", "100000");
    try (TestServer server = TestServer.start(List.of(), settings);
        HubClient client = new HubClient(server.grpcPort(), "");
        DotNetWorker worker =
            client
                .worker()
                .activity("Grow", input -> "\"" + "x".repeat(60_000) + "\"")
                .flow("Large", replay -> replay.activity("Grow", "") + replay.activity("Grow", ""))
                .connect()) {
      assertThat(statusOf(() -> client.start("Large", "too-large", "x".repeat(200_000))))
          .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(client.get("too-large").getInstanceId()).as("nothing half-done").isEmpty();

      var _ =
          client
              .calls()
              .startInstance(
                  CreateInstanceRequest.newBuilder().setName("Large").setInstanceId("big").build());
      Api api = server.api();
      Api.until(
          "the third turn is too large to be sent",
          () -> api.get("/v1.0/workflows/dapr/big/explain").text().contains("payload size"));
      assertThat(api.get("/v1.0/workflows/dapr/big/explain").text())
          .contains("bytes exceeds 95% of max gRPC body size 100000 bytes; raise grpc-max-send");
      assertThat(worker.turns()).isEqualTo(2);
    }
  }

  private static Status.Code statusOf(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static String status(Api api, String id) {
    return WorkflowCalls.status(new WorkflowCalls(api).get(id));
  }

  private static String row(TestServer server, String sql) {
    List<String> rows = server.queryTexts(sql);
    assertThat(rows).as(sql).hasSize(1);
    return rows.getFirst();
  }

  private static String commandLine(TestServer server, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = TestServer.command(List.of(), arguments);
    builder.environment().put("MILLRACE_SERVER", "http://127.0.0.1:" + server.httpPort());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
