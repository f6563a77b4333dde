package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.transport.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people have to do, and what comes with time, over real HTTP. */
class TasksTest extends ServerTest {

  private long workflow() {
    return server.workflow(
        Map.of("title", "Approve", "type", "schedule", "config", Map.of("mode", 0)));
  }

  private static Map<String, Object> manual(long... users) {
    List<Object> assignees = new java.util.ArrayList<>();
    for (long user : users) {
      assignees.add(user);
    }
    return Map.of(
        "title",
        "Check it",
        "assignees",
        assignees,
        "forms",
        Map.of(
            "f1",
            Map.of(
                "type",
                "custom",
                "actions",
                List.of(
                    Map.of("key", "ok", "status", 1),
                    Map.of("key", "no", "status", -1),
                    Map.of("key", "draft", "status", 0)))));
  }

  @Test
  void case60ShouldSubmitManualTasks() {
    long id = workflow();
    server.node(id, "manual", null, manual(1));
    long execution =
        server
            .post("/api/workflows:execute?filterByTk=" + id, Map.of())
            .number("data.execution.id");
    Reply mine =
        server.get(
            "/api/workflowManualTasks:listMine", "filter", "{\"status\":0}", "appends", "node");
    assertThat(mine.at("data.0.title")).isEqualTo("Check it");
    assertThat(mine.at("meta.hasNext")).isEqualTo(false);
    long task = mine.number("data.0.id");
    assertThat(
            server.post("/api/userWorkflowTasks:listMine", Map.of()).number("data.1.stats.pending"))
        .isEqualTo(1);
    Reply stats = server.post("/api/userWorkflowTaskStats:listMine?type=manual", Map.of());
    assertThat(stats.at("data.0.title")).isEqualTo("Approve");
    assertThat(stats.number("data.0.stats.all")).isEqualTo(1);
    assertThat(stats.number("meta.pageSize")).isEqualTo(200);

    assertThat(submit(77, "ok").status()).isEqualTo(404);
    assertThat(submit(task, "nosuch").error()).isEqualTo("Bad Request");
    assertThat(submit(task, "draft").status()).isEqualTo(202);
    assertThat(submit(task, "ok").status()).isEqualTo(202);
    Reply done =
        server.until(
            () -> server.get("/api/executions:get?filterByTk=" + execution + "&appends=jobs"),
            reply -> reply.number("data.status") != 0);
    assertThat(done.number("data.status")).isEqualTo(1);
    assertThat(done.at("data.jobs.0.result.f1.x")).isEqualTo(1L);
    assertThat(submit(task, "ok").status()).isEqualTo(400);
    assertThat(
            server.post("/api/userWorkflowTasks:listMine", Map.of()).number("data.1.stats.pending"))
        .isZero();
  }

  private Reply submit(long task, String action) {
    return server.post(
        "/api/workflowManualTasks:submit?filterByTk=" + task,
        Map.of("result", Map.of("f1", Map.of("x", 1), "_", action)));
  }

  @Test
  void shouldRefuseTasksOfOthers() {
    long id = workflow();
    server.node(id, "manual", null, manual(9));
    server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    Reply all = server.get("/api/workflowManualTasks:list");
    assertThat(submit(all.number("data.0.id"), "ok").status()).isEqualTo(403);
    assertThat(server.get("/api/workflowManualTasks:listMine").at("data")).isEqualTo(List.of());
  }

  @Test
  void shouldRefuseFormsThatAreNoObjects() {
    long id = workflow();
    server.node(id, "manual", null, manual(1));
    server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    long task = server.get("/api/workflowManualTasks:listMine").number("data.0.id");
    Reply refused =
        server.post(
            "/api/workflowManualTasks:submit?filterByTk=" + task,
            Map.of("result", Map.of("f1", "text", "_", "ok")));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("result.f1: expected an object of values");
    assertThat(submit(task, "ok").status()).isEqualTo(202);
  }

  @Test
  void shouldFailRatherThanPassATaskWhoseAssigneesCannotBeFound() {
    long id = workflow();
    server.node(
        id,
        "manual",
        null,
        Map.of("assignees", List.of(Map.of("filter", Map.of("username", "nocobase")))));
    Reply ran = server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    assertThat(ran.number("data.execution.status")).isEqualTo(-2);
  }

