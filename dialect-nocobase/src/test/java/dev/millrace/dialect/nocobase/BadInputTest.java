package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that no client means, to every resource: each is answered with the envelope of this API,
 * never with a 5xx, and changes nothing.
 */
class BadInputTest {
  private static final int DEEP = 3_000;

  /** In queries, whose length the listener bounds. */
  private static final int DEEP_QUERY = 120;

  private static final String NUL = "\\u0000";

  @TempDir static Path directory;
  @TempDir static Path another;
  private static TestServer server;

  /** Where rows are made. */
  private static TestServer making;

  @BeforeAll
  static void open() {
    making = new TestServer(another);
    making.collection("posts", "title", "string", "read", "integer", "due", "date");
    server = new TestServer(directory);
    server.collection("posts", "title", "string", "read", "integer", "due", "date", "tags", "json");
    server.post(
        "/api/collections/posts/fields:create",
        Map.of("name", "author", "type", "belongsTo", "target", "users", "foreignKey", "authorId"));
    for (int i = 0; i < 3; i++) {
      server.post("/api/posts:create", Map.of("title", "t" + i, "read", i, "authorId", 1));
    }
    server.post("/api/workflowCategories:create", Map.of("title", "c"));
    server.post("/api/environmentVariables:create", Map.of("name", "PLAIN", "value", "v"));
    long workflow = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    long first = server.node(workflow, "cc", null, Map.of("users", List.of(1)));
    server.node(workflow, "manual", first, Map.of("assignees", List.of(1)));
    server.post("/api/workflows:execute?filterByTk=" + workflow, Map.of());
  }

  @AfterAll
  static void close() {
    server.close();
    making.close();
  }

  private static List<String> filters() {
    return List.of(
        "{",
        "\"x\"",
        "[1,[2]]",
        "{\"$or\":\"x\"}",
        "{\"$and\":{\"a\":1}}",
        "{\"$not\":5}",
        "{\"$nosuch\":[]}",
        "{\"id\":{\"$nosuch\":1}}",
        "{\"id\":{\"$eq\":{\"a\":1}}}",
        "{\"id\":{\"$in\":\"x\"}}",
        "{\"id\":{\"$in\":[[1],{\"a\":1}]}}",
        "{\"id\":{\"$between\":5}}",
        "{\"id\":{\"$gt\":[]}}",
        "{\"id\":1e400}",
        "{\"id\":12345678901234567890}",
        "{\"id\":1.5}",
        "{\"id\":\"' OR '1'='1\"}",
        "{\"id = 1 OR 1=1; DROP TABLE users; --\":1}",
        "{\"id\\\" OR \\\"1\":1}",
        "{\"__proto__\":{\"x\":1}}",
        "{\"constructor\":{\"prototype\":{\"x\":1}}}",
        "{\"id.$eq.$eq\":1}",
        "{\"nosuch.column.here\":1}",
        "{\"createdAt\":{\"$dateOn\":\"not a date\"}}",
        "{\"createdAt\":{\"$dateOn\":{\"type\":\"nosuch\"}}}",
        "{\"createdAt\":{\"$dateBetween\":[1,2,3]}}",
        "{\"createdAt\":{\"$dateBetween\":\"[2020,\"}}",
        "{\"title\":{\"$regexp\":\"[\"}}",
        "{\"title\":{\"$regexp\":\"(a+)+$\"}}",
        "{\"title\":{\"$includes\":{\"a\":1}}}",
        "{\"title\":\"" + NUL + "\"}",
        "{\"config.'; DROP TABLE users; --\":1}",
        "{\"config.a'||(SELECT password FROM users)||'\":1}",
        "{\"password\":{\"$startsWith\":\"$2a\"}}",
        "{\"$and\":[".repeat(DEEP_QUERY) + "{\"id\":1}" + "]}".repeat(DEEP_QUERY),
        "{\"$or\":[" + "{\"id\":1},".repeat(DEEP_QUERY) + "{\"id\":2}]}");
  }

  private static List<Map<String, String>> queries() {
    List<Map<String, String>> queries = new ArrayList<>();
    filters().forEach(filter -> queries.add(Map.of("filter", filter)));
    for (String sort :
        List.of(
            "id; DROP TABLE users", "-id'", "\"id\"", "nosuch", "a.b.c", "__proto__", "-", ",")) {
      queries.add(Map.of("sort", sort));
    }
    for (String field :
        List.of("*", "id) FROM users --", "nosuch", "__proto__", "password", "a.b")) {
      queries.add(Map.of("fields", field));
      queries.add(Map.of("except", field));
      queries.add(Map.of("appends", field));
    }
    queries.add(Map.of("appends", "workflow" + ".nodes.workflow".repeat(40)));
    for (String number :
        List.of("1000000000", "-1", "0", "abc", "1.5", "9223372036854775808", "1e9", "[1]", "{}")) {
      queries.add(Map.of("page", number));
      queries.add(Map.of("pageSize", number));
    }
    queries.add(Map.of("sort[a]", "b", "fields[a][b]", "c", "page[]", "1"));
    queries.add(Map.of("filter[__proto__][x]", "1"));
    queries.add(Map.of("filter[id][$in][]", "x", "filter[id][$gt]", ""));
    queries.add(Map.of("paginate", "maybe", "whitelist[a][b]", "c", "blacklist", "__proto__"));
    return queries;
  }

