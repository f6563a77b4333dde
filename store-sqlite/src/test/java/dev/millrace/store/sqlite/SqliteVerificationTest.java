package dev.millrace.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.States;
import dev.millrace.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqliteVerificationTest {

  private static final InstanceKey LIVE = InstanceKey.of("live");
  private static final InstanceKey ENDED = InstanceKey.of("ended");

  @TempDir Path dataDir;

  @BeforeEach
  void fill() {
    HistoryEvent event = new HistoryEvent.InstanceResumed(States.START);
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      Fence fence = store.acquire("node-1", 2).getFirst().next();
      Batch batch = new Batch();
      batch.fences.add(fence);
      batch.definitions.add(States.definition("proc-1", 1, 7, "leave"));
      batch.instances.add(
          new Rows.InstanceRow(
              0, States.state(LIVE, 1, Status.RUNNING, EndReason.NONE, 3), "admin", 1));
      batch.instances.add(
          new Rows.InstanceRow(
              0, States.state(ENDED, 2, Status.FAILED, EndReason.ERROR, 1), "admin", 0));
      batch.history.add(new Rows.HistoryChunk(LIVE, 0, 1, 1, List.of(event, event)));
      batch.history.add(new Rows.HistoryChunk(LIVE, 0, 1, 3, List.of(event)));
      batch.history.add(new Rows.HistoryChunk(ENDED, 0, 1, 1, List.of(event)));
      batch.nodeRuns.add(new Rows.NodeRunRow(LIVE, 1, 1, States.run(1, "task-1", null)));
      batch.snapshots.add(new Rows.Snapshot(LIVE, 2, States.running(LIVE.uid(), 1)));
      batch.timers.add(new Rows.TimerRow(LIVE, 0, 1, "t", States.START));
      batch.humanTasks.add(
          States.task(LIVE, "inst-a", "li", HumanTask.State.OFFERED, States.START));
      Effect send = new Effect.SendToInstance(new Command.ResumeInstance(LIVE));
      batch.outbox.add(new Rows.OutboxRow(0, 1, 1, send));
      batch.outbox.add(new Rows.OutboxRow(0, 1, 2, send));
      batch.outboxRemoved.add(new Rows.OutboxKey(0, 1, 1));
      batch.inbox.add(new Rows.InboxRow(1, 0, 1));
      assertThat(store.commit(batch)).isEqualTo(CommitResult.COMMITTED);
    }
  }

  @Test
  void shouldFindNothingInASoundStore() {
    assertThat(SqliteVerification.run(dataDir)).isEmpty();
    try (SqliteStore store = SqliteStore.open(dataDir)) {
      store.acquire("node-2", 2);
      assertThat(SqliteVerification.run(dataDir)).as("beside a running server").isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          DELETE FROM mr_history WHERE last_seq = 2 | history has a gap
          DELETE FROM mr_history WHERE last_seq = 3 | history ends elsewhere
          UPDATE mr_history SET events = '{"v":1,"events":[]}' WHERE last_seq = 3 | history chunk holds another number
          UPDATE mr_snapshot SET seq = 4 | snapshot is ahead
          UPDATE mr_timer SET uid = 'ended' | ended instance has a timer
          UPDATE mr_human_task SET uid = 'ended' | ended instance has an open work item
          UPDATE mr_instance SET open_work = 1 WHERE id = 2 | ended instance has open work
          UPDATE mr_instance SET epoch = 2 WHERE id = 2 | row is of a commit
          UPDATE mr_history SET batch = 2 WHERE last_seq = 3 | row is of a commit
          UPDATE mr_instance SET partition = 9 WHERE id = 2 | row is of a commit
          UPDATE mr_sent SET seq = 1 | message was given no number
          UPDATE mr_inbox_seen SET seq = 3 | message was given no number
          DELETE FROM mr_outbox | message was removed before it was consumed
          UPDATE mr_timer SET uid = 'nobody' | row belongs to no instance: timer
          UPDATE mr_human_task SET uid = 'nobody' | row belongs to no instance: work item
          UPDATE mr_node_run SET instance_id = 9 | row belongs to no instance: node run
          UPDATE mr_snapshot SET instance_id = 9 | row belongs to no instance: snapshot
          UPDATE mr_definition SET revision = 2 | node belongs to no definition
          UPDATE mr_history SET batch = 0 WHERE last_seq = 3 | history was committed out of order
          UPDATE mr_history SET generation = 0 WHERE last_seq = 3 | history was committed out of order
          UPDATE mr_history SET partition = 1 WHERE last_seq = 3 | row is in another partition than its instance: history
          UPDATE mr_timer SET partition = 1 | row is in another partition than its instance: timer
          INSERT INTO mr_idempotency VALUES ('start:proc-1', 'k', 'hash', '{"uid":"9","id":9}', 0, 9) | start was answered and there is no such instance
          UPDATE mr_human_task SET open = 0 | work item is open in another way
          UPDATE mr_instance SET input = '{' WHERE id = 1 | payload is no JSON: mr_instance.input {
          INSERT INTO mr_blob VALUES ('abc', '{') | payload is no JSON: mr_blob abc
          INSERT INTO mr_blob VALUES ('abc', '{}') | payload is not what its hash says: abc
          UPDATE mr_history SET events = 'x' WHERE last_seq = 3 | payload is no JSON: mr_history.events x
          UPDATE mr_history SET events = 'x' WHERE last_seq = 3 | history chunk holds another number of events
          UPDATE mr_instance SET input = 'blob:abc' WHERE id = 1 | payload is missing: mr_instance.input blob:abc
          """)
  void shouldReport(String damage, String expected) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve(SqliteStore.FILE));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(damage)).isPositive();
    }
    assertThat(SqliteVerification.run(dataDir))
        .isNotEmpty()
        .anyMatch(line -> line.startsWith(expected));
  }

  @Test
  void shouldReportADamagedFile() throws IOException {
    Path file = dataDir.resolve(SqliteStore.FILE);
    int pageSize = 4096;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      byte[] junk = new byte[64];
      java.util.Arrays.fill(junk, (byte) 0x5a);
      for (long page = 4; page < channel.size() / pageSize; page++) {
        channel.write(java.nio.ByteBuffer.wrap(junk), page * pageSize);
      }
    }
    assertThat(SqliteVerification.run(dataDir))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("the file millrace.db is damaged"));
  }

  @Test
  void shouldSayWhenThereIsNoStore() {
    Path empty = dataDir.resolve("empty");
    assertThatThrownBy(() -> SqliteVerification.run(empty))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("there is no store");
  }
}
