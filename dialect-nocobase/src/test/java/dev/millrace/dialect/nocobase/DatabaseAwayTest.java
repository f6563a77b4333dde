package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.TestingPostgres;
import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Executions while the server of the records is stopped. */
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class DatabaseAwayTest {
  @TempDir Path directory;
  private TestingPostgres.Own postgres;
  private TestServer server;

  @BeforeEach
  void open() {
    postgres = new TestingPostgres.Own();
    server = new TestServer(directory, false, postgres.database());
    server.collection("posts", "title", "string");
  }

  @AfterEach
  void close() {
    server.close();
    postgres.close();
  }

  private Reply execution(long id) {
    return server.get("/api/executions:get?filterByTk=" + id + "&appends=jobs");
  }

  @Test
  void shouldWaitForTheDatabaseOfTheRecords() throws Exception {
    long workflow = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    Map<String, Object> create =
        Map.of("collection", "posts", "params", Map.of("values", Map.of("title", "a")));
    long first = server.node(workflow, "create", null, create);
    server.node(
        workflow,
        "query",
        first,
        Map.of("collection", "posts", "params", Map.of("filter", Map.of("title", "a"))));
    postgres.stop();
    CompletableFuture<Reply> executed =
        CompletableFuture.supplyAsync(() ->
            server.post(
                "/api/workflows:execute?filterByTk=" + workflow + "&autoRevision=0", Map.of()));
    long execution =
        server
            .until(
                () -> server.get("/api/executions:list"), reply -> reply.number("meta.count") == 1)
            .number("data.0.id");
    Reply log =
        server.until(
            () -> server.get("/api/executions/" + execution + "/logs?level=WARN"),
            reply -> reply.text().contains("tried again"));
    assertThat(log.text()).contains("the database of the records cannot be reached, attempt 1");
    assertThat(execution(execution).number("data.status")).isZero();
    postgres.start();
    Reply ended = executed.get(30, TimeUnit.SECONDS);
    assertThat(ended.number("data.execution.status")).as(ended.text()).isEqualTo(1);
    assertThat(server.get("/api/posts:list").number("meta.count")).isEqualTo(1);
  }

  @Test
  void shouldGoOnWithConnectionsThatARestartHasBroken() {
    long workflow =
        server.workflow(Map.of("type", "schedule", "sync", true, "config", Map.of("mode", 0)));
    server.node(
        workflow,
        "create",
        null,
        Map.of("collection", "posts", "params", Map.of("values", Map.of("title", "a"))));
    assertThat(server.get("/api/posts:list").number("meta.count")).isZero();
    postgres.stop();
    postgres.start();
    Reply executed =
        server.post("/api/workflows:execute?filterByTk=" + workflow + "&autoRevision=0", Map.of());
    assertThat(executed.number("data.execution.status")).as(executed.text()).isEqualTo(1);
  }

  @Test
  void shouldBeginTransactionsAfterARestartToo() {
    long workflow =
        server.workflow(Map.of("type", "schedule", "sync", true, "config", Map.of("mode", 0)));
    long transaction = server.node(workflow, "transaction", null, Map.of());
    server.node(
        workflow,
        "create",
        transaction,
        1L,
        Map.of("collection", "posts", "params", Map.of("values", Map.of("title", "a"))));
    postgres.stop();
    postgres.start();
    Reply executed =
        server.post("/api/workflows:execute?filterByTk=" + workflow + "&autoRevision=0", Map.of());
    assertThat(executed.number("data.execution.status")).as(executed.text()).isEqualTo(1);
    assertThat(server.get("/api/posts:list").number("meta.count")).isEqualTo(1);
  }
}
