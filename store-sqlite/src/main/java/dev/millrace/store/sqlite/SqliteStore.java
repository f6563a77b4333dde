package dev.millrace.store.sqlite;

import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.query.Queries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The embedded store: file {@value #FILE} in a data directory that one process at a time may open.
 * A commit is durable when {@link #commit} returns. Safe for any number of threads.
 */
public final class SqliteStore implements Store {

  /** The database's file name in its directory. */
  public static final String FILE = "millrace.db";

  private final Path file;
  private final DataDirectoryLock lock;
  private final Writer writer;
  private final ReadPool reads;
  private final Queries queries;

  private SqliteStore(Path file, DataDirectoryLock lock, Writer writer, ReadPool reads) {
    this.file = file;
    this.lock = lock;
    this.writer = writer;
    this.reads = reads;
    this.queries = new SqliteQueries(reads);
  }

  /** Opens a data directory with {@link SqliteSettings#DEFAULT}. */
  public static SqliteStore open(Path dataDir) {
    return open(dataDir, SqliteSettings.DEFAULT);
  }

  /**
   * Opens a data directory, making it and its tables when there are none.
   *
   * @throws StoreException when another process has it open, it was written by another version, or
   *     it cannot be read and written
   */
  public static SqliteStore open(Path dataDir, SqliteSettings settings) {
    try {
      Files.createDirectories(dataDir);
    } catch (IOException e) {
      throw new StoreException(
          "the data directory " + dataDir + " cannot be made: " + e.getMessage(), e);
    }
    DataDirectoryLock lock = DataDirectoryLock.acquire(dataDir);
    boolean opened = false;
    try {
      Path file = dataDir.resolve(FILE);
      try (Connection connection = Connections.writer(file, settings)) {
        Schema.prepare(connection);
      } catch (SQLException e) {
        throw new StoreException("the store " + file + " cannot be opened: " + e.getMessage(), e);
      }
      SqliteStore store =
          new SqliteStore(file, lock, new Writer(file, settings), new ReadPool(file, settings));
      opened = true;
      return store;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  @Override
  public List<Fence> acquire(String owner, int partitions) {
    if (partitions < 1) {
      throw new StoreException("at least 1 partition is needed, found " + partitions);
    }
    return writer.transaction(
        "take the partitions",
        connection -> {
          long stored = ReadPool.number(connection, "SELECT count(*) FROM mr_partition");
          if (stored != 0 && stored != partitions) {
            throw new StoreException(
                "the store was made with " + stored + " partitions, asked for " + partitions);
          }
          try (PreparedStatement upsert =
              connection.prepareStatement(
                  """
                  INSERT INTO mr_partition (id, owner, epoch, batch) VALUES (?, ?, 1, 0)
                  ON CONFLICT DO UPDATE SET owner = excluded.owner, epoch = epoch + 1
                  """)) {
            for (int id = 0; id < partitions; id++) {
              upsert.setInt(1, id);
              upsert.setString(2, owner);
              upsert.addBatch();
            }
            upsert.executeBatch();
          }
          noteAddress(connection);
          return ReadPool.rows(
              connection,
              "SELECT id, epoch, batch FROM mr_partition ORDER BY id",
              row -> new Fence(row.getInt(1), row.getLong(2), row.getLong(3)));
        });
  }

  /** Keeps the address of this machine for the column {@code execute_ip}. */
  private static void noteAddress(Connection connection) throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            INSERT INTO mr_meta (key, value) VALUES ('address', ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """)) {
      upsert.setString(1, HostAddress.own());
      upsert.executeUpdate();
    }
  }

  @Override
  public CommitResult commit(Batch batch) {
    return writer.commit(batch.fences, EncodedBatch.of(batch));
  }

  @Override
  public Optional<Loaded> load(InstanceKey key) {
    return reads.read(connection -> {
      Optional<Long> id = SqliteQueries.instanceId(connection, key);
      if (id.isEmpty()) {
        return Optional.empty();
      }
      Optional<Rows.Snapshot> snapshot =
          ReadPool.row(
              connection,
              "SELECT seq, state FROM mr_snapshot WHERE instance_id = ?",
              row ->
                  new Rows.Snapshot(
                      key,
                      row.getLong(1),
                      Codec.decodeState(Payloads.resolve(connection, row.getString(2)))),
              id.get());
      long after = snapshot.map(Rows.Snapshot::seq).orElse(0L);
      List<HistoryEvent> tail =
          SqliteQueries.events(connection, id.get(), after, Integer.MAX_VALUE).stream()
              .map(Queries.NumberedEvent::event)
              .toList();
      InstanceState state = snapshot.map(Rows.Snapshot::state).orElse(null);
      return Optional.of(new Loaded(state, tail));
    });
  }

  @Override
  public List<Rows.TimerRow> timersBefore(Instant time, int limit) {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            """
            SELECT namespace, uid, partition, generation, timer_id, due_at FROM mr_timer
            WHERE due_at < ? ORDER BY due_at, namespace, uid, timer_id LIMIT ?
            """,
            row ->
                new Rows.TimerRow(
                    new InstanceKey(row.getString(1), row.getString(2)),
                    row.getInt(3),
                    row.getInt(4),
                    row.getString(5),
                    Instant.ofEpochMilli(row.getLong(6))),
            time.toEpochMilli(),
            limit));
  }

  @Override
  public List<InstanceKey> withOpenWork(@Nullable InstanceKey after, int limit) {
    // No namespace and no uid is smaller than the empty text, so this pair is before all.
    InstanceKey from = after == null ? new InstanceKey("", "") : after;
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            """
            SELECT namespace, uid FROM mr_instance
            WHERE open_work > 0 AND (namespace, uid) > (?, ?)
            ORDER BY namespace, uid LIMIT ?
            """,
            row -> new InstanceKey(row.getString(1), row.getString(2)),
            from.namespace(),
            from.uid(),
            limit));
  }

  @Override
  public List<Rows.SlotRow> slots() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            """
            SELECT namespace, uid, id, slot_group, slot_limit, status = 'PENDING' FROM mr_instance
            WHERE slot_group IS NOT NULL AND end_at IS NULL ORDER BY id
            """,
            row ->
                new Rows.SlotRow(
                    new InstanceKey(row.getString(1), row.getString(2)),
                    row.getLong(3),
                    row.getString(4),
                    row.getInt(5),
                    row.getInt(6) == 1)));
  }

  @Override
  public List<Rows.OutboxRow> outbox() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            "SELECT source, target, seq, message FROM mr_outbox ORDER BY source, target, seq",
            row ->
                new Rows.OutboxRow(
                    row.getInt(1),
                    row.getInt(2),
                    row.getLong(3),
                    Codec.decodeEffect(Payloads.resolve(connection, row.getString(4))))));
  }

  @Override
  public List<Rows.InboxRow> inbox() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            "SELECT target, source, seq FROM mr_inbox_seen ORDER BY target, source",
            row -> new Rows.InboxRow(row.getInt(1), row.getInt(2), row.getLong(3))));
  }

  @Override
  public List<Rows.OutboxKey> lastSent() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            "SELECT source, target, seq FROM mr_sent ORDER BY source, target",
            row -> new Rows.OutboxKey(row.getInt(1), row.getInt(2), row.getLong(3))));
  }

  @Override
  public List<String> namespacesOfEnded() {
    return reads.read(Expiry::namespaces);
  }

  @Override
  public List<Rows.EndedRow> ended(
      String namespace, Status status, Instant before, Rows.@Nullable EndedRow after, int limit) {
    return reads.read(
        connection -> Expiry.ended(connection, namespace, status, before, after, limit));
  }

  @Override
  public List<Rows.EndedRow> outlived(Instant before, Rows.@Nullable EndedRow after, int limit) {
    return reads.read(connection -> Expiry.outlived(connection, before, after, limit));
  }

  @Override
  public int removeExpiredRequests(Instant now, int limit) {
    return writer.transaction(
        "remove expired requests", connection -> Expiry.removeRequests(connection, now, limit));
  }

  /** Writes the log back into the file, so that its space is used again and it is cut short. */
  @Override
  public void tidy() {
    try (Connection connection = Connections.writer(file, SqliteSettings.DEFAULT)) {
      Expiry.checkpoint(connection);
    } catch (SQLException e) {
      throw new StoreException("the log of " + file + " cannot be cut: " + e.getMessage(), e);
    }
  }

  @Override
  public long maxInstanceId() {
    return reads.read(connection ->
        ReadPool.number(
            connection,
            """
            SELECT max(
              (SELECT coalesce(max(id), 0) FROM mr_instance),
              coalesce((SELECT CAST(value AS INTEGER) FROM mr_meta WHERE key = 'last_purged_id'), 0))
            """));
  }

  @Override
  public long maxDefinitionNumber() {
    return reads.read(
        connection -> ReadPool.number(connection, "SELECT max(number) FROM mr_definition"));
  }

  @Override
  public List<Rows.VariableRow> variables() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            "SELECT owner, name, value FROM mr_variable ORDER BY owner, name",
            row ->
                new Rows.VariableRow(
                    row.getString(1),
                    row.getString(2),
                    SqliteQueries.json(connection, row.getString(3)),
                    false)));
  }

  @Override
  public List<Rows.QuarantineRow> quarantined() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            SqliteQueries.QUARANTINE + "ORDER BY namespace, uid",
            SqliteQueries::quarantine));
  }

  @Override
  public List<Rows.HeldRow> held() {
    return reads.read(connection ->
        ReadPool.rows(
            connection,
            "SELECT namespace, uid, seq, message FROM mr_held ORDER BY namespace, uid, seq",
            row ->
                new Rows.HeldRow(
                    new InstanceKey(row.getString(1), row.getString(2)),
                    row.getLong(3),
                    (Effect.SendToInstance) Codec.decodeEffect(row.getString(4)))));
  }

  @Override
  public Optional<Rows.IdempotencyRow> idempotency(String scope, String requestKey, Instant now) {
    return reads.read(connection ->
        ReadPool.row(
            connection,
            """
            SELECT request_hash, answer, expires_at FROM mr_idempotency
            WHERE scope = ? AND request_key = ? AND expires_at > ?
            """,
            row ->
                new Rows.IdempotencyRow(
                    scope,
                    requestKey,
                    row.getString(1),
                    SqliteQueries.json(connection, row.getString(2)),
                    Instant.ofEpochMilli(row.getLong(3))),
            scope,
            requestKey,
            now.toEpochMilli()));
  }

  @Override
  public Queries queries() {
    return queries;
  }

  /** Waits for what is under way, closes the file and gives the directory back. */
  @Override
  public void close() {
    try (lock) {
      reads.close();
      writer.close();
    } catch (SQLException e) {
      throw new StoreException("the store could not be closed: " + e.getMessage(), e);
    }
  }
}