  @Test
  void shouldCountTasksByTypeAndNotThoseOfRemovedWorkflows() {
    long id = workflow();
    server.node(id, "manual", null, manual(1));
    server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    Reply counts =
        server.post(
            "/api/userWorkflowTasks:listMine",
            Map.of(),
            "filter",
            "{\"type\":{\"$in\":[\"manual\"]}}");
    assertThat(counts.number("meta.count")).isEqualTo(1);
    assertThat(counts.number("data.0.stats.pending")).isEqualTo(1);
    assertThat(String.valueOf(counts.at("data.0.createdAt"))).endsWith("Z");
    assertThat(counts.at("data.0.updatedAt"))
        .isEqualTo(server.get("/api/workflowManualTasks:listMine").at("data.0.updatedAt"));
    assertThat(
            server
                .post(
                    "/api/userWorkflowTasks:listMine",
                    Map.of(),
                    "filter",
                    "{\"type\":{\"$gt\":\"a\"}}")
                .status())
        .isEqualTo(400);
    server.post("/api/workflows:destroy?filterByTk=" + id, Map.of());
    Reply without = server.post("/api/userWorkflowTasks:listMine", Map.of());
    assertThat(without.number("data.1.stats.all")).isZero();
    assertThat(server.post("/api/userWorkflowTaskStats:listMine?type=manual", Map.of()).at("data"))
        .isEqualTo(List.of());
  }

  @Test
  void shouldTellPeopleByCopies() {
    long id = workflow();
    server.node(id, "cc", null, Map.of("users", List.of(1, 1), "title", "Note"));
    server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    Reply mine = server.get("/api/workflowCcTasks:listMine?appends=workflow");
    assertThat(mine.at("data.size")).isEqualTo(1);
    assertThat(mine.at("data.0.title")).isEqualTo("Note");
    assertThat(mine.at("data.0.workflow.id")).isEqualTo(id);
    long task = mine.number("data.0.id");
    Reply read = server.post("/api/workflowCcTasks:read?filterByTk=" + task, Map.of());
    assertThat(read.at("data.status")).isEqualTo(1L);
    assertThat(server.post("/api/workflowCcTasks:unread", Map.of()).error())
        .isEqualTo("filterByTk is required for unread action");
    assertThat(server.post("/api/workflowCcTasks:read?filterByTk=77", Map.of()).error())
        .isEqualTo("Task not found");
  }

  @Test
  void case52ShouldStartAtItsTimeOnceAndStopAtTheLimit() {
    Instant start = Instant.now().plusSeconds(4);
    long once =
        server.workflow(
            Map.of(
                "type",
                "schedule",
                "enabled",
                true,
                "config",
                Map.of("mode", 0, "startsOn", start.toString())));
    long often =
        server.workflow(
            Map.of(
                "type",
                "schedule",
                "enabled",
                true,
                "config",
                Map.of("mode", 0, "startsOn", start.toString(), "repeat", 1_000, "limit", 2)));
    Reply executions = server.executions(server.key(once), 1);
    assertThat(String.valueOf(executions.at("data.0.eventKey"))).startsWith(once + "@");
    assertThat(String.valueOf(executions.at("data.0.context.date"))).endsWith(".000Z");
    server.executions(server.key(often), 2);
    server.post("/api/workflows:update?filterByTk=" + once, Map.of("enabled", false));
    server.post("/api/workflows:update?filterByTk=" + once, Map.of("enabled", true));
    assertThat(
            server
                .get("/api/executions:list", "filter", Json.writeText(Map.of("workflowId", once)))
                .number("meta.count"))
        .isEqualTo(1);
  }

  @Test
  void case53ShouldStartAtTheDateOfARecord() {
    server.collection("orders", "due", "date");
    long id =
        server.workflow(
            Map.of(
                "type",
                "schedule",
                "enabled",
                true,
                "config",
                Map.of(
                    "mode",
                    1,
                    "collection",
                    "orders",
                    "startsOn",
                    Map.of("field", "due", "offset", 0))));
    long order =
        TestServer.created(
            server.post(
                "/api/orders:create", Map.of("due", Instant.now().plusSeconds(4).toString())));
    Reply executions = server.executions(server.key(id), 1);
    assertThat(executions.at("data.0.context.data.id")).isEqualTo(order);
    assertThat(String.valueOf(executions.at("data.0.eventKey"))).startsWith(id + ":" + order + "@");
  }
}
