package dev.millrace.store.sqlite;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.store.StatusWords;
import dev.millrace.store.codec.Codec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the rows of an instance are those of its state: its own row, its node runs, its work
 * items. Used for one instance, by one thread.
 */
final class StateChecks {

  private final Connection connection;
  private final long id;
  private final InstanceState state;
  private final Consumer<String> violations;

  StateChecks(Connection connection, long id, InstanceState state, Consumer<String> violations) {
    this.connection = connection;
    this.id = id;
    this.state = state;
    this.violations = violations;
  }

  void run() throws SQLException {
    compare("its row", instanceColumns(), "SELECT * FROM mr_instance WHERE id = ?", id);
    if (!state.header().fast()) {
      nodeRuns();
      humanTasks();
    }
  }

  private Map<String, @Nullable Object> instanceColumns() {
    InstanceState.Header header = state.header();
    InstanceState.Lifecycle life = state.life();
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    columns.put("id", header.id());
    columns.put("uid", header.key().uid());
    columns.put("namespace", header.key().namespace());
    columns.put("definition_id", header.definition().id());
    columns.put("definition_revision", header.definition().revision());
    columns.put("execution_key", ExecutionKeys.of(header.definition().id()));
    columns.put("fast", header.fast());
    columns.put("test", header.origin().test());
    columns.put("executor", header.origin().executor());
    columns.put("trigger_app", header.origin().triggerApp());
    columns.put(
        "parent_namespace", header.parent() == null ? null : header.parent().key().namespace());
    columns.put("parent_uid", header.parent() == null ? null : header.parent().key().uid());
    columns.put("start_at", header.startedAt());
    columns.put("input", json(header.input()));
    columns.put("slot_group", header.slot() == null ? null : header.slot().group());
    columns.put("slot_limit", header.slot() == null ? null : header.slot().limit());
    columns.put("generation", life.generation());
    columns.put("execution_uid", life.executionUid());
    columns.put("status", life.status().name());
    columns.put("reason", life.reason().name());
    columns.put(
        "execution_status", StatusWords.nocobase(life.status(), life.reason(), state.incident()));
    columns.put("incident", state.incident());
    columns.put("event_count", life.eventCount());
    columns.put("changed_at", life.lastEventAt());
    columns.put("timeout_at", life.timeoutAt());
    Map<String, @Nullable Object> labels = header.origin().labels();
    columns.put("labels", labels.isEmpty() ? null : json((Object) labels));
    columns.put("end_at", life.endedAt());
    columns.put("output", json(life.output()));
    columns.put("failure", json(life.failure()));
    return columns;
  }

  private void nodeRuns() throws SQLException {
    String newest =
        "SELECT * FROM mr_node_run WHERE instance_id = ? AND run_id = ?"
            + " ORDER BY generation DESC LIMIT 1";
    for (NodeRun run : state.graph().runs().values()) {
      compare("the row of node run " + run.id(), runColumns(run), newest, id, run.id());
    }
    List<Integer> open =
        ReadPool.rows(
            connection,
            """
            SELECT DISTINCT n.run_id FROM mr_node_run n
            WHERE n.instance_id = ? AND n.end_at IS NULL AND n.generation =
              (SELECT max(m.generation) FROM mr_node_run m
               WHERE m.instance_id = n.instance_id AND m.run_id = n.run_id)
            """,
            row -> row.getInt(1),
            id);
    for (int run : open) {
      // Activities of code workflows have rows only as long as that is configured.
      if (state.code() == null && !state.graph().runs().containsKey(run)) {
        violations.accept("node run " + run + " has an open row and is not in its state");
      }
    }
  }

  private static Map<String, @Nullable Object> runColumns(NodeRun run) {
    NodeRun.Result result = run.result();
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    columns.put("node_id", run.place().nodeId());
    columns.put("run_index", run.place().index());
    columns.put("start_at", run.startAt());
    columns.put("input", json(run.input()));
    columns.put("status", run.status().word());
    columns.put("outcome", result == null ? null : result.outcome());
    columns.put("attempt", run.attempt());
    columns.put("due_at", run.timeoutAt());
    columns.put("end_at", result == null ? null : result.endAt());
    columns.put("output", json(EncodedBatch.shown(run)));
    columns.put("from_run", run.place().fromRun());
    columns.put("decided", run.notes() != null && run.notes().decided());
    columns.put("meta", run.notes() == null ? null : json(run.notes().meta()));
    columns.put("log", run.notes() == null ? null : run.notes().log());
    columns.put("failure", result == null ? null : json(result.failure()));
    return columns;
  }

  private void humanTasks() throws SQLException {
    Set<String> open = new HashSet<>();
    for (NodeRun run : state.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForPeople people) {
        for (HumanTask task : people.tasks().values()) {
          Map<String, @Nullable Object> columns = new LinkedHashMap<>();
          columns.put("uid", state.header().key().uid());
          columns.put("run_id", run.id());
          columns.put("user", task.user());
          columns.put("state", task.state().name());
          columns.put("operation", task.operation());
          columns.put("payload", json(task.payload()));
          compare(
              "work item " + task.id(),
              columns,
              "SELECT * FROM mr_human_task WHERE id = ?",
              task.id());
          if (task.state().open()) {
            open.add(task.id());
          }
        }
      }
    }
    List<String> rows =
        ReadPool.rows(
            connection,
            "SELECT id FROM mr_human_task WHERE namespace = ? AND uid = ? AND open = 1",
            row -> row.getString(1),
            state.header().key().namespace(),
            state.header().key().uid());
    for (String row : rows) {
      if (!open.contains(row)) {
        violations.accept("work item " + row + " is open and nothing waits for it");
      }
    }
  }

  /** Compares columns of the only row of a query with what they should hold. */
  private void compare(
      String what, Map<String, @Nullable Object> expected, String sql, Object... parameters)
      throws SQLException {
    List<Boolean> rows =
        ReadPool.rows(
            connection,
            sql,
            row -> {
              for (Map.Entry<String, @Nullable Object> column : expected.entrySet()) {
                column(what, row, column.getKey(), column.getValue());
              }
              return true;
            },
            parameters);
    if (rows.isEmpty()) {
      violations.accept(what + " is missing");
    }
  }

  private void column(String what, ResultSet row, String name, @Nullable Object value)
      throws SQLException {
    String text = row.getString(name);
    String found = text == null ? null : Payloads.resolve(connection, text);
    String expected =
        switch (value) {
          case null -> null;
          case Boolean flag -> flag ? "1" : "0";
          case Instant time -> Long.toString(time.toEpochMilli());
          default -> value.toString();
        };
    if (!Objects.equals(found, expected)) {
      violations.accept(
          "%s differs from its state in %s%s"
              .formatted(
                  what,
                  name,
                  InstanceChecks.difference(String.valueOf(expected), String.valueOf(found))));
    }
  }

  private static @Nullable String json(@Nullable Object value) {
    return value == null ? null : Codec.encodeJson(value);
  }

  private static @Nullable String json(@Nullable Failure failure) {
    return failure == null ? null : Codec.encodeJson(failure.toJson());
  }
}
