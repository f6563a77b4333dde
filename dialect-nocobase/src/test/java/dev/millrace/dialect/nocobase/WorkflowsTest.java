package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.engine.Command;
import dev.millrace.engine.Reason;
import dev.millrace.runtime.EngineApi;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workflows and their versions over real HTTP. */
class WorkflowsTest {
  @TempDir private Path directory;
  private TestServer server;

  @BeforeEach
  void open() {
    server = new TestServer(directory);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void case24ShouldRefuseWorkflowsWithoutKnownTrigger() {
    assertThat(server.post("/api/workflows:create", Map.of("title", "A")).error())
        .isEqualTo("Trigger type is required");
    Reply unknown = server.post("/api/workflows:create", Map.of("type", "nosuch"));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.error()).isEqualTo("Trigger type \"nosuch\" is not registered");
    Reply created =
        server.post("/api/workflows:create", Map.of("type", "schedule", "invalid", true));
    assertThat(created.status()).isEqualTo(200);
    assertThat(created.at("data.invalid")).isEqualTo(false);
  }

  @Test
  void shouldCreateWithDefaults() {
    Reply created = server.post("/api/workflows:create", Map.of("title", "B", "type", "schedule"));
    assertThat(created.at("data.enabled")).isEqualTo(false);
    assertThat(created.at("data.current")).isEqualTo(true);
    assertThat(created.at("data.sync")).isEqualTo(false);
    assertThat(created.at("data.config")).isEqualTo(Map.of());
    assertThat(created.at("data.options")).isEqualTo(Map.of("timeout", 0L));
    assertThat(created.at("data.createdById")).isEqualTo(1L);
    assertThat(created.json().toString()).contains("triggerTitle=null", "description=null");
    assertThat(String.valueOf(created.at("data.key"))).matches("[a-z0-9]{11}");
    Reply listed =
        server.get(
            "/api/workflows:list",
            "appends",
            "stats,versionStats,categories",
            "filter",
            "{\"current\":true}");
    assertThat(listed.number("meta.count")).isEqualTo(1);
    assertThat(listed.number("data.0.stats.executed")).isZero();
    assertThat(listed.number("data.0.versionStats.executed")).isZero();
    assertThat(listed.at("data.0.categories")).isEqualTo(List.of());
  }

  @Test
  void shouldValidateConfigurationOfTriggers() {
    assertThat(error("collection", Map.of())).isEqualTo("\"collection\" is required");
    assertThat(error("collection", Map.of("collection", "nosuch")))
        .isEqualTo("Collection \"nosuch\" does not exist in data source \"main\"");
    assertThat(error("collection", Map.of("collection", "nods:x")))
        .isEqualTo("Data source \"nods\" does not exist");
    server.collection("posts", "title", "string");
    assertThat(error("collection", Map.of("collection", "posts", "mode", 7)))
        .isEqualTo("\"mode\" must be one of [1, 2, 4, 3]");
    assertThat(error("schedule", Map.of("mode", 9))).isEqualTo("\"mode\" must be one of [0, 1]");
    Reply custom =
        server.post("/api/workflows:create", Map.of("type", "custom-action", "config", Map.of()));
    assertThat(custom.at("errors.size")).isEqualTo(2);
    assertThat(error("request-interception", Map.of("collection", "posts", "global", true)))
        .isEqualTo("\"actions\" is required");
  }

  @Test
  void shouldRefuseTriggersThatCouldNeverStartAsTheySay() {
    server.collection("posts", "title", "string", "due", "date");
    Map<String, Object> posts = Map.of("collection", "posts");
    assertThat(error("collection", with(posts, "mode", 1, "changed", List.of("title"))))
        .isEqualTo("\"changed\" is not allowed");
    assertThat(error("collection", with(posts, "mode", 4, "appends", List.of("tags"))))
        .isEqualTo("\"appends\" is not allowed");
    assertThat(error("collection", with(posts, "mode", 2, "changed", List.of("titel"))))
        .isEqualTo("\"changed\" has no such field of posts: titel");
    assertThat(error("schedule", Map.of("mode", 0, "startsOn", "tomorrow")))
        .isEqualTo("\"startsOn\" must be in ISO 8601 date format");
    assertThat(error("schedule", with(posts, "mode", 1, "startsOn", Map.of("field", "dew"))))
        .isEqualTo("\"startsOn.field\" is no field of posts: dew");
    for (Map<String, Object> fine :
        List.<Map<String, Object>>of(
            Map.of("mode", 0, "startsOn", "", "endsOn", Map.of()),
            Map.of("mode", 0, "startsOn", "2026-01-01T00:00:00.000Z", "endsOn", "2027-01-01"),
            with(posts, "mode", 1, "startsOn", Map.of("field", "due"), "endsOn", "2027-01-01"))) {
      assertThat(server.workflow(Map.of("type", "schedule", "config", fine))).isPositive();
    }
    assertThat(
            server.workflow(
                Map.of(
                    "type",
                    "collection",
                    "config",
                    with(posts, "mode", 1, "changed", List.of(), "appends", List.of()))))
        .isPositive();
  }

