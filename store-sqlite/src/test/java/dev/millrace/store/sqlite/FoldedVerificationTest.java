package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HistoryEvent.InstanceEnded;
import dev.millrace.engine.HistoryEvent.InstanceStarted;
import dev.millrace.engine.HistoryEvent.NodeCompleted;
import dev.millrace.engine.HistoryEvent.NodeEntered;
import dev.millrace.engine.HistoryEvent.NodeRan;
import dev.millrace.engine.HistoryEvent.NodeResumed;
import dev.millrace.engine.HistoryEvent.NodeRetryScheduled;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.States;
import dev.millrace.store.codec.Codec;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What verification finds when it may fold histories as the engine does. */
class FoldedVerificationTest {

  private static final InstanceKey LIVE = InstanceKey.of("live");
  private static final InstanceKey ENDED = InstanceKey.of("ended");
  private static final InstanceKey CHILD = InstanceKey.of("child");
  private static final InstanceKey FAST = InstanceKey.of("fast");
  private static final Instant AT = States.START;
  private static final Instant DUE = AT.plusSeconds(10);

  private static final Engine ENGINE =
      new Engine(
          ref -> {
            throw new UnsupportedOperationException("folding needs no graph");
          },
          Environment.EMPTY,
          new NodeTypes(List.of()),
          unused(Expressions.class),
          unused(Schemas.class));

  @TempDir Path dataDir;