  private static List<String> keys() {
    return List.of(
        "[1,2]",
        "[]",
        "[[1]]",
        "[{\"a\":[1]}]",
        "{\"a\":1}",
        "{",
        "1.5",
        "1e3",
        "abc",
        "true",
        "null",
        "-1",
        "9223372036854775808",
        "__proto__",
        "' OR 1=1 --",
        "1; DROP TABLE users");
  }

  /** All rows of all collections; those of the engine and those kept beside them alike. */
  private static Map<String, Object> everything() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (CollectionDefinition collection : server.database().collections().list()) {
      all.put(
          collection.name(),
          server.database().records(collection.name()).list(Query.all().unpaged()).rows());
    }
    return all;
  }

  private static void requireUnchanged(Map<String, Object> before, String what) {
    Map<String, Object> now = everything();
    assertThat(now.keySet()).as(what).isEqualTo(before.keySet());
    now.forEach((name, rows) -> {
      if (!rows.equals(before.get(name))) {
        throw new AssertionError(
            "%s changed %s from %s to %s"
                .formatted(what, name, shortened(before.get(name)), shortened(rows)));
      }
    });
  }

  private static void requireRefusalOrAnswer(Reply reply, String what) {
    assertThat(reply.status()).as("%s: %s", what, reply.text()).isLessThan(500);
    assertThat(reply.text()).as(what).doesNotContain("$2a$", "Exception", "SQLITE_", "sqlite");
    if (reply.status() >= 400 && !List.of(404, 414).contains(reply.status())) {
      assertThat(reply.error()).as(what).isNotBlank().isNotEqualTo("null");
    }
  }

  private static String[] flat(Map<String, String> parameters) {
    List<String> flat = new ArrayList<>();
    parameters.forEach((name, value) -> {
      flat.add(name);
      flat.add(value);
    });
    return flat.toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posts",
        "users",
        "roles",
        "apiKeys",
        "environmentVariables",
        "collections",
        "fields",
        "workflows",
        "flow_nodes",
        "workflowStats",
        "workflowVersionStats",
        "workflowCategories",
        "executions",
        "jobs",
        "workflowManualTasks",
        "workflowCcTasks",
        "userWorkflowTasks",
        "userWorkflowTaskStats",
        "workflows/1/nodes",
        "workflows/abc/nodes",
        "executions/1/jobs",
        "executions/1.5/logs",
        "posts/1/author",
        "posts/__proto__/author",
        "collections/posts/fields",
        "collections/__proto__/fields"
      })
  void shouldRefuseBadQueriesAndChangeNothing(String resource) {
    Map<String, Object> before = everything();
    for (Map<String, String> query : queries()) {
      for (String action : List.of("list", "get", "update", "destroy")) {
        boolean everything =
            query.get("filter") == null
                && query.keySet().stream().noneMatch(k -> k.contains("filter"));
        boolean reads = action.equals("list") || action.equals("get");
        // A condition that holds for many rows is no bad input to what it changes.
        if (reads || !everything) {
          boolean harmless = reads || !matches(query);
          if (harmless) {
            Reply reply = server.post("/api/" + resource + ":" + action, Map.of(), flat(query));
            requireRefusalOrAnswer(reply, resource + ":" + action + " " + shortened(query));
            if (!reads) {
              requireUnchanged(before, resource + ":" + action + " " + shortened(query));
            }
          }
        }
      }
      Reply reply = server.get("/api/" + resource, flat(query));
      requireRefusalOrAnswer(reply, resource + " " + shortened(query));
    }
    requireUnchanged(before, resource);
  }

  /** Whether a filter is one that says what it means, and finds rows. */
  private static boolean matches(Map<String, String> query) {
    String filter = query.getOrDefault("filter", "");
    return filter.startsWith("{\"$or\":[{") || filter.contains("$startsWith");
  }

  private static String shortened(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() > 200 ? text.substring(0, 200) : text;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posts:get",
        "posts:update",
        "posts:destroy",
        "posts:trigger",
        "users:get",
        "users:update",
        "users:destroy",
        "apiKeys:destroy",
        "roles:update",
        "environmentVariables:destroy",
        "collections:get",
        "collections:update",
        "collections:destroy",
        "workflows:get",
        "workflows:update",
        "workflows:destroy",
        "workflows:revision",
        "workflows:execute",
        "workflows:sync",
        "workflows/1/nodes:update",
        "workflowCategories:move",
        "flow_nodes:get",
        "flow_nodes:update",
        "flow_nodes:destroy",
        "flow_nodes:destroyBranch",
        "flow_nodes:duplicate",
        "flow_nodes:move",
        "executions:get",
        "executions:destroy",
        "executions:cancel",
        "executions:rerun",
        "executions:pause",
        "executions:resume",
        "executions:logs",
        "jobs:get",
        "jobs:resume",
        "workflowManualTasks:get",
        "workflowManualTasks:submit",
        "workflowCcTasks:get",
        "workflowCcTasks:unread",
        "users:nosuch",
        "nosuch:list"
      })
  void shouldRefuseBadKeysAndBodiesAndChangeNothing(String action) {
    Map<String, Object> before = everything();
    for (String key : keys()) {
      if (key.equals("[1,2]") && (action.endsWith("destroy") || action.endsWith("update"))) {
        // Two keys are no mistake there.
        continue;
      }
      requireRefusalOrAnswer(
          server.post("/api/" + action, Map.of(), "filterByTk", key), action + " " + key);
      requireRefusalOrAnswer(
          server.post("/api/" + action, Map.of("filterByTk", key, "values", Map.of())),
          action + " in the body " + key);
    }
    for (String body :
        List.of(
            "{",
            "5",
            "\"x\"",
            "null",
            "[]",
            "[1,{\"a\":[]}]",
            "{\"filterByTk\":{\"$ne\":1}}",
            "{\"filterByTk\":[null]}",
            "{\"filterByTk\":1.5,\"values\":5}",
            "{\"__proto__\":{\"polluted\":true}}",
            "{\"constructor\":{\"prototype\":{\"polluted\":true}}}",
            "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP))) {
      requireRefusalOrAnswer(
          server.post("/api/" + action + "?filterByTk=777777777", body),
          action + " body " + shortened(body));
      requireRefusalOrAnswer(server.post("/api/" + action, body), action + " " + shortened(body));
    }
    requireUnchanged(before, action);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posts:create",
        "users:create",
        "apiKeys:create",
        "roles:create",
        "environmentVariables:create",
        "collections:create",
        "collections/posts/fields:create",
        "workflows:create",
        "workflowCategories:create",
        "auth:signIn"
      })
  void shouldRefuseValuesOfOtherTypes(String action) {
    List<String> values =
        List.of(
            "{\"a\":{\"b\":1}}",
            "[[1]]",
            "[]",
            "true",
            "-1",
            "1.5",
            "1e400",
            "\"\"",
            "123456789012345678901234567890",
            "\"'; DROP TABLE users; --\"",
            "\"" + NUL + "\"",
            "\"__proto__\"");
    List<String> names =
        List.of(
            "id",
            "name",
            "title",
            "type",
            "fields",
            "config",
            "options",
            "key",
            "enabled",
            "sync",
            "current",
            "username",
            "password",
            "email",
            "roles",
            "role",
            "expiresIn",
            "value",
            "strategy",
            "snippets",
            "sort",
            "read",
            "due",
            "tags",
            "author",
            "categories",
            "nodes",
            "createdAt",
            "createdById",
            "account",
            "__proto__",
            "constructor",
            "'; DROP TABLE x");
    String type = action.startsWith("workflows") ? "schedule" : "string";
    for (String name : names) {
      for (String value : values) {
        String body = "{\"name\":\"n\",\"type\":\"%s\",\"%s\":%s}".formatted(type, name, value);
        requireRefusalOrAnswer(making.post("/api/" + action, body), action + " " + body);
      }
    }
    assertThat(making.get("/api/users:get?filterByTk=1").at("data.username")).isEqualTo("nocobase");
    assertThat(making.get("/api/posts:list").status()).isEqualTo(200);
    assertThat(making.get("/api/collections:list?paginate=false").status()).isEqualTo(200);
    assertThat(making.get("/api/workflows:list?paginate=false").status()).isEqualTo(200);
  }

  @Test
  void shouldRefuseBadHeaders() {
    for (Map<String, String> headers :
        List.of(
            Map.of("X-Timezone", "Mars/Base"),
            Map.of("X-Timezone", "+99:99"),
            Map.of("X-Role", "' OR 1=1"),
            Map.of("X-Data-Source", "nosuch"),
            Map.of("Authorization", "Bearer a.b.c"),
            Map.of("Authorization", "Basic !!!"))) {
      requireRefusalOrAnswer(
          server.send("GET", "/api/workflows:list", null, headers), headers.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"roles", "environmentVariables", "workflowStats"})
  void shouldAskForKeysThatNothingMakes(String resource) {
    Reply refused = server.post("/api/" + resource + ":create", Map.of());
    assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    assertThat(refused.error()).endsWith(" cannot be null");
  }

  @Test
  void shouldRefuseAFormWithBrokenEscapes() {
    Reply refused =
        server.send(
            "POST",
            "/api/workflows:create",
            "title=100%",
            Map.of("Content-Type", "application/x-www-form-urlencoded"));
    assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    assertThat(refused.error()).contains("hexadecimal");
  }
}