  private static Map<String, Object> with(Map<String, Object> config, Object... more) {
    Map<String, Object> all = new java.util.HashMap<>(config);
    for (int i = 0; i < more.length; i += 2) {
      all.put(String.valueOf(more[i]), more[i + 1]);
    }
    return all;
  }

  private String error(String type, Map<String, Object> config) {
    Reply reply = server.post("/api/workflows:create", Map.of("type", type, "config", config));
    assertThat(reply.status()).isEqualTo(400);
    return reply.error();
  }

  @Test
  void case25ShouldFreezeConfigurationOfExecutedVersion() {
    long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    assertThat(update(id, Map.of("config", Map.of("mode", 1, "x", 1))).status()).isEqualTo(400);
    assertThat(update(id, Map.of("config", Map.of("mode", 0, "limit", 3))).status()).isEqualTo(200);
    assertThat(server.post("/api/workflows:execute?filterByTk=" + id, Map.of()).status())
        .isEqualTo(200);
    Reply refused = update(id, Map.of("config", Map.of("mode", 0)));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("config of executed workflow can not be updated");
    assertThat(update(id, Map.of("enabled", true)).at("data.0.enabled")).isEqualTo(true);
    assertThat(update(id, Map.of("options", Map.of("stackLimit", 2))).status()).isEqualTo(200);
  }

  private Reply update(long id, Map<String, Object> values) {
    return server.post("/api/workflows:update?filterByTk=" + id, values);
  }

  @Test
  void shouldDropImmutableFieldsAndRefuseChangesOfEverything() {
    long id = server.workflow(Map.of("type", "schedule"));
    Reply updated = update(id, Map.of("type", "collection", "sync", true, "title", "T"));
    assertThat(updated.at("data.0.type")).isEqualTo("schedule");
    assertThat(updated.at("data.0.sync")).isEqualTo(false);
    assertThat(updated.at("data.0.title")).isEqualTo("T");
    assertThat(server.post("/api/workflows:update", Map.of("title", "x")).status()).isEqualTo(400);
    assertThat(server.post("/api/workflows:destroy?filter=%7B%7D", null).error())
        .isEqualTo("to do destroy action, filter or filterByTk is required");
    assertThat(update(999, Map.of("title", "x")).at("data")).isEqualTo(List.of());
    assertThat(server.post("/api/workflows:destroy?filterByTk=999", null).at("data")).isEqualTo(0L);
    assertThat(server.get("/api/workflows:get").text()).isEqualTo("{\"data\":null}");
  }

  @Test
  void case26And27ShouldExecuteDisabledAndTellUnmatched() {
    server.collection("posts", "title", "string");
    long id =
        server.workflow(
            Map.of(
                "type",
                "collection",
                "config",
                Map.of(
                    "collection",
                    "posts",
                    "mode",
                    1,
                    "condition",
                    Map.of("title", Map.of("$eq", "t1")))));
    long match = TestServer.created(server.post("/api/posts:create", Map.of("title", "t1")));
    long other = TestServer.created(server.post("/api/posts:create", Map.of("title", "t2")));
    Reply ran = execute(id, Map.of("data", match));
    assertThat(ran.number("data.execution.status")).isEqualTo(1);
    Reply execution =
        server.get("/api/executions:get?filterByTk=" + ran.number("data.execution.id"));
    assertThat(execution.at("data.context.data.title")).isEqualTo("t1");
    assertThat(execution.at("data.manually")).isEqualTo(true);
    Reply unmatched = execute(id, Map.of("data", other));
    assertThat(unmatched.status()).isEqualTo(200);
    assertThat(unmatched.text()).isEqualTo("{\"data\":{\"execution\":null}}");
  }

  private Reply execute(long id, Map<String, Object> values) {
    return server.post("/api/workflows:execute?filterByTk=" + id, values);
  }

