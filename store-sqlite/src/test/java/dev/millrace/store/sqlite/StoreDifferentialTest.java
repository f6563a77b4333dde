package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.store.query.Queries;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same random operations on the oracle and on the durable store; every answer and every read
 * must be equal. To run one seed again: {@code mvn test -pl store-sqlite
 * -Dtest=StoreDifferentialTest -Dmillrace.seed=N} with the N printed.
 */
class StoreDifferentialTest {

  private static final String SEED_PROPERTY = "millrace.seed";
  private static final int ROUNDS_MIN = 60;
  private static final int ROUNDS_MAX = 1_000;
  private static final int REOPEN_EVERY = 20;
  private static final int COMPARE_EVERY = 3;
  private static final int LIMIT = 7;

  /** What must have succeeded, or been refused, before a run may end. */
  private static final Set<String> WANTED =
      Set.of(
          "COMMITTED",
          "FENCED",
          "ALREADY_APPLIED",
          "STORE_REGRESSED",
          "refused",
          "instances",
          "nodeRuns",
          "history",
          "snapshots",
          "timers",
          "timersRemoved",
          "outbox",
          "outboxRemoved",
          "inbox",
          "humanTasks",
          "variables",
          "idempotency",
          "definitions",
          "definitionsRemoved",
          "quarantined",
          "released",
          "held");

  @TempDir Path dataDir;

  private final Set<String> seen = new TreeSet<>();
  private final MemoryStore memory = new MemoryStore();
  private @Nullable SqliteStore sqlite;

