package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Query;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What no client can ask for: events that come twice, and events that somebody else works on. */
class DispatchTest extends ServerTest {

  private Event event(long workflow, String key) {
    Version version =
        Version.of(server.database().records("workflows").get(Query.byKey(workflow)).orElseThrow());
    return new Event(version, Map.of("data", Map.of()), key, List.of(), false, null);
  }

  private long workflow() {
    long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    long first = server.node(id, "calculation", null, Map.of("expression", "1 + 1"));
    server.node(id, "manual", first, Map.of("assignees", List.of(1)));
    return id;
  }

  @Test
  void case16ShouldStartOneExecutionForOneEventKey() throws Exception {
    int writers = 8;
    Event event = event(workflow(), "the same");
    List<Callable<Dispatcher.Outcome>> starts = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      starts.add(() -> server.dispatcher().start(event).join());
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (Future<Dispatcher.Outcome> outcome : threads.invokeAll(starts)) {
        assertThat(outcome.get()).isInstanceOf(Dispatcher.Outcome.Started.class);
      }
    }
    Reply executions = server.executions(event.version().key(), 1);
    assertThat(executions.at("data.0.eventKey")).isEqualTo("the same");
  }

  @Test
  void shouldStartAnEventOnceWhoseExecutionLeftNoTrace() throws Exception {
    long id = server.workflowLeavingNoTrace();
    server.node(id, "manual", null, Map.of("assignees", List.of(1)));
    Event event = event(id, "once for all");
    server.dispatcher().start(event).join();
    Reply waiting = server.executions(event.version().key(), 1);
    server.post(
        "/api/jobs:resume?filterByTk=" + waiting.number("data.0.jobs.0.id"), Map.of("status", 1));
    server.executions(event.version().key(), 0);
    assertThat(server.dispatcher().start(event).join())
        .isInstanceOf(Dispatcher.Outcome.Started.class);
    server.executions(event.version().key(), 0);
  }

  @Test
  void case18ShouldRunNodesOnceWhenStartedAgain() throws Exception {
    Event event = event(workflow(), "again");
    server.dispatcher().start(event).join();
    Reply waiting =
        server.until(
            () -> server.executions(event.version().key(), 1),
            reply -> Integer.valueOf(2).equals(reply.at("data.0.jobs.size")));
    server.dispatcher().start(event).join();
    Reply same = server.executions(event.version().key(), 1);
    assertThat(same.at("data.0.id")).isEqualTo(waiting.at("data.0.id"));
    assertThat(same.at("data.0.jobs.size")).isEqualTo(2);
    assertThat(same.at("data.0.status")).isEqualTo(0L);
  }

  @Test
  void case20ShouldLeaveEventsToWhoWorksOnThemUntilTheNextStart() {
    long workflow = workflow();
    Map<String, @Nullable Object> event = new HashMap<>();
    event.put("workflowId", workflow);
    event.put("eventKey", "held by its writer");
    event.put("context", Map.of());
    event.put("held", true);
    server.database().records("workflowEvents").create(event, WriteContext.NONE);
    Map<String, @Nullable Object> free = new HashMap<>(event);
    free.put("eventKey", "free");
    free.put("held", false);
    server.database().records("workflowEvents").create(free, WriteContext.NONE);
    Reply one = server.executions(server.key(workflow), 1);
    assertThat(one.at("data.0.eventKey")).isEqualTo("free");
    assertThatThrownBy(() -> new TestServer(directory))
        .as("a second server on the same data")
        .isInstanceOf(RuntimeException.class);
    server.close();
    server = new TestServer(directory);
    Reply both = server.executions(server.key(workflow), 2);
    assertThat(both.at("data.1.eventKey")).isEqualTo("held by its writer");
  }

  @Test
  void case13ShouldNotCountTheTimeThatAnEventWaits() {
    long workflow =
        server.workflow(
            Map.of(
                "type",
                "schedule",
                "config",
                Map.of("mode", 0),
                "options",
                Map.of("timeout", 86_400_000)));
    server.node(workflow, "manual", null, Map.of("assignees", List.of(1)));
    Map<String, @Nullable Object> event = new HashMap<>();
    event.put("workflowId", workflow);
    event.put("eventKey", "from long ago");
    event.put("context", Map.of());
    event.put("createdAt", "2020-01-01T00:00:00.000Z");
    event.put("held", false);
    server.database().records("workflowEvents").create(event, WriteContext.NONE);
    Reply started = server.executions(server.key(workflow), 1);
    assertThat(started.at("data.0.status")).isEqualTo(0L);
    assertThat(started.at("data.0.reason")).isNull();
  }

  @Test
  void case23ShouldCountForEveryWorkflowAfterTheStart() {
    long counted = workflow();
    server.post("/api/workflows:execute?filterByTk=" + counted, Map.of());
    long lost = workflow();
    server.post("/api/workflows:execute?filterByTk=" + lost, Map.of());
    server.post("/api/workflows:execute?filterByTk=" + lost, Map.of());
    String key = server.key(lost);
    server.database().records("workflowStats").destroy(Query.byKey(key), WriteContext.NONE);
    server.database().records("workflowVersionStats").destroy(Query.byKey(lost), WriteContext.NONE);
    server.close();
    server = new TestServer(directory);
    for (long workflow : List.of(counted, lost)) {
      Reply row =
          server.get("/api/workflows:get?appends=stats,versionStats&filterByTk=" + workflow);
      long expected = workflow == lost ? 2 : 1;
      assertThat(row.number("data.stats.executed")).isEqualTo(expected);
      assertThat(row.number("data.versionStats.executed")).isEqualTo(expected);
    }
  }

  @Test
  void shouldCountWhatWasStartedWithoutThisApiAndWhatLeavesNoRow() {
    long child = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    server.node(child, "output", null, Map.of("value", 7));
    server.post("/api/workflows:update?filterByTk=" + child, Map.of("enabled", true));
    long parent = server.workflowLeavingNoTrace();
    server.node(parent, "subflow", null, Map.of("workflow", server.key(child)));
    server.post("/api/workflows:execute?filterByTk=" + parent, Map.of());
    server.executions(server.key(child), 1);
    Reply counted = server.get("/api/workflows:list?appends=stats&sort=id");
    assertThat(counted.number("data.0.stats.executed")).isEqualTo(1);
    assertThat(counted.number("data.1.stats.executed")).isEqualTo(1);
    assertThat(
            server
                .post(
                    "/api/workflows:update?filterByTk=" + child,
                    Map.of("config", Map.of("mode", 0)))
                .error())
        .isEqualTo("config of executed workflow can not be updated");
  }

  @Test
  void shouldCallAWorkflowThatIsNeitherEnabledNorHasEverRunAsItIsNow() {
    Map<String, Object> schedule = Map.of("type", "schedule", "config", Map.of("mode", 0));
    long grandchild = server.workflow(schedule);
    long output = server.node(grandchild, "output", null, Map.of("value", 1));
    long child = server.workflow(schedule);
    server.node(child, "subflow", null, Map.of("workflow", server.key(grandchild)));
    long parent = server.workflow(schedule);
    server.node(parent, "subflow", null, Map.of("workflow", server.key(child)));
    // Both are made startable, and then changed behind that.
    server.post("/api/workflows:update?filterByTk=" + grandchild, Map.of("enabled", true));
    server.post("/api/workflows:update?filterByTk=" + grandchild, Map.of("enabled", false));
    server.post(
        "/api/flow_nodes:update?filterByTk=" + output,
        Map.of("config", Map.of("value", "as it is now")));
    server.node(
        child,
        "output",
        server
            .until(
                () -> server.get("/api/workflows/" + child + "/nodes:list"),
                reply -> reply.number("meta.count") == 1)
            .number("data.0.id"),
        Map.of("value", "child"));
    server.post("/api/workflows:execute?filterByTk=" + parent, Map.of());
    assertThat(ended(child).at("data.0.output")).isEqualTo("child");
    assertThat(ended(grandchild).at("data.0.output")).isEqualTo("as it is now");
  }

  /** The one execution of a workflow, once it is resolved. */
  private Reply ended(long workflow) {
    return server.until(
        () -> server.executions(server.key(workflow), 1),
        reply -> reply.number("data.0.status") == 1);
  }
}
