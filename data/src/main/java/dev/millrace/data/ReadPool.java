package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A few reading connections. A read sees one committed state from its first row to its last. When
 * all connections are in use, further reads wait.
 */
final class ReadPool implements AutoCloseable {

  private final Connections connections;
  private final int size;
  private final Semaphore permits;
  private final Deque<Connections.Opened> idle = new ArrayDeque<>();
  private boolean closed;

  ReadPool(Connections connections, int size) {
    this.connections = connections;
    this.size = size;
    this.permits = new Semaphore(size, true);
  }

  /**
   * Does work on one state. It is done again on a new connection when one that had lain idle turns
   * out to be broken, as after a restart of the database's server, so it must only read.
   */
  <T extends @Nullable Object> T read(Function<Connection, T> work) {
    permits.acquireUninterruptibly();
    try {
      Connections.Opened known = idle();
      if (known != null) {
        try {
          return read(known, work);
        } catch (DatabaseFailure e) {
          if (!e.away()) {
            throw e;
          }
          // The others have lain as long; each would cost somebody such an attempt.
          closeIdle();
        }
      }
      return read(opened(), work);
    } finally {
      permits.release();
    }
  }

  private <T extends @Nullable Object> T read(
      Connections.Opened opened, Function<Connection, T> work) {
    Connection connection = opened.connection();
    boolean healthy = false;
    try {
      try {
        opened.watch().run();
        connection.setAutoCommit(false);
        T result = work.apply(connection);
        connection.setAutoCommit(true);
        healthy = true;
        return result;
      } catch (DataException e) {
        // A refused request says nothing about the connection.
        connection.rollback();
        connection.setAutoCommit(true);
        healthy = true;
        throw e;
      } finally {
        release(opened, healthy);
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private Connections.Opened opened() {
    try {
      return connections.reader();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private DatabaseFailure failure(SQLException e) {
    return new DatabaseFailure("cannot read " + connections + ": " + e.getMessage(), e);
  }

  /** One that was used before, or null. */
  private Connections.@Nullable Opened idle() {
    synchronized (idle) {
      if (closed) {
        throw new DatabaseFailure("the database " + connections + " is closed");
      }
      return idle.poll();
    }
  }

  private void release(Connections.Opened opened, boolean healthy) throws SQLException {
    synchronized (idle) {
      if (healthy && !closed) {
        idle.push(opened);
        return;
      }
    }
    opened.connection().close();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
    }
    // Reads under way end first: their connections close themselves.
    permits.acquireUninterruptibly(size);
    permits.release(size);
    closeIdle();
  }

  private void closeIdle() {
    synchronized (idle) {
      while (!idle.isEmpty()) {
        try {
          idle.pop().connection().close();
        } catch (SQLException e) {
          throw new DatabaseFailure("cannot close " + connections, e);
        }
      }
    }
  }
}
