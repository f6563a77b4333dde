package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.States;
import dev.millrace.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqliteStoreTest {

  private static final SqliteSettings IMPATIENT = new SqliteSettings(1, Duration.ofMillis(1), 1);

  @TempDir Path dataDir;

  private Connection direct() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve(SqliteStore.FILE));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = direct();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static Batch batch(Fence fence) {
    Batch batch = new Batch();
    batch.fences.add(fence);
    batch.variables.add(new Rows.VariableRow("admin", "n", fence.batch(), false));
    return batch;
  }

  @Test
  void shouldKeepEverythingAndRaiseTheEpochWhenOpenedAgain() {
    Fence first;
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      first = store.acquire("node-1", 2).getFirst();
      assertThat(store.commit(batch(first.next()))).isEqualTo(CommitResult.COMMITTED);
    }
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence second = store.acquire("node-1", 2).getFirst();
      assertThat(second).isEqualTo(new Fence(0, first.epoch() + 1, 1));
      assertThat(store.variables()).containsExactly(new Rows.VariableRow("admin", "n", 1L, false));
      assertThatThrownBy(() -> store.acquire("node-1", 4)).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void shouldOpenADirectoryOnceInAProcess() {
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      assertThatThrownBy(() -> SqliteStore.open(dataDir))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is open in this process already");
      assertThat(store.variables()).isEmpty();
    }
    SqliteStore.open(dataDir).close();
  }

  @Test
  void shouldRefuseADirectoryThatAnotherProcessHas() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                dataDir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var lines = holder.inputReader()) {
      assertThat(lines.readLine()).isEqualTo(LockHolder.READY);
      assertThatThrownBy(() -> SqliteStore.open(dataDir))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is in use by another process (pid " + holder.pid() + ")");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      assertThat(store.variables()).hasSize(1);
    }
  }

  @Test
  void shouldRefuseAnUnknownSchemaVersion() throws SQLException {
    SqliteStore.open(dataDir).close();
    execute("UPDATE mr_meta SET value = '99' WHERE key = 'schema_version'");
    assertThatThrownBy(() -> SqliteStore.open(dataDir))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has schema version 99, this release needs version 1");
    execute("UPDATE mr_meta SET value = '1' WHERE key = 'schema_version'");
    SqliteStore.open(dataDir).close();
  }

  @Test
  void shouldRefuseFilesOfOthers() throws Exception {
    execute("CREATE TABLE other (a)");
    assertThatThrownBy(() -> SqliteStore.open(dataDir))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("another program");
    Path text = Files.createDirectory(dataDir.resolve("text"));
    Files.writeString(text.resolve(SqliteStore.FILE), "no database ".repeat(1000));
    assertThatThrownBy(() -> SqliteStore.open(text))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot be opened");
    Path file = Files.writeString(dataDir.resolve("file"), "");
    assertThatThrownBy(() -> SqliteStore.open(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot be made");
  }

  @Test
  void shouldNoticeARestoredBackup() throws Exception {
    Path file = dataDir.resolve(SqliteStore.FILE);
    Path backup = dataDir.resolve("backup.db");
    Fence fence;
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      fence = store.acquire("node-1", 1).getFirst();
    }
    Files.copy(file, backup);
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      for (int i = 0; i < 3; i++) {
        fence = fence.next();
        assertThat(store.commit(batch(fence))).isEqualTo(CommitResult.COMMITTED);
      }
    }
    Files.copy(backup, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      assertThat(store.commit(batch(fence.next()))).isEqualTo(CommitResult.STORE_REGRESSED);
      assertThat(store.variables()).isEmpty();
    }
  }

  @Test
  void shouldWriteNothingWhenACommitFailsHalfway() throws SQLException {
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence fence = store.acquire("node-1", 1).getFirst().next();
      execute(
          """
          CREATE TRIGGER fail BEFORE INSERT ON mr_idempotency
          BEGIN SELECT RAISE(ABORT, 'no room'); END
          """);
      Batch batch = batch(fence);
      batch.idempotency.add(new Rows.IdempotencyRow("create", "k", "h", null, States.START));
      assertThatThrownBy(() -> store.commit(batch))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no room");
      assertThat(store.variables()).isEmpty();
      execute("DROP TRIGGER fail");
      assertThat(store.commit(batch)).isEqualTo(CommitResult.COMMITTED);
      assertThat(store.commit(batch)).isEqualTo(CommitResult.ALREADY_APPLIED);
    }
  }

  @Test
  void shouldGoOnAfterAnotherProgramHeldTheFile() throws SQLException {
    try (SqliteStore store = SqliteStore.open(dataDir, IMPATIENT)) {
      Fence fence = store.acquire("node-1", 1).getFirst().next();
      try (Connection other = direct();
          Statement statement = other.createStatement()) {
        statement.executeUpdate("BEGIN IMMEDIATE");
        assertThatThrownBy(() -> store.commit(batch(fence))).isInstanceOf(StoreException.class);
        statement.executeUpdate("ROLLBACK");
      }
      assertThat(store.commit(batch(fence))).isEqualTo(CommitResult.COMMITTED);
    }
  }

  @Test
  void shouldStoreALargePayloadOnce() throws SQLException {
    List<Object> large = Collections.nCopies(Payloads.INLINE_MAX_BYTES / 4, "你好");
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence fence = store.acquire("node-1", 1).getFirst().next();
      Batch batch = new Batch();
      batch.fences.add(fence);
      for (int i = 0; i < 3; i++) {
        batch.variables.add(new Rows.VariableRow("admin", "v" + i, large, false));
      }
      store.commit(batch);
      assertThat(store.variables()).extracting(Rows.VariableRow::value).containsOnly(large);
    }
    try (Connection connection = direct()) {
      assertThat(ReadPool.number(connection, "SELECT count(*) FROM mr_blob")).isEqualTo(1);
      assertThat(ReadPool.number(connection, "SELECT max(length(value)) FROM mr_variable"))
          .isLessThan(100);
    }
    execute("DELETE FROM mr_blob");
    assertThat(SqliteVerification.run(dataDir))
        .hasSize(3)
        .allMatch(line -> line.startsWith("payload is missing: mr_variable.value blob:"));
  }

  /** What is deleted is referred to by nothing, and what is referred to stays. */
  @Test
  void shouldDropALargePayloadWithItsLastReference() throws SQLException {
    Object shared = large("shared");
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence fence = store.acquire("node-1", 1).getFirst();
      fence = fence.next();
      Batch first = batch(fence);
      first.instances.add(instance("a", 1, shared));
      first.history.add(event("a", 1, large("history of a")));
      first.instances.add(instance("b", 2, shared));
      first.variables.add(new Rows.VariableRow("admin", "v", large("variable"), false));
      store.commit(first);
      assertThat(blobs()).isEqualTo(3);

      fence = fence.next();
      Batch second = batch(fence);
      second.purged.add(new Rows.PurgeRow(InstanceKey.of("a"), 0));
      second.variables.add(new Rows.VariableRow("admin", "v", large("variable"), false));
      store.commit(second);
      assertThat(blobs()).as("what b and the variable hold").isEqualTo(2);
      assertThat(store.variables().getLast().value()).isEqualTo(large("variable"));

      fence = fence.next();
      Batch third = batch(fence);
      third.purged.add(new Rows.PurgeRow(InstanceKey.of("b"), 0));
      third.instances.add(instance("b", 3, shared));
      third.variables.add(new Rows.VariableRow("admin", "v", null, true));
      store.commit(third);
      assertThat(blobs()).as("what the new b holds").isEqualTo(1);

      Batch fourth = batch(fence.next());
      fourth.purged.add(new Rows.PurgeRow(InstanceKey.of("b"), 0));
      store.commit(fourth);
      assertThat(blobs()).isZero();
    }
    assertThat(SqliteVerification.run(dataDir)).isEmpty();
  }

  @Test
  void shouldDropThePayloadsOfHistoryThatIsTrimmed() throws SQLException {
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence fence = store.acquire("node-1", 1).getFirst();
      for (int seq = 1; seq <= 3; seq++) {
        fence = fence.next();
        Batch batch = batch(fence);
        batch.instances.add(instance("a", 1, null));
        batch.history.add(event("a", seq, large("event " + seq)));
        store.commit(batch);
      }
      assertThat(blobs()).isEqualTo(3);

      Batch batch = batch(fence.next());
      batch.trimmed.add(new Rows.TrimRow(InstanceKey.of("a"), 2));
      store.commit(batch);

      assertThat(blobs()).isEqualTo(1);
    }
  }

  @Test
  void shouldKeepPayloadsOfFilesThatDoNotSayWhoHoldsThem() throws SQLException {
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Batch batch = batch(store.acquire("node-1", 1).getFirst().next());
      batch.instances.add(instance("a", 1, large("old")));
      store.commit(batch);
    }
    execute("DROP TABLE mr_blob_ref");
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Batch batch = batch(store.acquire("node-1", 1).getFirst().next());
      batch.purged.add(new Rows.PurgeRow(InstanceKey.of("a"), 0));
      store.commit(batch);
      assertThat(blobs()).isEqualTo(1);
    }
  }

  @Test
  void shouldShowExecutionsOfAFileThatIndexedThemOtherwise() throws SQLException {
    commitOne();
    forgetExecutions();
    execute("CREATE INDEX mr_instance_definition ON mr_instance (definition_id, id)");
    SqliteStore.open(dataDir).close();
    try (Connection connection = direct()) {
      assertThat(ReadPool.number(connection, "SELECT count(*) FROM executions")).isEqualTo(1);
      assertThat(ReadPool.number(connection, "SELECT count(*) FROM jobs")).isZero();
      assertThat(
              ReadPool.number(
                  connection,
                  "SELECT count(*) FROM sqlite_master WHERE name = 'mr_instance_definition'"))
          .isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "proc-1, 1, process:proc-1",
    "code:Ship, 0, code:Ship",
    "nocobase:a1, 1, a1",
    "nocobase:process:x, 1, nocobase:process:x",
    "nocobase:code:x, 1, nocobase:code:x",
    "nocobase:nocobase:x, 1, nocobase:nocobase:x",
  })
  void shouldKeyInstancesOfOlderFilesAsThoseThatAreWritten(
      String definition, int revision, String key) throws SQLException {
    commitOne();
    execute(
        "UPDATE mr_instance SET definition_id = '%s', definition_revision = %d"
            .formatted(definition, revision));
    forgetExecutions();
    SqliteStore.open(dataDir).close();
    assertThat(keyAndStatus()).containsExactly(key + "/0");
    assertThat(ExecutionKeys.of(definition)).isEqualTo(key);
  }

  private void commitOne() throws SQLException {
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Batch batch = batch(store.acquire("node-1", 1).getFirst().next());
      batch.instances.add(instance("a", 1, "x"));
      store.commit(batch);
    }
    assertThat(keyAndStatus()).containsExactly("process:proc-1/0");
  }

  private List<String> keyAndStatus() throws SQLException {
    try (Connection connection = direct()) {
      return ReadPool.rows(
          connection,
          "SELECT execution_key || '/' || execution_status FROM mr_instance",
          row -> row.getString(1));
    }
  }

  /** Makes the file one that was written before executions were of every model. */
  private void forgetExecutions() throws SQLException {
    execute("DROP VIEW executions");
    execute("DROP VIEW jobs");
    execute("DROP INDEX mr_instance_key");
    execute("DROP INDEX mr_instance_execution_status");
    execute("DROP INDEX mr_node_run_number");
    for (String column : List.of("execution_key", "version_id", "execution_status")) {
      execute("ALTER TABLE mr_instance DROP COLUMN " + column);
    }
  }

  private long blobs() throws SQLException {
    try (Connection connection = direct()) {
      return ReadPool.number(connection, "SELECT count(*) FROM mr_blob");
    }
  }

  private static Object large(String what) {
    return Collections.nCopies(Payloads.INLINE_MAX_BYTES / what.length(), what);
  }

  private static Rows.HistoryChunk event(String uid, long seq, Object payload) {
    return new Rows.HistoryChunk(
        InstanceKey.of(uid),
        0,
        1,
        seq,
        List.of(new HistoryEvent.EventRaised(States.START, "e", "", payload, "", null)));
  }

  private static Rows.InstanceRow instance(String uid, long id, @Nullable Object output) {
    InstanceState state = States.running(uid, id);
    InstanceState.Lifecycle life = state.life();
    return new Rows.InstanceRow(
        0,
        new InstanceState(
            state.header(),
            new InstanceState.Lifecycle(
                life.generation(),
                life.executionUid(),
                life.status(),
                life.reason(),
                output,
                null,
                null,
                null,
                null,
                life.lastEventAt(),
                life.eventCount()),
            state.graph(),
            List.of()),
        "admin",
        0);
  }

  @Test
  void shouldReadWhileItWritesFromManyThreads() throws Exception {
    int partitions = 4;
    int rounds = 50;
    try (SqliteStore store = SqliteStore.open(dataDir);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> lanes = new ArrayList<>();
      for (Fence start : store.acquire("node-1", partitions)) {
        lanes.add(() -> {
          Fence fence = start;
          for (int i = 0; i < rounds; i++) {
            fence = fence.next();
            long id = (long) start.partition() * rounds + i + 1;
            Batch batch = new Batch();
            batch.fences.add(fence);
            batch.instances.add(
                new Rows.InstanceRow(start.partition(), States.running("i" + id, id), "admin", 0));
            assertThat(store.commit(batch)).isEqualTo(CommitResult.COMMITTED);
            assertThat(store.load(InstanceKey.of("i" + id))).isPresent();
          }
          return rounds;
        });
      }
      for (Future<Integer> lane : threads.invokeAll(lanes)) {
        assertThat(lane.get()).isEqualTo(rounds);
      }
      assertThat(store.maxInstanceId()).isEqualTo((long) partitions * rounds);
    }
  }

  @Test
  void shouldWriteTheLogToDiskBeforeItAnswers() throws SQLException {
    try (SqliteStore store = SqliteStore.open(dataDir);
        Connection writer =
            Connections.writer(dataDir.resolve(SqliteStore.FILE), SqliteSettings.DEFAULT)) {
      assertThat(store.variables()).isEmpty();
      assertThat(ReadPool.row(writer, "PRAGMA journal_mode", row -> row.getString(1)))
          .contains("wal");
      int full = 2;
      assertThat(ReadPool.number(writer, "PRAGMA synchronous")).isEqualTo(full);
    }
  }
}
