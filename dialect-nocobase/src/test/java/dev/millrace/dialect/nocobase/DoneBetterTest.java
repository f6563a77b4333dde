package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What NocoBase's server was seen to do wrong, and this one does not. */
class DoneBetterTest extends ServerTest {

  private long workflow() {
    return server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
  }

  private Reply execute(long workflow) {
    return server.post("/api/workflows:execute?filterByTk=" + workflow, Map.of());
  }

  private Reply execution(long id) {
    return server.get("/api/executions:get?appends=jobs&filterByTk=" + id);
  }

  @Test
  void shouldRunManySynchronousTriggersAtOnceAndLoseNone() throws Exception {
    int writers = 16;
    server.collection("posts", "title", "string");
    server.collection("copies", "title", "string");
    long workflow = server.onCreate("posts", true);
    server.node(
        workflow,
        "create",
        null,
        Map.of(
            "collection",
            "copies",
            "params",
            Map.of("values", Map.of("title", "{{$context.data.title}}"))));
    List<Callable<Reply>> creates = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      String title = "t" + i;
      creates.add(() -> server.post("/api/posts:create", Map.of("title", title)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (Future<Reply> created : threads.invokeAll(creates)) {
        assertThat(created.get().status()).isEqualTo(200);
      }
    }
    assertThat(server.get("/api/copies:list").number("meta.count")).isEqualTo(writers);
    Reply executions =
        server.get(
            "/api/executions:list", "filter", Json.writeText(Map.of("workflowId", workflow)));
    assertThat(executions.number("meta.count")).isEqualTo(writers);
    assertThat(executions.text()).doesNotContain("\"status\":0", "\"status\":-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          loop      | {"target":2}            | 0
          parallel  | {}                      | 0
          """)
  void shouldNotLoseAnExecutionByResumingTheJobOfABranchingNode(
      String type, String config, long branch) {
    long workflow = workflow();
    long of = server.node(workflow, type, null, Objects.requireNonNull(Json.parse(config)));
    server.node(workflow, "manual", of, branch, Map.of("assignees", List.of(1)));
    long id = execute(workflow).number("data.execution.id");
    Reply waiting = execution(id);
    assertThat(waiting.at("data.jobs.0.status")).isEqualTo(0L);
    long job = waiting.number("data.jobs.0.id");
    Reply resumed = server.post("/api/jobs:resume?filterByTk=" + job, Map.of("status", -1));
    if (resumed.status() == 202) {
      Reply ended = server.until(() -> execution(id), reply -> reply.number("data.status") != 0);
      assertThat(ended.number("data.status")).isEqualTo(-1);
    } else {
      assertThat(resumed.status()).as(resumed.text()).isIn(400, 409);
      long inner = execution(id).number("data.jobs.1.id");
      server.post("/api/jobs:resume?filterByTk=" + inner, Map.of("status", -1));
      Reply ended = server.until(() -> execution(id), reply -> reply.number("data.status") != 0);
      assertThat(ended.number("data.status")).isEqualTo(-1);
    }
  }

  @Test
  void shouldResolveParallelWithoutBranches() {
    long workflow = workflow();
    server.node(workflow, "parallel", null, Map.of());
    assertThat(execute(workflow).number("data.execution.status")).isEqualTo(1);
  }

  @Test
  void shouldWriteOnlyStatusAndResultOfAJob() {
    long workflow = workflow();
    long node = server.node(workflow, "manual", null, Map.of("assignees", List.of(1)));
    long id = execute(workflow).number("data.execution.id");
    Reply before = execution(id);
    server.post(
        "/api/jobs:resume?filterByTk=" + before.number("data.jobs.0.id"),
        Map.of(
            "status",
            1,
            "result",
            "r",
            "nodeKey",
            "forged",
            "log",
            "forged",
            "nodeId",
            7,
            "id",
            9,
            "executionId",
            7));
    Reply after = server.until(() -> execution(id), reply -> reply.number("data.status") != 0);
    assertThat(after.at("data.jobs.0.result")).isEqualTo("r");
    assertThat(after.at("data.jobs.0.nodeId")).isEqualTo(node);
    assertThat(after.at("data.jobs.0.id")).isEqualTo(before.at("data.jobs.0.id"));
    assertThat(after.text()).doesNotContain("forged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET  | workflows:get?filterByTk=abc            |                                   | 400
          GET  | workflows/abc/nodes:list                |                                   | 200
          GET  | workflows/undefined/nodes:list          |                                   | 200
          GET  | workflows:list?page=-1                  |                                   | 400
          GET  | workflows:list?pageSize=-1              |                                   | 400
          GET  | workflows:list?pageSize=0               |                                   | 400
          GET  | workflows:list?page=abc                 |                                   | 400
          GET  | workflows:list?sort=nosuch              |                                   | 400
          GET  | workflows:list?filter%5Btitle%5D%5B$nosuch%5D=1 |                           | 400
          GET  | workflows:list?filter=%7B               |                                   | 400
          POST | workflows:revision?filterByTk=777       | {}                                | 404
          POST | workflows:update?filter=%7B%7D          | {"title":"all"}                   | 400
          POST | workflows:destroy                       | {}                                | 400
          POST | flow_nodes:update?filterByTk=777        | {"title":"x"}                     | 404
          POST | flow_nodes:test                         | {"type":"nosuch","config":{}}     | 400
          POST | flow_nodes:test                         | {"type":"end","config":{}}        | 400
          POST | collections:create                      | {"name":"users","fields":[]}      | 400
          POST | executions:rerun?filterByTk=777         | {}                                | 404
          POST | jobs:resume?filterByTk=777              | {}                                | 404
          """)
  void shouldBlameTheCallerForMistakesOfTheCaller(
      String method, String path, String body, int status) {
    Reply reply = server.send(method, "/api/" + path, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    if (status >= 400) {
      assertThat(reply.error()).isNotBlank().isNotEqualTo("null");
    }
  }

  @Test
  void shouldNotTellSqlInResultsOfJobs() {
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "codes",
            "fields",
            List.of(Map.of("name", "code", "type", "string", "unique", true))));
    long workflow = workflow();
    server.node(
        workflow,
        "create",
        null,
        Map.of("collection", "codes", "params", Map.of("values", Map.of("code", "x"))));
    execute(workflow);
    Reply failed = execute(workflow);
    assertThat(failed.number("data.execution.status")).isEqualTo(-2);
    Reply row = execution(failed.number("data.execution.id"));
    assertThat(String.valueOf(row.at("data.jobs.0.result.message"))).contains("code");
    assertThat(row.text())
        .doesNotContainIgnoringCase("insert into")
        .doesNotContain("SQLITE", "org.sqlite", "at dev.millrace", "/tmp/");
  }

  @Test
  void shouldShowCountersOfAllVersionsAndSortByThem() {
    long often = workflow();
    long seldom = workflow();
    execute(seldom);
    execute(often);
    execute(often);
    String key = server.key(often);
    TestServer.created(
        server.post(
            "/api/workflows:revision?filterByTk=" + often,
            Map.of(),
            "filter",
            Json.writeText(Map.of("key", key))));
    Reply versions =
        server.get(
            "/api/workflows:list?appends=stats,versionStats&sort=id",
            "filter",
            Json.writeText(Map.of("key", key)));
    assertThat(versions.at("data.0.stats.executed")).isEqualTo(2L);
    assertThat(versions.at("data.1.stats.executed")).isEqualTo(2L);
    assertThat(versions.at("data.0.versionStats.executed")).isEqualTo(2L);
    assertThat(versions.at("data.1.versionStats.executed")).isEqualTo(0L);
    Reply sorted = server.get("/api/workflows:list?sort=-stats.executed,id&pageSize=3");
    assertThat(sorted.at("data.0.key")).isEqualTo(key);
    assertThat(sorted.at("data.2.id")).isEqualTo(seldom);
  }

  @Test
  void shouldListExecutionsOfAllWorkflowsWithWhatTookHowLong() {
    long first = workflow();
    long second = workflow();
    execute(first);
    execute(second);
    Reply all = server.get("/api/executions:list?sort=id&appends=workflow,jobs");
    assertThat(all.number("meta.count")).isEqualTo(2);
    assertThat(all.at("data.0.workflow.id")).isEqualTo(first);
    assertThat(all.at("data.1.workflow.id")).isEqualTo(second);
    assertThat(all.at("data.0.startedAt")).isNotNull();
    assertThat(all.at("data.0.updatedAt")).isNotNull();
  }

  @Test
  void shouldAnswerNumbersThatJavaScriptRoundsAsText() {
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "parcels",
            "fields",
            List.of(
                Map.of("name", "number", "type", "bigInt"),
                Map.of("name", "meta", "type", "json"),
                Map.of(
                    "name",
                    "parent",
                    "type",
                    "belongsTo",
                    "target",
                    "parcels",
                    "foreignKey",
                    "parentId"))));
    String wide = "9007199254740993";
    Reply first =
        server.post(
            "/api/parcels:create",
            "{\"id\":%1$s,\"number\":9007199254740991,\"meta\":%1$s}".formatted(wide));
    assertThat(first.at("data.id")).isEqualTo(wide);
    assertThat(first.at("data.meta")).isEqualTo(9_007_199_254_740_993L);
    assertThat(first.at("data.number")).isEqualTo(9_007_199_254_740_991L);
    Reply second =
        server.post("/api/parcels:create", Map.of("id", 1, "number", "-" + wide, "parentId", wide));
    assertThat(second.at("data.number")).isEqualTo("-" + wide);
    Reply list =
        server.get(
            "/api/parcels:list", "filter", "{\"parentId\":\"" + wide + "\"}", "appends", "parent");
    assertThat(list.at("data.0.parentId")).isEqualTo(wide);
    assertThat(list.at("data.0.parent.id")).isEqualTo(wide);
    assertThat(server.get("/api/parcels/1/parent:get").at("data.id")).isEqualTo(wide);
    assertThat(
            server
                .post("/api/parcels:update?filterByTk=" + wide, Map.of("number", 5))
                .at("data.0.id"))
        .isEqualTo(wide);
  }
}
