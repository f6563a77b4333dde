package dev.millrace.store.sqlite;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one writing connection. Batches of several partitions take turns, in order of arrival. After
 * a failure the connection is thrown away, which rolls back whatever was under way, and the next
 * commit opens another: so no state of a failed transaction is ever built on.
 */
final class Writer implements AutoCloseable {

  private final Path file;
  private final SqliteSettings settings;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final Map<Sql, PreparedStatement> statements = new EnumMap<>(Sql.class);
  private @Nullable Connection connection;
  private boolean closed;

  /** What is done inside a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  Writer(Path file, SqliteSettings settings) {
    this.file = file;
    this.settings = settings;
  }

  /** Writes the rows if all fences hold. */
  CommitResult commit(List<Fence> fences, EncodedBatch batch) {
    return transaction(
        "commit",
        open -> {
          CommitResult result = fence(open, fences);
          if (result == CommitResult.COMMITTED) {
            for (Map.Entry<Sql, List<@Nullable Object[]>> rows : batch.rows().entrySet()) {
              write(open, rows.getKey(), rows.getValue());
            }
          } else {
            // Some fences may have been raised before another one did not hold.
            rollback(open);
          }
          return result;
        });
  }

  /** Runs work between BEGIN IMMEDIATE and COMMIT, on the connection that only one may use. */
  <T> T transaction(String what, Work<T> work) {
    turn.lock();
    try {
      Connection open = connection();
      boolean done = false;
      try {
        // Leaving the mode of single statements begins at once, with the configured kind;
        // entering it again commits.
        open.setAutoCommit(false);
        T result = work.run(open);
        open.setAutoCommit(true);
        done = true;
        return result;
      } finally {
        if (!done) {
          discard();
        }
      }
    } catch (SQLException e) {
      throw new StoreException(
          "the store could not " + what + " in " + file + ": " + e.getMessage(), e);
    } finally {
      turn.unlock();
    }
  }

  private Connection connection() throws SQLException {
    if (closed) {
      throw new StoreException("the store is closed");
    }
    Connection open = connection;
    if (open == null) {
      open = Connections.writer(file, settings);
      connection = open;
    }
    return open;
  }

  /** Undoes what the transaction did; it goes on, empty. */
  private static void rollback(Connection open) throws SQLException {
    open.rollback();
  }

  private CommitResult fence(Connection open, List<Fence> fences) throws SQLException {
    boolean all = true;
    PreparedStatement update = prepared(open, Sql.FENCE);
    for (Fence fence : fences) {
      update.setLong(1, fence.batch());
      update.setInt(2, fence.partition());
      update.setLong(3, fence.epoch());
      update.setLong(4, fence.batch() - 1);
      all &= update.executeUpdate() == 1;
    }
    if (all) {
      return CommitResult.COMMITTED;
    }
    rollback(open);
    List<CommitResult> judged = new ArrayList<>();
    for (Fence fence : fences) {
      judged.add(CommitResult.judge(fence, stored(open, fence.partition())));
    }
    return CommitResult.together(judged);
  }

  private static Fence stored(Connection open, int partition) throws SQLException {
    try (PreparedStatement query =
        open.prepareStatement("SELECT epoch, batch FROM mr_partition WHERE id = ?")) {
      query.setInt(1, partition);
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw new StoreException("partition " + partition + " is not in the store");
        }
        return new Fence(partition, row.getLong(1), row.getLong(2));
      }
    }
  }

  private void write(Connection open, Sql sql, List<@Nullable Object[]> rows) throws SQLException {
    PreparedStatement statement = prepared(open, sql);
    for (@Nullable Object[] parameters : rows) {
      for (int i = 0; i < parameters.length; i++) {
        bind(open, statement, i + 1, parameters[i]);
      }
      statement.addBatch();
    }
    int[] changed = statement.executeBatch();
    if (sql.oneRowEach()) {
      for (int i = 0; i < changed.length; i++) {
        if (changed[i] != 1) {
          throw new StoreException(
              "unknown instance, or its id or key is in use: " + describe(sql, rows.get(i)));
        }
      }
    }
  }

  private PreparedStatement prepared(Connection open, Sql sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = open.prepareStatement(sql.text());
      statements.put(sql, statement);
    }
    return statement;
  }

  private static String describe(Sql sql, @Nullable Object[] parameters) {
    int first = sql == Sql.INSTANCE ? 0 : parameters.length - 3;
    return parameters[first] + " (" + parameters[first + 2] + "/" + parameters[first + 1] + ")";
  }

  private static void bind(
      Connection open, PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case null -> statement.setNull(index, java.sql.Types.NULL);
      case String text -> statement.setString(index, text);
      case Long number -> statement.setLong(index, number);
      case Integer number -> statement.setInt(index, number);
      case InstanceKey key -> statement.setLong(index, instanceId(open, key));
      default -> throw new IllegalArgumentException("no column holds a " + value.getClass());
    }
  }

  private static long instanceId(Connection open, InstanceKey key) throws SQLException {
    try (PreparedStatement query =
        open.prepareStatement("SELECT id FROM mr_instance WHERE uid = ? AND namespace = ?")) {
      query.setString(1, key.uid());
      query.setString(2, key.namespace());
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw new StoreException("history of unknown instance " + key);
        }
        return row.getLong(1);
      }
    }
  }

  /** Throws the connection away, and with it a transaction that is open. */
  private void discard() {
    Connection broken = connection;
    connection = null;
    statements.clear();
    if (broken != null) {
      try (broken;
          Statement statement = broken.createStatement()) {
        statement.executeUpdate("ROLLBACK");
      } catch (SQLException e) {
        // Expected when nothing was open any more. The failure that led here is the one to report,
        // and closing rolls back as well.
        return;
      }
    }
  }

  @Override
  public void close() throws SQLException {
    turn.lock();
    try {
      closed = true;
      Connection open = connection;
      connection = null;
      for (PreparedStatement statement : statements.values()) {
        statement.close();
      }
      statements.clear();
      if (open != null) {
        open.close();
      }
    } finally {
      turn.unlock();
    }
  }
}
