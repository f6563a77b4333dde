package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workflows leave one server and arrive at another. */
class TransferTest extends ServerTest {
  @TempDir Path other;

  private long workflow() {
    long id =
        server.workflow(
            Map.of(
                "title",
                "nightly",
                "type",
                "schedule",
                "enabled",
                true,
                "sync",
                true,
                "config",
                Map.of("mode", 0)));
    long condition =
        server.node(
            id,
            "condition",
            null,
            Map.of("rejectOnFalse", false, "engine", "math.js", "expression", "1 < 2"));
    server.node(id, "calculation", condition, 1L, Map.of("engine", "math.js", "expression", "6*7"));
    server.node(id, "output", condition, Map.of("value", "done"));
    return id;
  }

  /** Without what each server gives itself: ids become keys. */
  private static Object comparable(Reply exported) {
    List<Object> workflows = new ArrayList<>();
    for (Object given : (List<?>) Objects.requireNonNull(exported.json().get("data"))) {
      Map<String, @Nullable Object> workflow = new LinkedHashMap<>();
      ((Map<?, ?>) given).forEach((name, value) -> workflow.put(name.toString(), value));
      Map<Object, Object> keys = new HashMap<>();
      List<?> nodes = (List<?>) Objects.requireNonNull(workflow.get("nodes"));
      nodes.forEach(node -> keys.put(((Map<?, ?>) node).get("id"), ((Map<?, ?>) node).get("key")));
      List<Object> mapped = new ArrayList<>();
      for (Object node : nodes) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        ((Map<?, ?>) node)
            .forEach((name, value) ->
                copy.put(
                    name.toString(),
                    name.equals("id") || name.toString().endsWith("streamId")
                        ? keys.get(value)
                        : value));
        mapped.add(copy);
      }
      workflow.put("nodes", mapped);
      workflow.remove("id");
      workflow.remove("enabled");
      workflows.add(workflow);
    }
    return workflows;
  }

  @Test
  void shouldArriveAsItLeft() {
    long id = workflow();
    Reply left = server.get("/api/workflows:export?filterByTk=" + id);
    assertThat(left.status()).isEqualTo(200);
    try (TestServer target = new TestServer(other)) {
      Reply arrived = target.post("/api/workflows:import", left.text());
      assertThat(arrived.status()).as(arrived.text()).isEqualTo(200);
      assertThat(arrived.at("data.0.enabled")).isEqualTo(false);
      assertThat(arrived.at("data.0.nodes")).isEqualTo(3L);
      assertThat(comparable(target.get("/api/workflows:export"))).isEqualTo(comparable(left));
      long execution =
          target
              .post("/api/workflows:execute?filterByTk=" + arrived.number("data.0.id"), Map.of())
              .number("data.execution.id");
      Reply ran =
          target.until(
              () -> target.get("/api/executions:get?filterByTk=" + execution),
              reply -> reply.number("data.status") != 0);
      assertThat(ran.at("data.output")).isEqualTo("done");
    }
  }

  @Test
  void shouldTakeWhatTheApiListsAndRowsOfTables() {
    long id = workflow();
    Reply listed = server.get("/api/workflows:list?appends=nodes");
    Reply nodes = server.get("/api/workflows/" + id + "/nodes:list?paginate=false");
    try (TestServer target = new TestServer(other)) {
      assertThat(target.post("/api/workflows:import", listed.text()).at("data.0.nodes"))
          .isEqualTo(3L);
      Map<String, @Nullable Object> rows = new LinkedHashMap<>();
      rows.put("workflows", listed.json().get("data"));
      rows.put("flow_nodes", nodes.json().get("data"));
      Reply again = target.post("/api/workflows:import", rows);
      assertThat(again.at("data.0.nodes")).isEqualTo(3L);
      // Another version of the same workflow, which does not take the place of the first.
      assertThat(again.at("data.0.current")).isNull();
      assertThat(target.get("/api/workflows:list").number("meta.count")).isEqualTo(2);
    }
  }

  @Test
  void shouldRefuseAllOfItAndSayWhereItIsWrong() {
    long before = server.get("/api/workflows:list").number("meta.count");
    Map<String, Object> fine = Map.of("type", "schedule", "config", Map.of("mode", 0));
    Map<String, Object> bad =
        Map.of(
            "type",
            "schedule",
            "title",
            7,
            "config",
            Map.of("mode", 0),
            "nodes",
            List.of(
                Map.of("id", 1, "type", "nonsense"),
                Map.of("id", 1, "type", "end"),
                Map.of("id", 2, "type", "end", "upstreamId", 99),
                Map.of("id", 3, "type", "create", "config", Map.of())));
    Reply refused = server.post("/api/workflows:import", Map.of("data", List.of(fine, bad)));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text())
        .contains(
            "data[1].title: expected text, found 7",
            "data[1].nodes[0].type: expected the type of a node, found \\\"nonsense\\\"",
            "data[1].nodes[1].id: expected a number of its own, found 1",
            "data[1].nodes[2].upstreamId: no node of this workflow has the id 99",
            "data[1].nodes[3].config: Collection is not configured");
    assertThat(server.get("/api/workflows:list").number("meta.count")).isEqualTo(before);
    for (Object body : List.of(Map.of(), List.of(1), Map.of("data", 1), Map.of("type", "x"))) {
      Reply reply = server.post("/api/workflows:import", Json.writeText(body));
      assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    }
    assertThat(server.get("/api/workflows:export?filterByTk=1").status()).isEqualTo(404);
  }

  @Test
  void shouldTakeTheCategoriesAlong() {
    Reply category =
        server.post("/api/workflowCategories:create", Map.of("title", "Nightly", "color", "red"));
    long id =
        server.workflow(
            Map.of("type", "schedule", "categories", List.of(category.number("data.id"))));
    Reply left = server.get("/api/workflows:export?filterByTk=" + id);
    assertThat(left.at("data.0.categories.0.title")).isEqualTo("Nightly");
    try (TestServer target = new TestServer(other)) {
      target.post("/api/workflows:import", left.text());
      target.post("/api/workflows:import", left.text());
      Reply arrived = target.get("/api/workflows:list?appends=categories");
      assertThat(arrived.at("data.0.categories.0.color")).isEqualTo("red");
      assertThat(arrived.at("data.1.categories.0.title")).isEqualTo("Nightly");
      assertThat(target.get("/api/workflowCategories:list").number("meta.count")).isEqualTo(1);
    }
  }

  @Test
  void shouldReadRowsAsDatabasesWriteThem() {
    Map<String, Object> rows =
        Map.of(
            "workflows",
            List.of(
                Map.of(
                    "id",
                    "5",
                    "type",
                    "schedule",
                    "sync",
                    0,
                    "current",
                    1,
                    "enabled",
                    1,
                    "config",
                    "{\"mode\":0}",
                    "options",
                    "{\"timeout\":7}")),
            "flow_nodes",
            List.of(
                Map.of(
                    "id",
                    "6",
                    "workflowId",
                    5,
                    "type",
                    "calculation",
                    "config",
                    "{\"engine\":\"math.js\",\"expression\":\"1\"}")));
    Reply arrived = server.post("/api/workflows:import", rows);
    assertThat(arrived.status()).as(arrived.text()).isEqualTo(200);
    assertThat(arrived.at("data.0.options.timeout")).isEqualTo(7L);
    assertThat(arrived.at("data.0.nodes")).isEqualTo(1L);
  }

  @Test
  void shouldRefuseNodesThatHaveNoHead() {
    Reply refused =
        server.post(
            "/api/workflows:import",
            Map.of(
                "type",
                "schedule",
                "nodes",
                List.of(
                    Map.of("id", 1, "type", "calculation", "upstreamId", 2),
                    Map.of("id", 2, "type", "calculation", "upstreamId", 1))));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error())
        .isEqualTo("data[0].nodes[0].upstreamId: the nodes above it lead back to it");
  }
}
