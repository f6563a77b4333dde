package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What starts executions, over real HTTP. */
class TriggersTest extends ServerTest {

  @BeforeEach
  void collections() {
    server.collection("categories", "title", "string");
    Reply posts =
        server.post(
            "/api/collections:create",
            Map.of(
                "name",
                "posts",
                "fields",
                List.of(
                    Map.of("name", "title", "type", "string"),
                    Map.of("name", "read", "type", "integer"),
                    Map.of(
                        "name",
                        "category",
                        "type",
                        "belongsTo",
                        "target",
                        "categories",
                        "foreignKey",
                        "categoryId"))));
    assertThat(posts.status()).isEqualTo(200);
  }

  private long onPosts(Map<String, Object> config, boolean sync) {
    Map<String, Object> all = new HashMap<>(Map.of("collection", "posts", "mode", 1));
    all.putAll(config);
    return server.workflow(
        Map.of("type", "collection", "enabled", true, "sync", sync, "config", all));
  }

  private long post(String title) {
    return TestServer.created(server.post("/api/posts:create", Map.of("title", title)));
  }

  @Test
  void case1And2ShouldFollowRecordsWhileEnabled() {
    long id = onPosts(Map.of(), false);
    String key = server.key(id);
    post("t1");
    Reply executions = server.executions(key, 1);
    assertThat(executions.at("data.0.context.data.title")).isEqualTo("t1");
    assertThat(executions.at("data.0.context.data.read")).isNull();
    assertThat(executions.at("data.0.manually")).isNull();
    assertThat(executions.at("data.0.status")).isEqualTo(1L);
    server.post("/api/workflows:update?filterByTk=" + id, Map.of("enabled", false));
    post("t2");
    server.post("/api/workflows:update?filterByTk=" + id, Map.of("enabled", true));
    post("t3");
    assertThat(server.executions(key, 2).at("data.1.context.data.title")).isEqualTo("t3");
  }

  @Test
  void case3And4ShouldFollowTheConfiguration() {
    long id = onPosts(Map.of(), false);
    String key = server.key(id);
    server.post(
        "/api/workflows:update?filterByTk=" + id,
        Map.of("config", Map.of("collection", "categories", "mode", 1)));
    post("no");
    server.post("/api/categories:create", Map.of("title", "yes"));
    assertThat(server.executions(key, 1).at("data.0.context.data.title")).isEqualTo("yes");
    server.post("/api/workflows:destroy?filterByTk=" + id, null);
    server.post("/api/categories:create", Map.of("title", "gone"));
    assertThat(server.count(key)).isEqualTo(1);
  }

  @Test
  void case46ShouldLookAtChangedFields() {
    long id = onPosts(Map.of("mode", 3, "changed", List.of("title")), true);
    String key = server.key(id);
    long post = post("a");
    assertThat(server.count(key)).isEqualTo(1);
    server.post("/api/posts:update?filterByTk=" + post, Map.of("read", 5));
    assertThat(server.count(key)).isEqualTo(1);
    server.post("/api/posts:update?filterByTk=" + post, Map.of("title", "b"));
    assertThat(server.count(key)).isEqualTo(2);
    long gone = onPosts(Map.of("mode", 4), true);
    server.post("/api/posts:destroy?filterByTk=" + post, null);
    assertThat(server.executions(server.key(gone), 1).at("data.0.context.data.title"))
        .isEqualTo("b");
  }

  @Test
  void case47And48ShouldTestConditionsAndLoadAssociations() {
    long empty = onPosts(Map.of("condition", Map.of("$and", List.of(Map.of()))), true);
    long fits =
        onPosts(
            Map.of(
                "condition", Map.of("title", Map.of("$eq", "yes")), "appends", List.of("category")),
            true);
    post("no");
    long category = TestServer.created(server.post("/api/categories:create", Map.of("title", "c")));
    server.post("/api/posts:create", Map.of("title", "yes", "categoryId", category));
    assertThat(server.count(server.key(empty))).isEqualTo(2);
    Reply executions = server.executions(server.key(fits), 1);
    assertThat(executions.at("data.0.context.data.category.title")).isEqualTo("c");
    Reply plain = server.executions(server.key(empty), 2);
    assertThat(plain.text()).doesNotContain("\"category\":");
  }

  @Test
  void case15ShouldStartOncePerRecordAndWorkflow() {
    long first = onPosts(Map.of("mode", 2), false);
    long second = onPosts(Map.of("mode", 2), false);
    post("a");
    post("b");
    post("c");
    server.post("/api/posts:update", Map.of("read", 1), "filter", "{\"id\":{\"$gt\":0}}");
    assertThat(server.executions(server.key(first), 3).number("meta.count")).isEqualTo(3);
    assertThat(server.executions(server.key(second), 3).number("meta.count")).isEqualTo(3);
  }