  static List<Long> seeds() {
    Long given = Long.getLong(SEED_PROPERTY);
    return given != null ? List.of(given) : List.of(1L, 2L, 3L, new Random().nextLong());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldAnswerLikeTheOracle(long seed) throws SQLException {
    try {
      run(seed);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("differs; run it again with -D" + SEED_PROPERTY + "=" + seed, e);
    }
  }

  private void run(long seed) throws SQLException {
    Random random = new Random(seed);
    BatchMaker maker = new BatchMaker(seed);
    List<Fence> fences = reopen();
    int round = 0;
    while (round < ROUNDS_MIN || !seen.containsAll(WANTED)) {
      round++;
      assertThat(round)
          .as("rounds; not yet seen of %s: only %s", WANTED, seen)
          .isLessThan(ROUNDS_MAX);
      if (random.nextInt(REOPEN_EVERY) == 0) {
        fences = reopen();
      }
      Batch batch = maker.next(fences);
      if (commit(batch)) {
        maker.committed(batch);
        fences = List.copyOf(batch.fences);
      }
      if (round % COMPARE_EVERY == 0) {
        compare(maker, random);
      }
    }
    compareNodeRuns();
    sqlite().close();
    memory.close();
  }

  private SqliteStore sqlite() {
    return Objects.requireNonNull(sqlite, "opened first");
  }

  private List<Fence> reopen() {
    if (sqlite != null) {
      sqlite.close();
    }
    sqlite = SqliteStore.open(dataDir);
    List<Fence> fences = memory.acquire("node", BatchMaker.PARTITIONS);
    assertThat(sqlite.acquire("node", BatchMaker.PARTITIONS)).isEqualTo(fences);
    return fences;
  }

  private boolean commit(Batch batch) {
    String expected = answer(memory, batch);
    assertThat(answer(sqlite(), batch)).as("answer to %s", batch.fences).isEqualTo(expected);
    seen.add(expected);
    boolean committed = expected.equals(CommitResult.COMMITTED.name());
    if (committed) {
      kinds(batch)
          .forEach((kind, rows) -> {
            if (!rows.isEmpty()) {
              seen.add(kind);
            }
          });
    }
    return committed;
  }

  private static String answer(Store store, Batch batch) {
    try {
      return store.commit(batch).name();
    } catch (StoreException e) {
      return "refused";
    }
  }

  private static Map<String, List<?>> kinds(Batch batch) {
    Map<String, List<?>> kinds = new LinkedHashMap<>();
    kinds.put("instances", batch.instances);
    kinds.put("nodeRuns", batch.nodeRuns);
    kinds.put("history", batch.history);
    kinds.put("snapshots", batch.snapshots);
    kinds.put("timers", batch.timers);
    kinds.put("timersRemoved", batch.timersRemoved);
    kinds.put("outbox", batch.outbox);
    kinds.put("outboxRemoved", batch.outboxRemoved);
    kinds.put("inbox", batch.inbox);
    kinds.put("humanTasks", batch.humanTasks);
    kinds.put("variables", batch.variables);
    kinds.put("idempotency", batch.idempotency);
    kinds.put("quarantined", batch.quarantined);
    kinds.put("released", batch.released);
    kinds.put("held", batch.held);
    kinds.put("definitions", batch.definitions);
    kinds.put("definitionsRemoved", batch.definitionsRemoved);
    return kinds;
  }

  private void same(String what, Function<Store, Object> read) {
    assertThat(read.apply(sqlite())).as(what).isEqualTo(read.apply(memory));
  }

  private void sameAnswer(String what, Function<Queries, Object> read) {
    same(what, store -> read.apply(store.queries()));
  }

  private void compare(BatchMaker maker, Random random) {
    var time = maker.time();
    InstanceKey some = BatchMaker.KEYS.get(random.nextInt(BatchMaker.KEYS.size()));
    same("timers", store -> store.timersBefore(time, LIMIT));
    same("open work", store -> store.withOpenWork(null, LIMIT));
    same("open work after " + some, store -> store.withOpenWork(some, LIMIT));
    same("outbox", Store::outbox);
    same("inbox", Store::inbox);
    same("last sent", Store::lastSent);
    same("namespaces of ended", Store::namespacesOfEnded);
    for (Status status : Status.values()) {
      same(
          "ended as " + status,
          store -> store.ended(some.namespace(), status, time.plusMillis(300), null, LIMIT));
    }
    same("max instance", Store::maxInstanceId);
    same("max definition", Store::maxDefinitionNumber);
    same("variables", Store::variables);
    same("set aside", Store::quarantined);
    same("held", Store::held);
    same("request", store -> store.idempotency("create", "k1", time));
    for (InstanceKey key : BatchMaker.KEYS) {
      same("load " + key, store -> store.load(key));
    }
    sameAnswer("history of " + some, q -> q.history(some, 2L, LIMIT));
    compareLists(random, time);
    for (String id : BatchMaker.DEFINITIONS) {
      sameAnswer("versions of " + id, q -> q.versions(id));
      sameAnswer("live of " + id, q -> q.liveInstances(id));
      for (int revision = 0; revision < 4; revision++) {
        int wanted = revision;
        sameAnswer("definition " + id, q -> q.definition(id, wanted));
        sameAnswer("pinned " + id, q -> q.pinnedDefinition(new DefinitionRef(id, wanted)));
      }
      long number = BatchMaker.DEFINITIONS.indexOf(id) + 1L;
      sameAnswer("definition " + number, q -> q.definitionByNumber(number));
    }
    for (int i = 0; i < BatchMaker.KEYS.size(); i++) {
      String id = "inst-" + i;
      sameAnswer("work item " + id, q -> q.humanTask(id));
    }
  }

  private void compareLists(Random random, java.time.Instant time) {
    String user = BatchMaker.USERS.get(random.nextInt(BatchMaker.USERS.size()));
    int offset = random.nextInt(3);
    sameAnswer("work items of " + user, q -> q.humanTasks(user, LIMIT, offset));
    Boolean enabled = random.nextBoolean() ? null : random.nextBoolean();
    sameAnswer(
        "definitions",
        q -> q.definitions(new Queries.DefinitionFilter(user, enabled), LIMIT, offset));
    Queries.InstanceFilter filter =
        new Queries.InstanceFilter(
            random.nextBoolean() ? "" : BatchMaker.DEFINITIONS.getFirst(),
            random.nextBoolean() ? Set.of() : Set.of(Status.RUNNING, Status.FAILED),
            user,
            random.nextBoolean() ? null : time,
            random.nextBoolean() ? null : time.plusMillis(300),
            random.nextInt(3) == 0);
    Long before = random.nextBoolean() ? null : (long) random.nextInt(20);
    sameAnswer("instances " + filter, q -> q.instances(filter, LIMIT, before));
    sameAnswer(
        "all instances", q -> q.instances(Queries.InstanceFilter.ALL, Queries.PAGE_MAX, null));
  }

  /** No question of the contract reads node runs, so the view is asked. */
  private void compareNodeRuns() throws SQLException {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve(SqliteStore.FILE))) {
      for (int id = 1; id <= BatchMaker.KEYS.size(); id++) {
        List<String> expected = new ArrayList<>();
        for (NodeRun run : memory.nodeRuns(id)) {
          String outcome =
              Optional.ofNullable(run.result()).map(NodeRun.Result::outcome).orElse(null);
          expected.add(run.id() + " " + run.status().word() + " " + outcome);
        }
        assertThat(
                ReadPool.rows(
                    connection,
                    "SELECT run_id, status, outcome FROM node_inst WHERE instance_id = ?",
                    row -> row.getInt(1) + " " + row.getString(2) + " " + row.getString(3),
                    id))
            .as("node runs of instance %d", id)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
  }
}
