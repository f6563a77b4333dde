package dev.millrace.dialect.nocobase;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Requests that nobody means, to every resource and action; {@code -Dseed=N} repeats a run. */
class RandomRequestsTest extends ServerTest {
  private static final int REQUESTS = 1_200;
  private static final int DEEPEST = 3;

  private static final List<String> RESOURCES =
      List.of(
          "workflows",
          "flow_nodes",
          "executions",
          "jobs",
          "workflowManualTasks",
          "workflowCcTasks",
          "workflowCategories",
          "workflowStats",
          "users",
          "roles",
          "rolesUsers",
          "apiKeys",
          "environmentVariables",
          "notificationChannels",
          "posts",
          "posts/1/parent",
          "posts/abc/kids",
          "workflows/1/nodes",
          "users/1/roles",
          "roles/root/users",
          "executions/1/jobs",
          "__proto__",
          "nosuch");
  private static final List<String> ACTIONS =
      List.of("list", "get", "create", "update", "destroy", "add", "set", "remove", "nosuch");
  private static final List<String> OWN =
      List.of(
          "workflows:execute",
          "workflows:revision",
          "workflows:sync",
          "workflows:export",
          "workflows:import",
          "executions:cancel",
          "executions:rerun",
          "executions:logs",
          "executions:pause",
          "executions:resume",
          "jobs:resume",
          "flow_nodes:duplicate",
          "flow_nodes:move",
          "flow_nodes:destroyBranch",
          "flow_nodes:test",
          "workflowManualTasks:submit",
          "workflowManualTasks:listMine",
          "workflowCcTasks:read",
          "workflowCcTasks:unread",
          "userWorkflowTasks:listMine",
          "userWorkflowTaskStats:listMine",
          "workflowCategories:move",
          "auth:signIn",
          "auth:check",
          "auth:changePassword",
          "roles:check",
          "collections:create",
          "fields:create",
          "myInAppMessages:list",
          "notificationInAppMessages:updateMyOwn",
          "webhook:trigger");
  private static final List<String> NAMES =
      List.of(
          "id",
          "title",
          "key",
          "status",
          "config",
          "config.mode",
          "type",
          "createdAt",
          "createdBy.password",
          "parent",
          "parent.title",
          "kids",
          "n",
          "at",
          "j.a.b",
          "roles",
          "name",
          "snippets",
          "upstreamId",
          "branchIndex",
          "data",
          "result",
          "values",
          "filterByTk",
          "__proto__",
          "id'; drop table posts",
          "");
  private static final List<String> OPERATORS =
      List.of(
          "$eq",
          "$ne",
          "$gt",
          "$in",
          "$notIn",
          "$between",
          "$includes",
          "$notIncludes",
          "$like",
          "$regexp",
          "$empty",
          "$exists",
          "$isTruly",
          "$match",
          "$anyOf",
          "$dateOn",
          "$dateBetween",
          "$and",
          "$or",
          "$not",
          "$nosuch");
  private static final List<String> PLAIN =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1.5",
          "1e308",
          "9223372036854775808",
          "\"\"",
          "\"abc\"",
          "\"2023-02-30\"",
          "\"[2023-01-01,2023-02-01)\"",
          "\"' or 1=1 --\"",
          "\"(((\"",
          "\"%\"",
          "\"\\u0000\"",
          "\"{{$user.id}}\"",
          "\"{{$nosuch.x}}\"",
          "\"schedule\"",
          "\"calculation\"",
          "\"root\"");
  private static final List<String> QUERIES =
      List.of(
          "filterByTk=1",
          "filterByTk=abc",
          "filterByTk=1.5",
          "filterByTk=%5B1%2C%22a%22%5D",
          "filterByTk=%7B%22id%22%3A1%7D",
          "filterByTk[]=1&filterByTk[a]=2",
          "filterByTk=99999999999999999999",
          "page=-1",
          "pageSize=1000000000",
          "pageSize=abc",
          "paginate=false",
          "sort=-nosuch,id",
          "sort[a]=1",
          "fields=id,parent.title",
          "fields[]=password",
          "appends=kids.parent.kids,__proto__",
          "except=id",
          "filter=%7B",
          "filter=%5B1%5D",
          "filter[n][$gt]=abc",
          "branchIndex=x",
          "autoRevision=1",
          "whitelist=__proto__",
          "a%00=1");

  private Random random = new Random();

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String value(int depth) {
    int kind = random.nextInt(depth < DEEPEST ? 5 : 3);
    if (kind < 3) {
      return one(PLAIN);
    }
    List<String> members = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      String name = random.nextBoolean() ? one(NAMES) : one(OPERATORS);
      members.add((kind == 3 ? "" : "\"" + name + "\":") + value(depth + 1));
    }
    return kind == 3 ? "[" + String.join(",", members) + "]" : object(members);
  }

  private static String object(List<String> members) {
    return "{" + String.join(",", members) + "}";
  }

  private String body() {
    List<String> members = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      members.add("\"" + one(NAMES) + "\":" + value(0));
    }
    return object(members);
  }

  private String path() {
    String path = random.nextBoolean() ? one(OWN) : one(RESOURCES) + ":" + one(ACTIONS);
    List<String> query = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      query.add(one(QUERIES).replace("[", "%5B").replace("]", "%5D"));
    }
    if (random.nextBoolean()) {
      String filter =
          object(List.of("\"" + one(NAMES) + "\":{\"" + one(OPERATORS) + "\":" + value(1) + "}"));
      query.add("filter=" + URLEncoder.encode(filter, UTF_8));
    }
    return "/api/" + path + "?" + String.join("&", query);
  }

  @Test
  void shouldRefuseOrAnswerWhateverIsSent() {
    long seed = Long.getLong("seed", System.nanoTime());
    random = new Random(seed);
    server.collection("posts", "title", "string", "n", "integer", "at", "date", "j", "json");
    for (Map<String, Object> link :
        List.<Map<String, Object>>of(
            Map.of("name", "parent", "type", "belongsTo", "target", "posts"),
            Map.of(
                "name", "kids", "type", "hasMany", "target", "posts", "foreignKey", "parentId"))) {
      assertThat(server.post("/api/collections/posts/fields:create", link).status()).isEqualTo(200);
    }
    for (int i = 0; i < REQUESTS; i++) {
      String path = path();
      @Nullable String body = random.nextInt(8) == 0 ? null : body();
      Reply reply = server.send(one(List.of("GET", "POST", "PUT", "DELETE")), path, body);
      String asked = "-Dseed=" + seed + ": " + path + " " + body + " -> " + reply.text();
      assertThat(reply.status()).as(asked).isLessThan(500);
      if (reply.status() >= 400 && !reply.text().equals("Not Found")) {
        assertThat(reply.error())
            .as(asked)
            .isNotBlank()
            .doesNotContain("Exception", "jooq", "SELECT");
      }
    }
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("root");
    assertThat(server.get("/api/users:get?filterByTk=1").at("data.username")).isEqualTo("nocobase");
  }
}
