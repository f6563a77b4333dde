package dev.millrace.store.sqlite;

import dev.millrace.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A few reading connections. A read sees one committed state from its first row to its last,
 * whatever is committed meanwhile. When all connections are in use, further reads wait.
 */
final class ReadPool implements AutoCloseable {

  private final Path file;
  private final SqliteSettings settings;
  private final Semaphore permits;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private boolean closed;

  /** What is read in one transaction. */
  @FunctionalInterface
  interface Read<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Makes a value of the present row. */
  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  ReadPool(Path file, SqliteSettings settings) {
    this.file = file;
    this.settings = settings;
    this.permits = new Semaphore(settings.readers(), true);
  }

  <T> T read(Read<T> work) {
    permits.acquireUninterruptibly();
    try {
      Connection connection = take();
      boolean healthy = false;
      try {
        connection.setAutoCommit(false);
        T result = work.run(connection);
        connection.setAutoCommit(true);
        healthy = true;
        return result;
      } finally {
        release(connection, healthy);
      }
    } catch (SQLException e) {
      throw new StoreException("the store could not read " + file + ": " + e.getMessage(), e);
    } finally {
      permits.release();
    }
  }

  private Connection take() throws SQLException {
    synchronized (idle) {
      if (closed) {
        throw new StoreException("the store is closed");
      }
      Connection connection = idle.poll();
      if (connection != null) {
        return connection;
      }
    }
    return Connections.reader(file, settings);
  }

  private void release(Connection connection, boolean healthy) throws SQLException {
    synchronized (idle) {
      if (healthy && !closed) {
        idle.push(connection);
        return;
      }
    }
    connection.close();
  }

  /** All rows of a query, with parameters that are text, numbers or null. */
  static <T> List<T> rows(
      Connection connection, String sql, RowReader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        query.setObject(i + 1, parameters[i]);
      }
      List<T> rows = new ArrayList<>();
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          rows.add(reader.read(result));
        }
      }
      return rows;
    }
  }

  /** The first row of a query. */
  static <T> Optional<T> row(
      Connection connection, String sql, RowReader<T> reader, @Nullable Object... parameters)
      throws SQLException {
    return rows(connection, sql, reader, parameters).stream().findFirst();
  }

  /** A number that a query always has, as a count. */
  static long number(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    return row(connection, sql, row -> row.getLong(1), parameters).orElse(0L);
  }

  @Override
  public void close() throws SQLException {
    synchronized (idle) {
      closed = true;
    }
    // Reads under way end first: their connections close themselves.
    permits.acquireUninterruptibly(settings.readers());
    permits.release(settings.readers());
    synchronized (idle) {
      while (!idle.isEmpty()) {
        idle.pop().close();
      }
    }
  }
}