  @Test
  void case50ShouldEndCyclesAtTheStackLimit() {
    long id = onPosts(Map.of(), false);
    server.node(id, "create", null, creates());
    String key = server.key(id);
    post("first");
    server.executions(key, 1);
    server.until(() -> server.get("/api/posts:list"), reply -> reply.number("meta.count") == 2);
    server.post("/api/workflows:update?filterByTk=" + id, Map.of("enabled", false));

    long deep =
        server.workflow(
            Map.of(
                "type",
                "collection",
                "enabled",
                true,
                "options",
                Map.of("stackLimit", 3),
                "config",
                Map.of("collection", "posts", "mode", 1)));
    server.node(deep, "create", null, creates());
    post("again");
    server.until(() -> server.get("/api/posts:list"), reply -> reply.number("meta.count") == 6);
    Reply executions = server.executions(server.key(deep), 3);
    assertThat(executions.at("data.0.stack")).isNull();
    assertThat(executions.at("data.2.stack"))
        .isEqualTo(List.of(executions.number("data.0.id"), executions.number("data.1.id")));
  }

  private static Map<String, Object> creates() {
    return Map.of(
        "collection", "posts", "params", Map.of("values", Map.of("title", "by workflow")));
  }

  @Test
  void case51ShouldFinishSynchronousWorkflowsBeforeTheAnswer() {
    long id = onPosts(Map.of(), true);
    long node = server.node(id, "calculation", null, Map.of("expression", "boom"));
    assertThat(node).isPositive();
    Reply created = server.post("/api/posts:create", Map.of("title", "a"));
    assertThat(created.status()).isEqualTo(200);
    Reply executions =
        server.get("/api/executions:list", "filter", Json.writeText(Map.of("workflowId", id)));
    assertThat(executions.at("data.0.status")).isEqualTo(-2L);
  }

  @Test
  void case54And55ShouldFollowRequestsThatNameThem() {
    long local =
        server.workflow(
            Map.of(
                "type",
                "action",
                "enabled",
                true,
                "sync",
                true,
                "config",
                Map.of("collection", "posts")));
    String key = server.key(local);
    post("unnamed");
    server.post("/api/posts:create?triggerWorkflows=" + key, Map.of("title", "named"));
    Reply executions = server.executions(key, 1);
    assertThat(executions.at("data.0.context.data.title")).isEqualTo("named");
    assertThat(executions.at("data.0.context.user.id")).isEqualTo(1L);
    assertThat(executions.at("data.0.context.roleName")).isEqualTo("root");

    long stops =
        server.workflow(
            Map.of(
                "type",
                "action",
                "enabled",
                true,
                "sync",
                true,
                "config",
                Map.of("collection", "categories")));
    long says = server.node(stops, "response-message", null, Map.of("message", "Hello"));
    server.node(stops, "end", says, Map.of("endStatus", -1));
    long category = TestServer.created(server.post("/api/categories:create", Map.of("title", "c")));
    Reply refused =
        server.post(
            "/api/posts:create?triggerWorkflows=" + server.key(stops) + "!category",
            Map.of("title", "x", "categoryId", category));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("Hello");
    assertThat(server.executions(server.key(stops), 1).at("data.0.context.data.title"))
        .isEqualTo("c");
    Reply wrong =
        server.post(
            "/api/posts:create?triggerWorkflows=" + server.key(stops), Map.of("title", "y"));
    assertThat(wrong.status()).isEqualTo(200);
  }

