package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Forms that write records, variables of the environment, and the smaller resources. */
class FormsAndVariablesTest extends ServerTest {

  private long workflow() {
    return server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
  }

  private long execute(long workflow) {
    Reply ran = server.post("/api/workflows:execute?filterByTk=" + workflow, Map.of());
    return ran.number("data.execution.id");
  }

  private static Map<String, Object> form(Map<String, Object> more) {
    Map<String, Object> form = new java.util.HashMap<>(more);
    form.put(
        "actions",
        List.of(
            Map.of(
                "key",
                "ok",
                "status",
                1,
                "values",
                Map.of("by", "{{currentUser.username}}", "of", "{{$jobsMapByNodeKey.first}}")),
            Map.of("key", "no", "status", -1)));
    return Map.of("assignees", List.of(1), "forms", Map.of("f1", form));
  }

  private long task(long execution) {
    return server
        .get(
            "/api/workflowManualTasks:list",
            "filter",
            Json.writeText(Map.of("executionId", execution)))
        .number("data.0.id");
  }

  private Reply submit(long task, Map<String, Object> values, String action) {
    return server.post(
        "/api/workflowManualTasks:submit?filterByTk=" + task,
        Map.of("result", Map.of("f1", values, "_", action)));
  }

  private long withForm(Map<String, Object> form) {
    long id = workflow();
    Reply first =
        server.post(
            "/api/workflows/" + id + "/nodes:create",
            Map.of(
                "type",
                "calculation",
                "key",
                "first",
                "config",
                Map.of("engine", "math.js", "expression", "6 * 7")));
    long manual = server.node(id, "manual", TestServer.created(first), form(form));
    server.node(
        id,
        "query",
        manual,
        Map.of("collection", "notes", "multiple", true, "params", Map.of("sort", List.of())));
    return id;
  }

  @Test
  void shouldCreateTheRecordOfAFormBeforeTheNextNode() {
    server.collection("notes", "title", "string", "by", "string", "of", "integer");
    long watching = server.onCreate("notes", false);
    long workflow = withForm(Map.of("type", "create", "collection", "notes"));
    long refused = execute(workflow);
    assertThat(submit(task(refused), Map.of("title", "no"), "no").status()).isEqualTo(202);
    assertThat(server.get("/api/notes:list").number("meta.count")).isZero();

    long execution = execute(workflow);
    assertThat(submit(task(execution), Map.of("title", "yes"), "ok").status()).isEqualTo(202);
    Reply notes = server.get("/api/notes:list");
    assertThat(notes.number("meta.count")).isEqualTo(1);
    assertThat(notes.at("data.0.title")).isEqualTo("yes");
    assertThat(notes.at("data.0.by")).isEqualTo("nocobase");
    assertThat(notes.at("data.0.of")).isEqualTo(42L);
    Reply ended =
        server.until(
            () -> server.get("/api/executions:get?appends=jobs&filterByTk=" + execution),
            reply -> reply.number("data.status") != 0);
    assertThat(ended.at("data.jobs.2.result.0.title")).isEqualTo("yes");
    Reply triggered = server.executions(server.key(watching), 1);
    assertThat(triggered.at("data.0.stack")).isEqualTo(List.of(execution));
    assertThat(submit(task(execution), Map.of("title", "again"), "ok").status()).isEqualTo(400);
    assertThat(server.get("/api/notes:list").number("meta.count")).isEqualTo(1);
  }

  @Test
  void shouldUpdateTheRecordsOfAForm() {
    server.collection("notes", "title", "string", "by", "string", "of", "integer");
    server.post("/api/notes:create", Map.of("title", "old"));
    server.post("/api/notes:create", Map.of("title", "other"));
    long execution =
        execute(
            withForm(
                Map.of("type", "update", "collection", "notes", "filter", Map.of("title", "old"))));
    assertThat(submit(task(execution), Map.of("title", "new"), "ok").status()).isEqualTo(202);
    Reply notes = server.get("/api/notes:list?sort=id");
    assertThat(notes.at("data.0.title")).isEqualTo("new");
    assertThat(notes.at("data.1.title")).isEqualTo("other");

    long careless = execute(withForm(Map.of("type", "update", "collection", "notes")));
    assertThat(submit(task(careless), Map.of("title", "all"), "ok").status()).isEqualTo(400);
    long forbidden = execute(withForm(Map.of("type", "create", "collection", "users")));
    assertThat(submit(task(forbidden), Map.of("username", "eve"), "ok").status()).isEqualTo(400);
    assertThat(server.get("/api/users:list").number("meta.count")).isEqualTo(1);
  }

  @Test
  void shouldReadEnvironmentVariables() {
    server.post("/api/environmentVariables:create", Map.of("name", "CITY", "value", "Bonn"));
    long id = workflow();
    server.node(
        id, "output", null, Map.of("value", List.of("{{$env.CITY}}", "{{$env.NOSUCH}}", "x")));
    Reply first = server.get("/api/executions:get?filterByTk=" + execute(id));
    assertThat(first.at("data.output")).isEqualTo(java.util.Arrays.asList("Bonn", null, "x"));
    server.post("/api/environmentVariables:update?filterByTk=CITY", Map.of("value", "Graz"));
    Reply second = server.get("/api/executions:get?filterByTk=" + execute(id));
    assertThat(second.at("data.output.0")).isEqualTo("Graz");
  }