  private static <T> T unused(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            }));
  }

  private static InstanceStarted started(
      InstanceKey key,
      long id,
      boolean fast,
      @Nullable ParentRef parent,
      @Nullable Instant timeoutAt) {
    return new InstanceStarted(
        AT,
        key,
        id,
        key.uid(),
        States.DEFINITION,
        fast,
        Map.of("days", 3L),
        new Command.Origin("li", "api", false),
        parent,
        timeoutAt);
  }

  private static NodeEntered entered(int run, Wait wait) {
    return new NodeEntered(AT, run, place(run), Map.of("code", "x"), wait, null);
  }

  private static NodeRun.Place place(int run) {
    return new NodeRun.Place("task-" + run, 0, 0, 0, -1, "");
  }

  private static NodeCompleted completed(int run, Instant at) {
    return new NodeCompleted(at, run, result(at));
  }

  private static NodeRun.Result result(Instant at) {
    return new NodeRun.Result(NodeRun.RunStatus.DONE, "success", "ok", null, at);
  }

  private static InstanceEnded ended(Instant at) {
    return new InstanceEnded(at, Status.COMPLETED, EndReason.NONE, "ok", null);
  }

  private static List<HistoryEvent> liveEvents() {
    HumanTask task = new HumanTask("inst-a", "li", HumanTask.State.OFFERED, "", null, AT);
    HumanTaskSpec spec =
        new HumanTaskSpec(HumanTaskSpec.Rule.ALL, "leave", "", null, "agree", "reject");
    return List.of(
        started(LIVE, 1, false, null, AT.plusSeconds(3_600)),
        new NodeRan(AT, 1, place(1), Map.of(), result(AT)),
        entered(2, new Wait.ForPeople(spec, Map.of(task.id(), task))),
        entered(3, new Wait.ForTime(DUE)),
        entered(4, new Wait.ForChild(CHILD, "proc-1", 1, null, true)),
        entered(5, new Wait.ForActivity("http", List.of(), 0)));
  }

  private static List<HistoryEvent> endedEvents() {
    return List.of(
        started(ENDED, 2, false, null, null),
        entered(1, new Wait.ForTime(DUE)),
        completed(1, DUE),
        ended(DUE));
  }

  @BeforeEach
  void fill() {
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence fence = store.acquire("node-1", 1).getFirst();
      Batch first = new Batch();
      first.fences.add(fence.next());
      List<HistoryEvent> live = liveEvents();
      instance(first, live, 1);
      first.history.add(new Rows.HistoryChunk(LIVE, 0, 1, 1, live.subList(0, 3)));
      instance(first, endedEvents(), 0);
      first.history.add(new Rows.HistoryChunk(ENDED, 0, 1, 1, endedEvents()));
      List<HistoryEvent> child =
          List.of(
              started(CHILD, 3, false, new ParentRef(LIVE, 1, 4, true, 0), null),
              entered(1, new Wait.ForCallback()));
      instance(first, child, 0);
      first.history.add(new Rows.HistoryChunk(CHILD, 0, 1, 1, child));
      List<HistoryEvent> fast =
          List.of(
              started(FAST, 4, true, null, null),
              new NodeRan(AT, 1, place(1), Map.of(), result(AT)),
              ended(AT));
      InstanceState fastState = ENGINE.fold(null, fast);
      first.instances.add(new Rows.InstanceRow(0, fastState, "admin", 0));
      first.snapshots.add(new Rows.Snapshot(FAST, 3, fastState));
      first.snapshots.add(new Rows.Snapshot(LIVE, 3, ENGINE.fold(null, live.subList(0, 3))));
      first.timers.add(new Rows.TimerRow(LIVE, 0, 1, "instance", AT.plusSeconds(3_600)));
      first.timers.add(new Rows.TimerRow(LIVE, 0, 1, "due:3", DUE));
      first.humanTasks.add(
          new Rows.HumanTaskRow(
              LIVE,
              2,
              "task-2",
              "leave",
              "",
              new HumanTask("inst-a", "li", HumanTask.State.OFFERED, "", null, AT)));
      assertThat(store.commit(first)).isEqualTo(CommitResult.COMMITTED);
      Batch second = new Batch();
      second.fences.add(fence.next().next());
      second.history.add(new Rows.HistoryChunk(LIVE, 0, 1, 4, live.subList(3, live.size())));
      assertThat(store.commit(second)).isEqualTo(CommitResult.COMMITTED);
    }
  }

  private static void instance(Batch batch, List<HistoryEvent> events, int openWork) {
    InstanceState state = ENGINE.fold(null, events);
    batch.instances.add(new Rows.InstanceRow(0, state, "admin", openWork));
    for (NodeRun run : state.graph().runs().values()) {
      batch.nodeRuns.add(new Rows.NodeRunRow(state.header().key(), state.header().id(), 1, run));
    }
  }

  private List<String> verify() {
    return SqliteVerification.run(dataDir, ENGINE::fold);
  }

  private Connection direct() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve(SqliteStore.FILE));
  }

  @Test
  void shouldFindNothingInASoundStore() {
    assertThat(verify()).isEmpty();
    assertThat(SqliteVerification.run(dataDir)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UPDATE mr_instance SET status = 'SUSPENDED' WHERE id = 1 | instance 1: its row differs from its state in status
          UPDATE mr_instance SET output = '7' WHERE id = 2 | instance 2: its row differs from its state in output
          UPDATE mr_instance SET output = '7' WHERE id = 4 | instance 4: its row differs from its state in output
          UPDATE mr_instance SET parent_uid = NULL WHERE id = 3 | instance 3: its row differs from its state in parent_uid
          UPDATE mr_instance SET execution_uid = 'x' WHERE id = 1 | instance 1: its row differs from its state in execution_uid
          UPDATE mr_instance SET start_at = 0 WHERE id = 1 | instance 1: its row differs from its state in start_at
          UPDATE mr_snapshot SET state = replace(state, '"exec', '"ex_ec') WHERE instance_id = 1 | instance 1: the snapshot after event 3 is not the fold
          UPDATE mr_snapshot SET seq = 2 WHERE instance_id = 1 | instance 1: the snapshot after event 2 is not the fold
          UPDATE mr_snapshot SET state = '{"v":99}' WHERE instance_id = 1 | instance 1: cannot be read
          UPDATE mr_snapshot SET state = '{' WHERE instance_id = 4 | instance 4: cannot be read
          UPDATE mr_history SET events = '{"v":99,"events":[1,2,3,4]}' WHERE instance_id = 2 | instance 2: cannot be read
          UPDATE mr_history SET events = replace(events, '"days":3', '"days":4') WHERE instance_id = 3 | instance 3: its row differs from its state in input
          DELETE FROM mr_history WHERE instance_id = 3 | history ends elsewhere than the instance's row says: instance 3
          DELETE FROM mr_snapshot WHERE instance_id = 4 | instance 4: an instance of the fast engine has no state
          DELETE FROM mr_node_run WHERE instance_id = 1 AND run_id = 3 | instance 1: the row of node run 3 is missing
          UPDATE mr_node_run SET status = 'done' WHERE instance_id = 1 AND run_id = 5 | instance 1: the row of node run 5 differs from its state in status
          UPDATE mr_node_run SET run_id = 9 WHERE instance_id = 1 AND run_id = 5 | instance 1: node run 9 has an open row
          DELETE FROM mr_human_task | instance 1: work item inst-a is missing
          UPDATE mr_human_task SET state = 'COMPLETED', open = 0 | instance 1: work item inst-a differs from its state in state
          UPDATE mr_human_task SET id = 'inst-b' | instance 1: work item inst-b is open and nothing waits for it
          DELETE FROM mr_timer WHERE timer_id = 'due:3' | instance 1: timer due:3, due at
          DELETE FROM mr_timer WHERE timer_id = 'instance' | instance 1: timer instance, due at
          UPDATE mr_timer SET due_at = 1 WHERE timer_id = 'due:3' | instance 1: timer due:3 is due at
          UPDATE mr_instance SET open_work = 0 WHERE id = 1 | instance 1: it has open work
          UPDATE mr_instance SET status = 'FAILED' WHERE id = 3 | instance 1: run 4 waits for child
          """)
  void shouldReport(String damage, String expected) throws SQLException {
    try (Connection connection = direct();
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(damage)).isPositive();
    }
    assertThat(verify()).anyMatch(line -> line.startsWith(expected));
  }

  /** Histories of four events for the ended instance, and what is wrong with them. */
  static Stream<Arguments> histories() {
    InstanceStarted start = started(ENDED, 2, false, null, null);
    NodeEntered timer = entered(1, new Wait.ForTime(DUE));
    NodeEntered call = entered(1, new Wait.ForActivity("http", List.of(), 0));
    NodeEntered called = entered(1, new Wait.ForCallback());
    Failure failure = Failure.of("io", "refused");
    return Stream.of(
        Arguments.of(
            List.of(start, called, completed(1, AT.minusMillis(1)), ended(DUE)),
            "event 3, NodeCompleted, is at"),
        Arguments.of(
            List.of(start, called, ended(DUE), completed(1, DUE)),
            "event 4, NodeCompleted, follows the end"),
        Arguments.of(
            List.of(start, called, ended(DUE), ended(DUE)),
            "event 4, InstanceEnded, follows the end"),
        Arguments.of(
            List.of(start, called, completed(1, AT), completed(1, AT)),
            "event 4, NodeCompleted, ends run 1 again"),
        Arguments.of(
            List.of(start, called, called, ended(DUE)), "event 3, NodeEntered, begins run 1 again"),
        Arguments.of(
            List.of(start, called, completed(7, AT), ended(DUE)),
            "event 3, NodeCompleted, ends run 7, which was not begun"),
        Arguments.of(
            List.of(
                start, called, new HistoryEvent.BodyOpened(AT, 2, 7, "b", Map.of()), ended(DUE)),
            "event 3, BodyOpened, opens a body of run 7, which is not open"),
        Arguments.of(
            List.of(
                start,
                called,
                new HistoryEvent.BodySettled(AT, 2, "error", null, null),
                ended(DUE)),
            "event 3, BodySettled, settles body 2, which is not open"),
        Arguments.of(
            List.of(start, timer, completed(1, DUE.minusMillis(1)), ended(DUE)),
            "event 3, NodeCompleted, is at 2023-11-15T15:47:55.249Z, before run 1 was due"),
        Arguments.of(
            List.of(
                start,
                call,
                new NodeRetryScheduled(AT, 1, failure, DUE),
                new NodeResumed(AT, 1, new Wait.ForCallback(), null)),
            "event 4, NodeResumed, is at 2023-11-15T15:47:45.250Z, before run 1 was due"));
  }

  @ParameterizedTest
  @MethodSource("histories")
  void shouldReportHistory(List<HistoryEvent> events, String expected) throws SQLException {
    try (Connection connection = direct();
        PreparedStatement update =
            connection.prepareStatement("UPDATE mr_history SET events = ? WHERE instance_id = 2")) {
      update.setString(1, Codec.encodeHistory(events));
      assertThat(update.executeUpdate()).isOne();
    }
    assertThat(SqliteVerification.run(dataDir))
        .anyMatch(line -> line.startsWith("instance 2: " + expected));
  }

  @Test
  void shouldReportAnotherGeneration() throws SQLException {
    try (Connection connection = direct();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE mr_history SET generation = 2 WHERE instance_id = 2");
    }
    assertThat(verify())
        .contains("instance 2: event 1, InstanceStarted, is stored in generation 2");
  }

  /** What the live child did after its start, and why nothing will wake it. */
  static Stream<Arguments> forgotten() {
    HumanTask closed = new HumanTask("inst-b", "li", HumanTask.State.CANCELED, "", null, AT);
    HumanTaskSpec spec = new HumanTaskSpec(HumanTaskSpec.Rule.ANY, "", "", null, "", "");
    return Stream.of(
        Arguments.of(
            new NodeRan(AT, 1, place(1), Map.of(), result(AT)),
            "it waits for nothing and has not ended"),
        Arguments.of(
            entered(1, new Wait.ForPeople(spec, Map.of(closed.id(), closed))),
            "run 1 waits for people and has no open work item"),
        Arguments.of(
            entered(1, new Wait.ForActivity("http", List.of(), 0)),
            "it has open work, and its row says that it has none"),
        Arguments.of(
            new HistoryEvent.TokenParked(AT, new Token("task-1", 0, "", 0, null)),
            "it has open work, and its row says that it has none"),
        Arguments.of(
            entered(1, new Wait.ForBodies(null)), "run 1 waits for bodies and has none open"),
        Arguments.of(
            entered(1, new Wait.ForRetry(DUE, new Wait.ForCallback())), "timer retry:1, due at"),
        Arguments.of(
            new NodeEntered(AT, 1, place(1), Map.of(), new Wait.ForCallback(), DUE),
            "timer timeout:1, due at"));
  }

  @ParameterizedTest
  @MethodSource("forgotten")
  void shouldReportAnInstanceThatNothingWakes(HistoryEvent event, String expected)
      throws SQLException {
    try (Connection connection = direct();
        PreparedStatement update =
            connection.prepareStatement("UPDATE mr_history SET events = ? WHERE instance_id = 3")) {
      InstanceStarted start = started(CHILD, 3, false, new ParentRef(LIVE, 1, 4, true, 0), null);
      update.setString(1, Codec.encodeHistory(List.of(start, event)));
      assertThat(update.executeUpdate()).isOne();
    }
    assertThat(verify()).anyMatch(line -> line.startsWith("instance 3: " + expected));
  }

  @Test
  void shouldReportABodyThatNothingBegins() throws SQLException {
    try (Connection connection = direct();
        Statement running = connection.createStatement();
        PreparedStatement update =
            connection.prepareStatement("UPDATE mr_history SET events = ? WHERE instance_id = 2")) {
      running.executeUpdate("UPDATE mr_instance SET status = 'RUNNING' WHERE id = 2");
      InstanceStarted start = started(ENDED, 2, false, null, null);
      HistoryEvent opened = new HistoryEvent.BodyOpened(AT, 2, 1, "b", Map.of());
      HistoryEvent set = new HistoryEvent.VariablesSet(AT, Map.of());
      update.setString(
          1,
          Codec.encodeHistory(List.of(start, entered(1, new Wait.ForBodies(null)), opened, set)));
      assertThat(update.executeUpdate()).isOne();
    }
    assertThat(verify())
        .contains(
            "instance 2: a body is to begin or to end, and its row says that it has no open work");
  }
}
