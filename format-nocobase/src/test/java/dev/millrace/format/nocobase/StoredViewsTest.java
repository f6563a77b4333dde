package dev.millrace.format.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.StatusWords;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.store.sqlite.SqliteVerification;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rows that NocoBase's workflow API shows are those of the instances. */
@Timeout(120)
class StoredViewsTest {

  private static final int FLOWS = 60;

  private static final Set<String> WITH_UPSTREAM =
      Set.of("condition", "multi-conditions", "end", "loop", "parallel", "delay", "manual");

  /** Folding needs none. */
  private static final Graph NO_GRAPH =
      new NocoBaseFormat().compile(new DefinitionRef("none", 1), Map.of());

  @TempDir Path dataDir;

  private SqliteStore store;
  private EngineRuntime runtime;
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    store = SqliteStore.open(dataDir);
    runtime =
        EngineRuntime.open(
            store,
            RuntimeSettings.DEFAULT,
            List.of(new NocoBaseFormat()),
            List.of(activity("nocobase.query", false), activity("nocobase.sql", true)),
            (graphs, environment) -> new EngineDecider(engine(graphs, environment)));
    connection = DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve(SqliteStore.FILE));
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    runtime.close();
    store.close();
    assertThat(SqliteVerification.run(dataDir, engine(ref -> NO_GRAPH, Environment.EMPTY)::fold))
        .isEmpty();
  }

  private static Engine engine(GraphSource graphs, Environment environment) {
    return new Engine(
        graphs,
        environment,
        new NodeTypes(NocoBaseNodeTypes.all(new PlainExpressions())),
        new ProcessExpressions(),
        new JsonSchemas());
  }

  private static Activity activity(String name, boolean fails) {
    return new Activity() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public @Nullable Object run(ActivityInput input) throws ActivityException {
        if (fails) {
          throw new ActivityException("boom", "it broke", false);
        }
        return input.parameters().get("value");
      }
    };
  }

  private void define(Flow flow, String key) {
    Reply reply =
        runtime
            .saveDefinition(
                new EngineApi.SaveDefinition(
                    NocoBaseFormat.definitionId(key),
                    0,
                    NocoBaseFormat.NAME,
                    new EngineApi.Described(key, "", true),
                    flow.document(),
                    null,
                    true))
            .join();
    assertThat(reply).isInstanceOf(Reply.Accepted.class);
  }

  private InstanceState run(String workflow, String uid, Map<String, @Nullable Object> labels) {
    Map<String, Object> context = new LinkedHashMap<>();
    context.put("data", 5L);
    EngineApi.Ran ran =
        runtime
            .run(
                new EngineApi.StartRequest(
                    InstanceKey.of(uid),
                    NocoBaseFormat.definitionId(workflow),
                    0,
                    context,
                    new Command.Origin("", "nocobase", false, labels),
                    null))
            .join();
    if (ran.state() == null) {
      throw new AssertionError("refused: " + ran.reply());
    }
    return ran.state();
  }

  private void act(InstanceState state, Random random) {
    InstanceKey key = state.header().key();
    switch (random.nextInt(6)) {
      case 0 -> runtime.submit(new Command.TerminateInstance(key, EndReason.PERSON, "")).join();
      case 1 -> runtime.submit(new Command.RestartInstance(key, "", random.nextBoolean())).join();
      default -> {
        for (NodeRun one : state.openRuns()) {
          if (one.waitsFor() instanceof Wait.ForPeople people) {
            HumanTask task = people.tasks().values().iterator().next();
            String action = List.of("ok", "no", "later").get(random.nextInt(3));
            runtime
                .submit(
                    new Command.ActOnHumanTask(
                        key,
                        task.id(),
                        task.user(),
                        Map.of("result", Map.of("f", Map.of("x", 1L), "_", action))))
                .join();
          } else {
            Map<String, Object> value = Map.of("status", random.nextInt(3) - 1L, "result", "r");
            runtime.submit(new Command.SettleRun(key, one.id(), value)).join();
          }
        }
      }
    }
    runtime.whenSettled(key).join();
  }

  @Test
  void shouldShowWhatTheInstancesAre() throws SQLException {
    List<InstanceKey> keys = new ArrayList<>();
    for (long seed = 0; seed < FLOWS; seed++) {
      define(DrawnFlow.of(seed).with("key", "w" + seed), "w" + seed);
      Map<String, @Nullable Object> labels = new LinkedHashMap<>();
      if (seed % 2 == 0) {
        labels.put("manually", true);
        labels.put("stack", List.of(1L, 2L));
      }
      InstanceState state = run("w" + seed, "e" + seed, labels);
      keys.add(state.header().key());
      Random random = new Random(seed);
      for (int i = random.nextInt(3); i > 0 && !state.life().status().terminal(); i--) {
        act(state, random);
        state = runtime.instance(state.header().key()).join().orElseThrow();
      }
    }
    for (InstanceKey key : keys) {
      InstanceState state = runtime.instance(key).join().orElseThrow();
      String seed = "seed " + key.uid();
      assertThat(rows("SELECT * FROM executions WHERE eventKey = ?", key.uid()))
          .as(seed)
          .isEqualTo(List.of(execution(state)));
      assertThat(rows("SELECT * FROM jobs WHERE executionId = ? ORDER BY id", state.header().id()))
          .as(seed)
          .isEqualTo(jobs(state, DrawnFlow.of(keys.indexOf(key)).types()));
      assertThat(
              rows(
                  "SELECT userId, jobId, status, result FROM workflowManualTasks"
                      + " WHERE executionId = ? AND status = 0",
                  state.header().id()))
          .as(seed)
          .isEqualTo(openTasks(state));
    }
  }

  private static Map<String, @Nullable Object> execution(InstanceState state) {
    InstanceState.Header header = state.header();
    InstanceState.Lifecycle life = state.life();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", header.id());
    row.put("createdAt", iso(header.startedAt()));
    row.put("updatedAt", iso(life.lastEventAt()));
    row.put("workflowId", 7L);
    row.put("key", "w" + header.key().uid().substring(1));
    row.put("eventKey", header.key().uid());
    row.put("context", Codec.encodeJson(header.input()));
    row.put("status", number(StatusWords.nocobase(life.status(), life.reason(), false)));
    row.put("reason", reason(state));
    row.put("dispatched", 1L);
    row.put("parentExecutionId", null);
    Object stack = header.origin().labels().get("stack");
    row.put("stack", stack == null ? null : Codec.encodeJson(stack));
    row.put("output", life.output() == null ? null : Codec.encodeJson(life.output()));
    row.put("startedAt", iso(header.startedAt()));
    row.put("expiresAt", null);
    row.put("manually", header.origin().labels().containsKey("manually") ? 1L : null);
    row.put("model", "nocobase");
    row.put("namespace", "default");
    row.put("engine", "standard");
    row.put("paused", life.status() == Status.SUSPENDED ? 1L : 0L);
    row.put("createdMillis", header.startedAt().toEpochMilli());
    row.put("updatedMillis", life.lastEventAt().toEpochMilli());
    return row;
  }

  private static @Nullable String reason(InstanceState state) {
    return StatusWords.nocobaseReason(
        state.life().status(),
        state.life().reason(),
        state.life().failure() == null ? "" : state.life().failure().type());
  }

  private static List<Map<String, @Nullable Object>> jobs(
      InstanceState state, Map<String, String> types) {
    List<Map<String, @Nullable Object>> jobs = new ArrayList<>();
    state.graph().runs().values().stream()
        .sorted((a, b) -> Integer.compare(a.id(), b.id()))
        .forEach(run -> {
          Map<String, @Nullable Object> row = new LinkedHashMap<>();
          NodeRun.Result result = run.result();
          NodeRun.Notes notes = run.notes();
          Instant changed = result == null ? run.startAt() : result.endAt();
          String nodeId = run.place().nodeId();
          row.put("id", (state.header().id() << 20) | run.id());
          row.put("createdAt", iso(run.startAt()));
          row.put("updatedAt", iso(changed));
          row.put("executionId", state.header().id());
          row.put("nodeId", Long.parseLong(nodeId.substring(1)) + 1);
          row.put("nodeKey", nodeId);
          boolean names = WITH_UPSTREAM.contains(types.get(nodeId)) && run.place().fromRun() > 0;
          row.put(
              "upstreamId",
              names ? (Object) ((state.header().id() << 20) | run.place().fromRun()) : null);
          row.put("status", number(StatusWords.nocobaseJob(run, reason(state) != null)));
          row.put(
              "meta",
              notes == null || notes.meta() == null ? null : Codec.encodeJson(notes.meta()));
          Object shown = PlainExpressions.shown(run);
          row.put("result", shown == null ? null : Codec.encodeJson(shown));
          row.put("startedAt", iso(run.startAt()));
          row.put("log", null);
          row.put("createdMillis", run.startAt().toEpochMilli());
          row.put("updatedMillis", changed.toEpochMilli());
          jobs.add(row);
        });
    return jobs;
  }

  private static List<Map<String, @Nullable Object>> openTasks(InstanceState state) {
    List<Map<String, @Nullable Object>> tasks = new ArrayList<>();
    for (NodeRun run : state.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForPeople people) {
        for (HumanTask task : people.tasks().values()) {
          if (task.state().open()) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("userId", Long.parseLong(task.user()));
            row.put("jobId", (state.header().id() << 20) | run.id());
            row.put("status", 0L);
            row.put("result", task.payload() == null ? null : Codec.encodeJson(task.payload()));
            tasks.add(row);
          }
        }
      }
    }
    return tasks;
  }

  private static @Nullable Long number(@Nullable Integer number) {
    return number == null ? null : number.longValue();
  }

  private static String iso(Instant time) {
    return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
        .withZone(java.time.ZoneOffset.UTC)
        .format(time.truncatedTo(ChronoUnit.MILLIS));
  }

  private List<Map<String, @Nullable Object>> rows(String sql, Object... parameters)
      throws SQLException {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          Map<String, @Nullable Object> row = new LinkedHashMap<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            Object value = result.getObject(i);
            row.put(
                result.getMetaData().getColumnName(i),
                value instanceof Integer number ? (Object) number.longValue() : value);
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  @Test
  void shouldFindItsRowsByIndex() throws SQLException {
    for (String sql :
        List.of(
            "SELECT * FROM executions WHERE id = 1",
            "SELECT * FROM executions WHERE eventKey = 'e'",
            "SELECT * FROM executions WHERE \"key\" = 'w' ORDER BY id DESC LIMIT 20",
            "SELECT id, status FROM executions WHERE \"key\" = 'w' AND id < 9 ORDER BY id DESC",
            "SELECT * FROM executions ORDER BY id DESC LIMIT 20",
            "SELECT * FROM jobs WHERE id = 1",
            "SELECT * FROM jobs WHERE executionId = 1",
            "SELECT * FROM node_inst WHERE id = 1",
            "SELECT * FROM workflowManualTasks WHERE id = 1",
            "SELECT * FROM workflowManualTasks WHERE userId = 1")) {
      List<String> plan = new ArrayList<>();
      for (Map<String, @Nullable Object> step : rows("EXPLAIN QUERY PLAN " + sql)) {
        plan.add(String.valueOf(step.get("detail")));
      }
      assertThat(plan)
          .as(sql)
          .noneMatch(step -> step.contains("TEMP B-TREE"))
          .noneMatch(step -> step.matches("SCAN \\w+") && !sql.contains("executions ORDER BY"));
    }
  }

  @Test
  void shouldCountByTheIndexAlone() throws SQLException {
    for (String where :
        List.of(
            "\"key\" = 'w'",
            "\"key\" = 'w' AND status = -1",
            "\"key\" = 'w' AND createdMillis > 5",
            "createdMillis > 5",
            "status = 1",
            "\"key\" = 'w' AND workflowId = 7 AND status = 1",
            "model = 'process'")) {
      String count = " SELECT count(*) FROM executions WHERE " + where;
      assertThat(rows("EXPLAIN QUERY PLAN" + count).toString())
          .as(where)
          .contains("COVERING INDEX mr_instance_")
          .doesNotContain("SCAN d");
    }
  }

  @Test
  void shouldAnswerForInstancesThatLeaveNothing() throws SQLException {
    Flow flow = new Flow().with("options", Map.of("deleteExecutionOnStatus", List.of(1L)));
    define(flow.then("a", "response-message"), "gone");
    InstanceState state = run("gone", "g1", Map.of());
    assertThat(state.life().status().terminal()).isTrue();
    assertThat(runtime.instance(state.header().key()).join()).isEmpty();
    assertThat(rows("SELECT * FROM executions")).isEmpty();
    assertThat(rows("SELECT * FROM jobs")).isEmpty();
    define(
        new Flow()
            .with("options", Map.of("deleteExecutionOnStatus", List.of(1L)))
            .then("d", "delay", "duration", 60L)
            .then("a", "query"),
        "later");
    InstanceState waiting = run("later", "g2", Map.of());
    assertThat(rows("SELECT * FROM executions")).hasSize(1);
    CompletableFuture<InstanceState> end = runtime.whenEnded(waiting.header().key());
    runtime.submit(new Command.SettleRun(waiting.header().key(), 1, Map.of("status", 1L))).join();
    assertThat(end.join().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(runtime.instance(waiting.header().key()).join()).isEmpty();
    assertThat(rows("SELECT * FROM executions")).isEmpty();
  }

  @Test
  void shouldPurgeWhatHasEnded() throws SQLException {
    define(new Flow().then("d", "delay", "duration", 60L), "p");
    InstanceState state = run("p", "p1", Map.of());
    InstanceKey key = state.header().key();
    assertThat(runtime.submit(new Command.PurgeInstance(key, false)).join())
        .isInstanceOf(Reply.Rejected.class);
    runtime.submit(new Command.TerminateInstance(key, EndReason.PERSON, "")).join();
    assertThat(rows("SELECT status, reason FROM executions").toString())
        .isEqualTo("[{status=-3, reason=manual_cancel}]");
    assertThat(rows("SELECT status FROM jobs").toString()).isEqualTo("[{status=-3}]");
    assertThat(runtime.submit(new Command.PurgeInstance(key, false)).join()).isEqualTo(Reply.OK);
    assertThat(rows("SELECT * FROM executions")).isEmpty();
    assertThat(rows("SELECT * FROM jobs")).isEmpty();
  }
}
