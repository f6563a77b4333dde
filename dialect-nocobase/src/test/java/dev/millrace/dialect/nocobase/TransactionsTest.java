package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.dialect.nocobase.run.Housekeeping;
import dev.millrace.transport.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written together is kept together. */
class TransactionsTest extends ServerTest {

  @BeforeEach
  void collections() {
    server.collection("posts", "title", "string");
    server.collection("notes", "title", "string");
    server.collection("unique", "title", "string");
    server.post(
        "/api/collections/unique/fields:create",
        Map.of("name", "code", "type", "string", "unique", true));
  }

  private static Map<String, Object> create(String collection, Object... values) {
    Map<String, Object> given = new java.util.LinkedHashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      given.put(values[i].toString(), values[i + 1]);
    }
    return Map.of("collection", collection, "params", Map.of("values", given));
  }

  private long count(String collection) {
    return server.get("/api/" + collection + ":list").number("meta.count");
  }

  private long execute(long workflow) {
    long execution =
        server
            .post("/api/workflows:execute?filterByTk=" + workflow, Map.of())
            .number("data.execution.id");
    server.until(
        () -> server.get("/api/executions:get?filterByTk=" + execution),
        reply -> reply.number("data.status") != 0);
    return execution;
  }

  private long manual() {
    return server.workflow(Map.of("type", "schedule", "sync", true, "config", Map.of("mode", 0)));
  }

  private String jobs(long execution) {
    Reply reply = server.get("/api/executions:get?appends=jobs&filterByTk=" + execution);
    List<String> jobs = new ArrayList<>();
    for (int i = 0; i < reply.number("data.jobs.size"); i++) {
      jobs.add(String.valueOf(reply.at("data.jobs." + i + ".status")));
    }
    return reply.at("data.status") + ": " + String.join(" ", jobs);
  }

  @Test
  void shouldKeepAllWritesOfATransactionTogether() {
    long workflow = manual();
    long transaction = server.node(workflow, "transaction", null, Map.of());
    long first = server.node(workflow, "create", transaction, 1L, create("posts", "title", "a"));
    long found =
        server.node(
            workflow,
            "query",
            first,
            Map.of("collection", "posts", "failOnEmpty", true, "params", Map.of()));
    server.node(workflow, "create", found, create("notes", "title", "b"));
    long execution = execute(workflow);
    assertThat(jobs(execution)).isEqualTo("1: 1 1 1 1");
    assertThat(count("posts")).isEqualTo(1);
    assertThat(count("notes")).isEqualTo(1);
  }

  @Test
  void shouldKeepNoWriteOfATransactionThatFails() {
    assertThat(server.post("/api/unique:create", Map.of("title", "x", "code", "taken")).status())
        .isEqualTo(200);
    long workflow = manual();
    long transaction = server.node(workflow, "transaction", null, Map.of());
    long first = server.node(workflow, "create", transaction, 1L, create("posts", "title", "a"));
    server.node(workflow, "create", first, create("unique", "code", "taken"));
    server.node(workflow, "create", transaction, 2L, create("notes", "title", "undone"));
    long execution = execute(workflow);
    assertThat(jobs(execution)).isEqualTo("-2: -2 1 -2 1");
    assertThat(count("posts")).isZero();
    assertThat(count("notes")).isEqualTo(1);
    // Nothing is left open that others would wait for.
    assertThat(server.post("/api/posts:create", Map.of("title", "later")).status()).isEqualTo(200);
  }

  @Test
  void shouldUndoATransactionWhoseExecutionIsEnded() {
    long workflow = manual();
    long transaction = server.node(workflow, "transaction", null, Map.of());
    long first = server.node(workflow, "create", transaction, 1L, create("posts", "title", "a"));
    server.node(workflow, "end", first, Map.of("endStatus", -1));
    long execution = execute(workflow);
    assertThat(jobs(execution)).startsWith("-1:");
    assertThat(server.post("/api/notes:create", Map.of("title", "later")).status()).isEqualTo(200);
    assertThat(count("posts")).isZero();
  }

  @Test
  void shouldRememberTheCommitOfATransactionWhileItsExecutionRuns() {
    long workflow =
        server.workflow(Map.of("type", "schedule", "sync", false, "config", Map.of("mode", 0)));
    long transaction = server.node(workflow, "transaction", null, Map.of());
    server.node(workflow, "create", transaction, 1L, create("posts", "title", "a"));
    server.node(workflow, "manual", transaction, Map.of("assignees", List.of(1)));
    server.post("/api/workflows:execute?filterByTk=" + workflow, Map.of());
    server.until(
        () -> server.get("/api/workflowManualTasks:list"), reply -> reply.number("data.size") == 1);
    Instant later = Instant.now().plus(Duration.ofDays(2));
    List<String> keys = server.database().onceKeys(later, "", 10);
    assertThat(keys).anyMatch(key -> key.endsWith("commit"));

    new Housekeeping(server.database(), InstantSource.fixed(later), null).run();
    assertThat(server.database().onceKeys(later, "", 10)).isEqualTo(keys);
  }

  private long gate(boolean rollback, String type, Map<String, Object> config) {
    long workflow =
        server.workflow(
            Map.of(
                "type",
                "collection",
                "enabled",
                true,
                "sync",
                true,
                "config",
                Map.of("collection", "posts", "mode", 1, "rollbackOnFailure", rollback)));
    long first = server.node(workflow, "create", null, create("notes", "title", "noted"));
    server.node(workflow, type, first, config);
    return workflow;
  }

  @Test
  void case51ShouldRefuseARecordWhoseWorkflowFails() {
    long workflow = gate(true, "end", Map.of("endStatus", -1));
    Reply refused = server.post("/api/posts:create", Map.of("title", "no"));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.at("errors.0.code")).isEqualTo("WORKFLOW_ROLLBACK_ON_FAILURE");
    assertThat(refused.error()).isEqualTo("System process failed, please contact administrator.");
    assertThat(count("posts")).isZero();
    assertThat(count("notes")).isZero();
    Reply executions = server.executions(server.key(workflow), 1);
    assertThat(executions.at("data.0.status")).isEqualTo(-1L);
    assertThat(executions.at("data.0.context.data.title")).isEqualTo("no");
  }

  @Test
  void shouldSayThatTheEngineIsAwayAndNotThatAWorkflowRefused() {
    gate(true, "output", Map.of("value", 1));
    assertThat(server.post("/api/posts:create", Map.of("title", "a")).status()).isEqualTo(200);
    server.endEngine();
    Reply refused = server.post("/api/posts:create", Map.of("title", "b"));
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("retry-after")).isNotEmpty();
  }

  @Test
  void shouldKeepARecordWithWhatItsWorkflowWrote() {
    long workflow = gate(true, "output", Map.of("value", 1));
    for (int i = 0; i < 3; i++) {
      assertThat(server.post("/api/posts:create", Map.of("title", "yes")).status()).isEqualTo(200);
    }
    assertThat(count("posts")).isEqualTo(3);
    assertThat(count("notes")).isEqualTo(3);
    assertThat(server.executions(server.key(workflow), 3).at("data.2.status")).isEqualTo(1L);
  }

  @Test
  void shouldKeepARecordWhoseWorkflowFailsUnlessTold() {
    gate(false, "end", Map.of("endStatus", -1));
    assertThat(server.post("/api/posts:create", Map.of("title", "yes")).status()).isEqualTo(200);
    assertThat(count("posts")).isEqualTo(1);
    assertThat(count("notes")).isEqualTo(1);
  }

  @Test
  void shouldRefuseWhatAWorkflowWouldHaveToWaitFor() {
    long workflow = gate(true, "delay", Map.of("duration", 1));
    assertThat(server.post("/api/posts:create", Map.of("title", "no")).status()).isEqualTo(422);
    assertThat(server.executions(server.key(workflow), 1).at("data.0.status")).isEqualTo(-2L);
    assertThat(count("posts")).isZero();
  }

  @Test
  void shouldRunChainsOfSynchronousWorkflowsThatAreMoreThanThereArePlaces()
      throws InterruptedException, ExecutionException {
    server.collection("ends", "title", "string");
    onCreate("posts", "notes");
    onCreate("notes", "unique");
    onCreate("unique", "ends");
    int many = 100;
    try (ExecutorService callers = Executors.newFixedThreadPool(many)) {
      List<Future<Integer>> created = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        created.add(
            callers.submit(
                () -> server.post("/api/posts:create", Map.of("title", "chain")).status()));
      }
      for (Future<Integer> each : created) {
        assertThat(each.get()).isEqualTo(200);
      }
    }
    assertThat(count("ends")).isEqualTo(many);
    assertThat(
            server
                .get("/api/executions:list", "filter", Json.writeText(Map.of("status", 1)))
                .number("meta.count"))
        .isEqualTo(3L * many);
  }

  private void onCreate(String collection, String then) {
    long workflow = server.onCreate(collection, true);
    server.node(workflow, "create", null, create(then, "title", "next"));
  }
}