  @Test
  void shouldMoveCategories() {
    for (String title : List.of("a", "b", "c", "d")) {
      server.post("/api/workflowCategories:create", Map.of("title", title));
    }
    assertThat(order()).isEqualTo("abcd");
    Reply moved = server.post("/api/workflowCategories:move?sourceId=1&targetId=3", Map.of());
    assertThat(moved.at("data")).isEqualTo("ok");
    assertThat(order()).isEqualTo("bcad");
    server.post("/api/workflowCategories:move?sourceId=4&targetId=2", Map.of());
    assertThat(order()).isEqualTo("dbca");
    server.post("/api/workflowCategories:move?sourceId=1&targetId=4&method=insertAfter", Map.of());
    assertThat(order()).isEqualTo("dabc");
    server.post("/api/workflowCategories:move?sourceId=3&sticky=true", Map.of());
    assertThat(order()).isEqualTo("cdab");
    assertThat(
            server.post("/api/workflowCategories:move?sourceId=99&targetId=1", Map.of()).status())
        .isEqualTo(404);
    assertThat(server.post("/api/workflowCategories:move", Map.of()).status()).isEqualTo(400);
  }

  private String order() {
    StringBuilder order = new StringBuilder();
    Reply rows = server.get("/api/workflowCategories:list?sort=sort&paginate=false");
    for (int i = 0; i < 4; i++) {
      order.append(rows.at("data." + i + ".title"));
    }
    return order.toString();
  }

  @Test
  void shouldServeFieldsOnTheirOwn() {
    server.collection("notes", "title", "string");
    String filter = "{\"collectionName\":\"notes\",\"name\":\"size\"}";
    Reply made =
        server.post(
            "/api/fields:create",
            Map.of("collectionName", "notes", "name", "size", "type", "integer"));
    assertThat(made.at("data.collectionName")).isEqualTo("notes");
    assertThat(server.get("/api/fields:get", "filter", filter).at("data.type"))
        .isEqualTo("integer");
    Reply listed =
        server.get("/api/fields:list?paginate=false", "filter", "{\"collectionName\":\"notes\"}");
    assertThat(listed.text()).contains("\"size\"").doesNotContain("\"password\"");
    assertThat(
            server
                .post("/api/fields:update", Map.of("title", "Size"), "filter", filter)
                .at("data.0.title"))
        .isEqualTo("Size");
    assertThat(server.post("/api/fields:destroy", null, "filter", filter).at("data")).isEqualTo(1L);
    assertThat(server.get("/api/fields:get", "filter", filter).status()).isEqualTo(404);
    assertThat(server.post("/api/fields:create", Map.of("name", "x")).error())
        .isEqualTo("\"collectionName\" is required");
    assertThat(
            server
                .post(
                    "/api/fields:create",
                    Map.of("collectionName", "users", "name", "x", "type", "string"))
                .status())
        .isEqualTo(403);
  }

  @Test
  void shouldTryNodesThatReachOut() {
    Reply script =
        server.post(
            "/api/flow_nodes:test",
            Map.of(
                "type",
                "script",
                "config",
                Map.of(
                    "content",
                    "return a + 1;",
                    "arguments",
                    List.of(Map.of("name", "a", "value", 41)))));
    assertThat(script.at("data.status")).isEqualTo(1L);
    assertThat(script.number("data.result")).isEqualTo(42);
    Reply printing =
        server.post(
            "/api/flow_nodes:test",
            Map.of(
                "type",
                "script",
                "config",
                Map.of("content", "console.log('hi', {a: 1}); console.error(2)")));
    assertThat(printing.at("data.result")).isNull();
    assertThat(printing.at("data.log")).isEqualTo("hi {\"a\":1}\n2\n");
    Reply thrown =
        server.post(
            "/api/flow_nodes:test",
            Map.of("type", "script", "config", Map.of("content", "throw new Error('boo')")));
    assertThat(thrown.at("data.status")).isEqualTo(-2L);
    assertThat(String.valueOf(thrown.at("data.result"))).contains("boo");
    Reply refused =
        server.post(
            "/api/flow_nodes:test",
            Map.of(
                "type",
                "request",
                "config",
                Map.of("url", "http://127.0.0.1:1/", "method", "GET")));
    assertThat(refused.at("data.status")).isEqualTo(-1L);
    assertThat(refused.at("data.result.code")).isEqualTo("ECONNREFUSED");
    Reply sql =
        server.post(
            "/api/flow_nodes:test", Map.of("type", "sql", "config", Map.of("sql", "SELECT 1")));
    assertThat(sql.at("data.status")).isEqualTo(-2L);
    Reply notified =
        server.post("/api/flow_nodes:test", Map.of("type", "notification", "config", Map.of()));
    assertThat(notified.at("data.result.status")).isEqualTo("success");
    Map<String, Object> config = Map.of("channelName", "team");
    Reply unknown =
        server.post("/api/flow_nodes:test", Map.of("type", "notification", "config", config));
    assertThat(unknown.at("data.status")).isEqualTo(-1L);
    assertThat(String.valueOf(unknown.at("data.result"))).contains("team");
  }
}
