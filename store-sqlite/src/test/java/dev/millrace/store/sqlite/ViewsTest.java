package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.States;
import dev.millrace.store.StatusWords;
import dev.millrace.store.codec.Codec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three tables of the process API, as a person with an SQL shell sees them. */
class ViewsTest {

  private static final InstanceKey KEY = InstanceKey.of("1541815603606036480");

  @TempDir Path dataDir;
  private SqliteStore store;
  private Fence fence;
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    store = SqliteStore.open(dataDir);
    fence = store.acquire("node-1", 1).getFirst();
    connection = DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve(SqliteStore.FILE));
    Batch batch = next();
    batch.definitions.add(States.definition("proc-1", 1, 7, "leave"));
    commit(batch);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    store.close();
  }

  private Batch next() {
    fence = fence.next();
    Batch batch = new Batch();
    batch.fences.add(fence);
    return batch;
  }

  private void commit(Batch batch) {
    assertThat(store.commit(batch)).isEqualTo(CommitResult.COMMITTED);
  }

  private List<Map<String, @Nullable Object>> select(String sql) throws SQLException {
    return ReadPool.rows(connection, sql, ViewsTest::row);
  }

  private static Map<String, @Nullable Object> row(ResultSet row) throws SQLException {
    ResultSetMetaData columns = row.getMetaData();
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      values.put(columns.getColumnName(i), row.getObject(i));
    }
    return values;
  }

  private void requireColumns(String view, String documented) throws SQLException {
    List<String> columns =
        ReadPool.rows(
            connection, "PRAGMA table_info('" + view + "')", row -> row.getString("name"));
    assertThat(columns).as("columns of %s", view).startsWith(documented.split(" "));
  }

  @Test
  void shouldHaveTheDocumentedColumnsFirst() throws SQLException {
    requireColumns(
        "workflow",
        "id name user enabled desc trigger_app trigger_token start_app_inst_id end_app_inst_id"
            + " engine tasks create_at update_at");
    requireColumns(
        "workflow_inst",
        "id uid p_uid workflow_id name user executor status trigger_data trigger_app start_at"
            + " end_at start_app_inst_id end_app_inst_id engine tasks workflow_output cost"
            + " create_at update_at");
    requireColumns(
        "node_inst",
        "id uid workflow_uid execution_uid index node_id name desc template trigger_token"
            + " trigger_data task status execute_ip start_at end_at cost create_at update_at");
  }

  @Test
  void shouldShowTheNewestRevisionOfADefinition() throws SQLException {
    Batch batch = next();
    batch.definitions.add(States.definition("proc-1", 2, 7, "leave 2"));
    batch.definitions.add(States.definition("proc-2", 1, 8, "gone"));
    batch.definitionsRemoved.add("proc-2");
    commit(batch);
    List<Map<String, @Nullable Object>> rows = select("SELECT * FROM workflow");
    assertThat(rows).hasSize(1);
    assertThat(rows.getFirst())
        .containsEntry("id", 7)
        .containsEntry("name", "leave 2")
        .containsEntry("user", "admin")
        .containsEntry("enabled", 1)
        .containsEntry("desc", "about leave 2")
        .containsEntry("trigger_app", "cron")
        .containsEntry("start_app_inst_id", "task-1")
        .containsEntry("engine", "standard")
        .containsEntry("create_at", "2023-11-15 15:47:45")
        .containsEntry("pub_id", "proc-1")
        .containsEntry("revision", 2);
    assertThat(tasks(rows.getFirst())).isEqualTo(document().get("tasks"));
  }

  private static List<?> tasks(Map<String, @Nullable Object> row) {
    Object tasks = Codec.decodeJson(String.valueOf(row.get("tasks")));
    assertThat(tasks).isInstanceOf(List.class);
    return tasks instanceof List<?> list ? list : List.of();
  }

  private static Map<?, ?> document() {
    return (Map<?, ?>) States.definition("proc-1", 1, 7, "leave").document();
  }

  @Test
  void shouldShowAnInstanceAndItsNodes() throws SQLException {
    InstanceState state = States.state(KEY, 3, Status.COMPLETED, EndReason.NONE, 1);
    Batch batch = next();
    batch.instances.add(new Rows.InstanceRow(0, state, "admin", 0));
    batch.nodeRuns.add(new Rows.NodeRunRow(KEY, 3, 1, States.run(1, "task-2", "ok")));
    batch.nodeRuns.add(new Rows.NodeRunRow(KEY, 3, 1, States.run(2, "unknown", null)));
    batch.nodeRuns.add(new Rows.NodeRunRow(KEY, 3, 1, States.run(3, "task-1", "ok")));
    commit(batch);
    assertThat(select("SELECT * FROM workflow_inst").getFirst())
        .containsEntry("id", 3)
        .containsEntry("uid", KEY.uid())
        .containsEntry("p_uid", null)
        .containsEntry("workflow_id", 7)
        .containsEntry("name", "leave")
        .containsEntry("executor", "zhangsan")
        .containsEntry("status", "completed")
        .containsEntry("trigger_data", "{\"days\":3}")
        .containsEntry("trigger_app", "api")
        .containsEntry("start_at", "2023-11-15 15:47:45")
        .containsEntry("end_at", "2023-11-15 15:47:46")
        .containsEntry("engine", "standard")
        .containsEntry("workflow_output", "\"ok\"")
        .containsEntry("cost", 1_500);
    List<Map<String, @Nullable Object>> nodes = select("SELECT * FROM node_inst ORDER BY run_id");
    assertThat(nodes.getFirst())
        .containsEntry("uid", KEY.uid() + "-1-1")
        .containsEntry("workflow_uid", KEY.uid())
        .containsEntry("execution_uid", "exec-3")
        .containsEntry("index", 0)
        .containsEntry("node_id", "task-2")
        .containsEntry("name", "Second")
        .containsEntry("desc", "2nd")
        .containsEntry("template", "script")
        .containsEntry("status", "done")
        .containsEntry("end_at", "2023-11-15 15:47:45")
        .containsEntry("cost", 250)
        .containsEntry("output", "\"ok\"");
    assertThat(nodes.get(1))
        .containsEntry("status", "started")
        .containsEntry("name", "")
        .containsEntry("end_at", null)
        .containsEntry("cost", null);
    assertThat(nodes).extracting("trigger_data").containsExactly(null, null, "{\"days\":3}");
    assertThat(nodes)
        .extracting(row -> row.get("execute_ip"))
        .allSatisfy(ip -> assertThat(ip).asString().matches("\\d{1,3}(\\.\\d{1,3}){3}"));
  }

  @Test
  void shouldShowTheStateAfterTheLastCommit() throws SQLException {
    List<HistoryEvent> event = List.of(new HistoryEvent.InstanceResumed(States.START));
    Batch first = next();
    first.instances.add(new Rows.InstanceRow(0, States.running(KEY.uid(), 3), "admin", 1));
    first.history.add(new Rows.HistoryChunk(KEY, 0, 1, 1, event));
    commit(first);
    InstanceState ended = States.state(KEY, 3, Status.COMPLETED, EndReason.NONE, 2);
    Batch second = next();
    second.instances.add(new Rows.InstanceRow(0, ended, "admin", 0));
    second.history.add(new Rows.HistoryChunk(KEY, 0, 1, 2, event));
    commit(second);
    assertThat(select("SELECT * FROM workflow_inst"))
        .singleElement(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("status", "completed")
        .containsEntry("trigger_data", "{\"days\":3}")
        .containsEntry("workflow_output", "\"ok\"")
        .containsEntry("version", 2);
    assertThat(store.withOpenWork(null, 1)).isEmpty();
    assertThat(SqliteVerification.run(dataDir)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a": 1}  | {"a": 1}
          5         | 5
          "text"    | "text"
          no JSON   | "no JSON"
          ''        | ""
          """)
  void shouldShowWhatTheTextOfAWorkflowWrittenAsCodeSays(String text, String shown)
      throws SQLException {
    InstanceState state = States.state(KEY, 3, Status.COMPLETED, EndReason.NONE, 1);
    InstanceState.Header header = state.header();
    InstanceState.Lifecycle life = state.life();
    Batch batch = next();
    batch.instances.add(
        new Rows.InstanceRow(
            0,
            new InstanceState(
                new InstanceState.Header(
                    KEY,
                    3,
                    DefinitionRef.code("Chain"),
                    false,
                    text,
                    header.origin(),
                    null,
                    header.startedAt()),
                new InstanceState.Lifecycle(
                    1,
                    life.executionUid(),
                    life.status(),
                    life.reason(),
                    text,
                    null,
                    null,
                    null,
                    life.endedAt(),
                    life.lastEventAt(),
                    1),
                state.graph(),
                List.of()),
            "admin",
            0));
    commit(batch);

    assertThat(select("SELECT * FROM workflow_inst").getFirst())
        .containsEntry("name", "Chain")
        .containsEntry("trigger_data", shown)
        .containsEntry("workflow_output", shown);
  }

  @Test
  void shouldKeepNodeUidsWithinTheirColumn() throws SQLException {
    InstanceKey longKey = new InstanceKey("shop", "order".repeat(20));
    Batch batch = next();
    batch.instances.add(
        new Rows.InstanceRow(
            0, States.state(longKey, 3, Status.RUNNING, EndReason.NONE, 1), "admin", 0));
    batch.nodeRuns.add(new Rows.NodeRunRow(longKey, 3, 1, States.run(1, "a", null)));
    batch.nodeRuns.add(new Rows.NodeRunRow(longKey, 3, 1, States.run(2, "a", null)));
    commit(batch);
    assertThat(select("SELECT uid FROM node_inst ORDER BY run_id"))
        .extracting(row -> row.get("uid"))
        .containsExactly("#3-1-1", "#3-1-2");
  }

  @Test
  void shouldShowTheRunsOfAFastInstanceInItsTasks() throws SQLException {
    List<NodeRun> runs = List.of(States.run(1, "task-1", "first"), States.run(2, "task-1", null));
    InstanceState state = States.withRuns(States.running(KEY.uid(), 3), runs, true);
    Batch batch = next();
    batch.instances.add(new Rows.InstanceRow(0, state, "admin", 0));
    commit(batch);
    Map<String, @Nullable Object> row = select("SELECT * FROM workflow_inst").getFirst();
    assertThat(row).containsEntry("engine", "fast");
    List<?> tasks = tasks(row);
    assertThat(tasks.stream().<Object>map(task -> ((Map<?, ?>) task).get("instId")).toList())
        .isEqualTo(List.of("task-1", "task-2"));
    List<?> runtimes = (List<?>) ((Map<?, ?>) tasks.getFirst()).get("runtimes");
    assertThat(runtimes).hasSize(2);
    Map<String, Object> first = new LinkedHashMap<>();
    first.put("index", 0L);
    first.put("startAt", States.START.toEpochMilli());
    first.put("endAt", States.START.toEpochMilli() + 250);
    first.put("status", "done");
    first.put("error", "");
    first.put("input", Map.of("code", "xxx"));
    first.put("output", "first");
    assertThat(runtimes.getFirst()).isEqualTo(first);
    assertThat(((Map<?, ?>) tasks.get(1)).get("runtimes")).isEqualTo(List.of());
    assertThat(select("SELECT * FROM node_inst")).isEmpty();
  }

  @Test
  void shouldShowTheWordOfEveryStateAndReason() throws SQLException {
    Batch batch = next();
    Map<Long, String> words = new LinkedHashMap<>();
    long id = 0;
    for (Status status : Status.values()) {
      for (EndReason reason : EndReason.values()) {
        id++;
        words.put(id, StatusWords.process(status, reason, false));
        InstanceState state = States.state(InstanceKey.of("i" + id), id, status, reason, 1);
        batch.instances.add(new Rows.InstanceRow(0, state, "admin", 0));
      }
    }
    commit(batch);
    Map<Long, String> shown = new LinkedHashMap<>();
    ReadPool.rows(
        connection,
        "SELECT id, status FROM workflow_inst ORDER BY id",
        row -> shown.put(row.getLong(1), row.getString(2)));
    assertThat(shown).isEqualTo(words);
  }

  @Test
  void shouldShowLargePayloadsInFull() throws SQLException {
    String large = "x".repeat(Payloads.INLINE_MAX_BYTES + 1);
    InstanceState state = States.state(KEY, 3, Status.COMPLETED, EndReason.NONE, 1);
    Batch batch = next();
    batch.instances.add(new Rows.InstanceRow(0, state, "admin", 0));
    batch.nodeRuns.add(new Rows.NodeRunRow(KEY, 3, 1, States.run(1, "task-2", large)));
    commit(batch);
    assertThat(select("SELECT output FROM node_inst").getFirst())
        .containsEntry("output", '"' + large + '"');
  }

  @Test
  void shouldFindAnInstanceByIndex() throws SQLException {
    for (String sql :
        List.of(
            "SELECT * FROM workflow_inst WHERE uid = '1'",
            "SELECT * FROM workflow_inst WHERE id = 1",
            "SELECT * FROM node_inst WHERE workflow_uid = '1'",
            "SELECT 1 FROM mr_instance WHERE execution_uid = '1' AND execution_uid <> uid",
            "SELECT 1 FROM mr_instance WHERE definition_id = '1'"
                + " AND status IN ('PENDING', 'RUNNING', 'SUSPENDED')")) {
      assertThat(
              ReadPool.rows(
                  connection, "EXPLAIN QUERY PLAN " + sql, row -> row.getString("detail")))
          .as(sql)
          .noneMatch(step -> step.matches("SCAN (i|n|mr_\\w+)( .*)?"));
    }
  }
}