  @Test
  void case56ShouldInterceptRequests() {
    long id =
        server.workflow(
            Map.of(
                "type",
                "request-interception",
                "enabled",
                true,
                "sync",
                true,
                "config",
                Map.of("collection", "posts", "global", true, "actions", List.of("create"))));
    Reply passed = server.post("/api/posts:create", Map.of("title", "a"));
    assertThat(passed.status()).isEqualTo(200);
    assertThat(server.executions(server.key(id), 1).at("data.0.context.params.values.title"))
        .isEqualTo("a");
    long stop = revised(id, 1);
    Reply stopped = server.post("/api/posts:create", Map.of("title", "b"));
    assertThat(stopped.status()).isEqualTo(200);
    assertThat(stopped.text()).isEqualTo("{}");
    long refuse = revised(stop, -1);
    Reply refused = server.post("/api/posts:create", Map.of("title", "c"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("Bad Request");
    assertThat(refuse).isPositive();
    assertThat(server.get("/api/posts:list").number("meta.count")).isEqualTo(1);
  }

  private long revised(long id, int endStatus) {
    long next =
        TestServer.created(
            server.post(
                "/api/workflows:revision?filterByTk=" + id,
                Map.of(),
                "filter",
                Json.writeText(Map.of("key", server.key(id)))));
    Map<String, @Nullable Object> nodes =
        server.get("/api/workflows/" + next + "/nodes:list").json();
    if (nodes.get("data") instanceof List<?> list && !list.isEmpty()) {
      Object node = ((Map<?, ?>) list.getFirst()).get("id");
      server.post("/api/flow_nodes:destroy?filterByTk=" + node, null);
    }
    server.node(next, "end", null, Map.of("endStatus", endStatus));
    server.post("/api/workflows:update?filterByTk=" + next, Map.of("enabled", true));
    return next;
  }

  @Test
  void case57ShouldTriggerCustomActions() {
    assertThat(server.post("/api/posts:trigger", Map.of()).error())
        .isEqualTo("parameter \"triggerWorkflows\" is required");
    long one = custom(1);
    long post = post("stored");
    Reply done =
        server.post(
            "/api/posts:trigger/" + post + "?triggerWorkflows=" + server.key(one),
            Map.of("read", 7));
    assertThat(done.status()).isEqualTo(200);
    assertThat(done.text()).isEqualTo("{}");
    Reply executions = server.executions(server.key(one), 1);
    assertThat(executions.at("data.0.context.data.title")).isEqualTo("stored");
    assertThat(executions.at("data.0.context.data.read")).isEqualTo(7L);
    Reply nothing =
        server.post("/api/posts:trigger/999?triggerWorkflows=" + server.key(one), Map.of());
    assertThat(nothing.status()).isEqualTo(500);
    long several = custom(2);
    long other = post("other");
    server.post(
        "/api/posts:trigger?triggerWorkflows="
            + server.key(several)
            + "&filterByTk%5B%5D="
            + post
            + "&filterByTk%5B%5D="
            + other,
        Map.of());
    assertThat(server.executions(server.key(several), 1).at("data.0.context.data.size"))
        .isEqualTo(2);
    long global = custom(0);
    server.post("/api/workflows:trigger?triggerWorkflows=" + server.key(global), Map.of("a", 1));
    assertThat(server.executions(server.key(global), 1).at("data.0.context.data.a")).isEqualTo(1L);
  }

  private long custom(int type) {
    Map<String, Object> config =
        type == 0 ? Map.of("type", 0) : Map.of("type", type, "collection", "posts");
    return server.workflow(
        Map.of("type", "custom-action", "enabled", true, "sync", true, "config", config));
  }

  @Test
  void shouldStartFromWebhooks() {
    long id =
        server.workflow(
            Map.of(
                "type",
                "webhook",
                "enabled",
                true,
                "config",
                Map.of("basicAuth", Map.of("username", "u", "password", "p"))));
    String path = "/api/webhook:trigger/" + server.key(id);
    assertThat(server.post(path, Map.of("a", 1)).status()).isEqualTo(401);
    Reply done = server.send("POST", path, Map.of("a", 1), Map.of("Authorization", "Basic dTpw"));
    assertThat(done.text()).isEqualTo("ok");
    Reply executions = server.executions(server.key(id), 1);
    assertThat(executions.at("data.0.context.body.a")).isEqualTo(1L);
    assertThat(executions.text()).doesNotContain("dTpw");
    assertThat(server.get(path).status()).isEqualTo(405);
  }

  @Test
  void shouldTakeUpEventsAfterRestart() {
    long id = onPosts(Map.of(), false);
    String key = server.key(id);
    Map<String, @Nullable Object> event = new HashMap<>();
    event.put("workflowId", id);
    event.put("eventKey", "left-behind");
    event.put("context", Map.of("data", Map.of("title", "left")));
    event.put("held", true);
    server.database().records("workflowEvents").create(event, dev.millrace.data.WriteContext.NONE);
    server.close();
    server = start();
    Reply executions = server.executions(key, 1);
    assertThat(executions.at("data.0.eventKey")).isEqualTo("left-behind");
    server.until(
        () ->
            new Reply(
                (int)
                    server
                        .database()
                        .records("workflowEvents")
                        .count(dev.millrace.data.Query.all()),
                "{}"),
        left -> left.status() == 0);
  }

  @Test
  void shouldStartTheEventsBehindOneThatCannotBeStarted() {
    long broken = onPosts(Map.of(), false);
    String key = server.key(onPosts(Map.of(), false));
    server.node(broken, "output", null, Map.of("value", 1));
    Map<String, @Nullable Object> twin = new HashMap<>();
    twin.put("workflowId", broken);
    twin.put("type", "output");
    twin.put("key", server.get("/api/workflows/" + broken + "/nodes:list").at("data.0.key"));
    server.database().records("flow_nodes").create(twin, dev.millrace.data.WriteContext.NONE);
    post("a");
    post("b");
    server.executions(key, 2);
  }

  @Test
  void shouldReserveNamesOfOtherApis() {
    for (String name : List.of("process", "templates", "webhook", "collections")) {
      Reply refused =
          server.post("/api/collections:create", Map.of("name", name, "fields", List.of()));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.error()).contains("is reserved");
    }
    Reply twice = server.post("/api/collections:create", Map.of("name", "posts"));
    assertThat(twice.status()).isEqualTo(400);
    assertThat(twice.error()).isEqualTo("Collection named posts already exists");
  }
}