  @Test
  void shouldRefuseExecutionsWithoutWhatTheyNeed() {
    server.collection("posts", "title", "string");
    TestServer.created(server.post("/api/posts:create", Map.of("title", "first")));
    long id =
        server.workflow(Map.of("type", "collection", "config", Map.of("collection", "posts")));
    assertThat(execute(id, Map.of()).error()).isEqualTo("Data is required");
    assertThat(server.post("/api/workflows:execute", Map.of()).error())
        .isEqualTo("filterByTk is required");
    assertThat(server.post("/api/workflows:execute?filterByTk=abc", Map.of()).error())
        .isEqualTo("filterByTk is invalid");
    Reply missing = server.post("/api/workflows:execute?filterByTk=77", Map.of());
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.error()).isEqualTo("workflow not found");
    long schedule = server.workflow(Map.of("type", "schedule"));
    assertThat(execute(schedule, Map.of()).error()).isEqualTo("workflow not triggered");
    long action =
        server.workflow(Map.of("type", "action", "config", Map.of("collection", "posts")));
    assertThat(execute(action, Map.of("data", 1, "userId", 99)).error())
        .isEqualTo("user not found");
    assertThat(execute(action, Map.of("data", 1)).number("data.execution.status")).isEqualTo(1);
  }

  @Test
  void case28ShouldReviseWhenAsked() {
    for (String no : List.of("0", "false", "")) {
      long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
      Reply ran =
          server.post("/api/workflows:execute?filterByTk=" + id + "&autoRevision=" + no, Map.of());
      assertThat(ran.text()).doesNotContain("newVersionId");
    }
    for (String yes : List.of("1", "true")) {
      long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
      Reply ran =
          server.post("/api/workflows:execute?filterByTk=" + id + "&autoRevision=" + yes, Map.of());
      long next = ran.number("data.newVersionId");
      assertThat(server.key(next)).isEqualTo(server.key(id));
      Reply before = server.get("/api/workflows:get?filterByTk=" + id);
      Reply after = server.get("/api/workflows:get?filterByTk=" + next);
      assertThat(before.at("data.current")).isNull();
      assertThat(after.at("data.current")).isEqualTo(true);
      assertThat(after.at("data.enabled")).isEqualTo(false);
    }
    long flat = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    Reply ran =
        server.post(
            "/workflows:execute",
            Map.of("filterByTk", Long.toString(flat), "values", Map.of(), "autoRevision", true));
    assertThat(ran.number("data.newVersionId")).isPositive();
  }

  @Test
  void case29ShouldDestroyVersionsAndKeepExecutions() {
    long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    String key = server.key(id);
    long execution = execute(id, Map.of()).number("data.execution.id");
    long second =
        TestServer.created(
            server.post(
                "/api/workflows:revision?filterByTk=" + id,
                null,
                "filter",
                "{\"key\":\"" + key + "\"}"));
    assertThat(server.post("/api/workflows:destroy?filterByTk=" + second, null).at("data"))
        .isEqualTo(1L);
    assertThat(server.get("/api/workflows:get?filterByTk=" + id).at("data.key")).isEqualTo(key);
    assertThat(server.post("/api/workflows:destroy?filterByTk=" + id, null).at("data"))
        .isEqualTo(1L);
    Reply kept =
        server.get("/api/executions:get?filterByTk=" + execution + "&appends=workflow,jobs");
    assertThat(kept.number("data.id")).isEqualTo(execution);
    assertThat(kept.at("data.workflow")).isNull();
    assertThat(server.get("/api/workflowStats:get?filterByTk=" + key).at("data")).isNull();
  }

  @Test
  void case30And31ShouldCopyVersionsAndWorkflows() {
    long category =
        TestServer.created(server.post("/api/workflowCategories:create", Map.of("title", "C")));
    long id =
        server.workflow(
            Map.of(
                "title",
                "W",
                "type",
                "schedule",
                "enabled",
                true,
                "sync",
                false,
                "config",
                Map.of("mode", 0),
                "categories",
                List.of(category)));
    String key = server.key(id);
    long first = server.node(id, "calculation", null, Map.of("expression", "1"));
    server.node(id, "calculation", first, Map.of("expression", "2"));
    Reply version =
        server.post(
            "/api/workflows:revision?filterByTk=" + id,
            Map.of("type", "collection"),
            "filter",
            "{\"key\":\"" + key + "\"}");
    assertThat(version.at("data.key")).isEqualTo(key);
    assertThat(version.at("data.title")).isEqualTo("W");
    assertThat(version.at("data.type")).isEqualTo("schedule");
    assertThat(version.at("data.current")).isNull();
    assertThat(version.at("data.enabled")).isEqualTo(false);
    Reply copy =
        server.get(
            "/api/workflows:get",
            "filterByTk",
            String.valueOf(version.at("data.id")),
            "appends",
            "nodes,categories,revisions.id");
    assertThat(copy.at("data.nodes.size")).isEqualTo(2);
    assertThat(copy.at("data.nodes.1.upstreamId")).isEqualTo(copy.at("data.nodes.0.id"));
    assertThat(copy.at("data.nodes.0.key"))
        .isEqualTo(server.get("/api/flow_nodes:get?filterByTk=" + first).at("data.key"));
    assertThat(copy.at("data.categories.0.title")).isEqualTo("C");
    assertThat(copy.at("data.revisions.size")).isEqualTo(2);
    Reply duplicate = server.post("/api/workflows:revision?filterByTk=" + id, Map.of());
    assertThat(duplicate.at("data.title")).isEqualTo("W copy");
    assertThat(duplicate.at("data.key")).isNotEqualTo(key);
    assertThat(duplicate.at("data.current")).isEqualTo(true);
    long other = version.number("data.id");
    assertThat(update(other, Map.of("enabled", true)).at("data.0.current")).isEqualTo(true);
    assertThat(server.get("/api/workflows:get?filterByTk=" + id).at("data.enabled"))
        .isEqualTo(false);
    Reply missing = server.post("/api/workflows:revision?filterByTk=999", Map.of());
    assertThat(missing.status()).isEqualTo(404);
  }

  @Test
  void shouldAnswerSyncWithoutContent() {
    long id = server.workflow(Map.of("type", "schedule"));
    Reply reply = server.post("/api/workflows:sync?filterByTk=" + id, Map.of());
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.text()).isEmpty();
  }

  @Test
  void shouldStartADisabledWorkflowOnlyHere() {
    long id =
        server.workflow(
            Map.of("type", "schedule", "enabled", true, "sync", true, "config", Map.of("mode", 0)));
    String key = server.key(id);
    assertThat(startById(key)).isInstanceOf(dev.millrace.engine.Reply.Accepted.class);
    server.post("/api/workflows:update?filterByTk=" + id, Map.of("enabled", false));
    assertThat(startById(key))
        .isInstanceOfSatisfying(
            dev.millrace.engine.Reply.Rejected.class,
            refused -> assertThat(refused.reason()).isEqualTo(Reason.NOT_STARTABLE));
    assertThat(
            server
                .post("/api/workflows:execute?filterByTk=" + id, Map.of())
                .number("data.execution.id"))
        .isPositive();
    assertThat(startById(key)).isInstanceOf(dev.millrace.engine.Reply.Rejected.class);
    server.post("/api/workflows:update?filterByTk=" + id, Map.of("enabled", true));
    assertThat(startById(key)).isInstanceOf(dev.millrace.engine.Reply.Accepted.class);
  }

  private dev.millrace.engine.Reply startById(String key) {
    return server
        .engine()
        .start(
            new EngineApi.StartRequest(
                null, "nocobase:" + key, 0, Map.of(), new Command.Origin("", "api", false), null))
        .join();
  }

  @Test
  void shouldAnswerWhichOfSeveralVersionsIsEnabled() {
    long first = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    String key =
        String.valueOf(server.get("/api/workflows:get?filterByTk=" + first).at("data.key"));
    String filter = "{\"key\":\"" + key + "\"}";
    server.post("/api/workflows:revision?filterByTk=" + first, Map.of(), "filter", filter);
    Reply enabled = server.post("/api/workflows:update", Map.of("enabled", true), "filter", filter);
    assertThat(enabled.at("data.0.enabled")).isEqualTo(false);
    assertThat(enabled.at("data.0.current")).isNull();
    assertThat(enabled.at("data.1.enabled")).isEqualTo(true);
  }

  @Test
  void shouldRefuseWhatCannotBeExportedAndImported() {
    for (Map<String, Object> values :
        List.of(
            Map.<String, Object>of("type", "schedule", "options", "none"),
            Map.<String, Object>of("type", "schedule", "key", "k".repeat(256)))) {
      assertThat(server.post("/api/workflows:create", values).status()).isEqualTo(400);
    }
  }

  @Test
  void shouldAskTheConditionOfARecordThatIsNotStored() {
    server.collection("parcels", "title", "string", "weight", "integer");
    long id =
        server.workflow(
            Map.of(
                "type",
                "collection",
                "config",
                Map.of(
                    "collection",
                    "parcels",
                    "mode",
                    1,
                    "condition",
                    Map.of("$and", List.of(Map.of("weight", Map.of("$gt", 5)))))));
    String path = "/api/workflows:execute?filterByTk=" + id;
    Reply light = server.post(path, Map.of("data", Map.of("title", "a", "weight", 5)));
    assertThat(light.text()).isEqualTo("{\"data\":{\"execution\":null}}");
    Reply heavy = server.post(path, Map.of("data", Map.of("title", "a", "weight", 6)));
    assertThat(heavy.number("data.execution.status")).isEqualTo(1);
  }
}
