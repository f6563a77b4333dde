package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one writing connection. Transactions take turns, in order of arrival. One that fails is
 * rolled back; if even that fails, the connection is thrown away and the next opens another.
 */
final class Writer implements AutoCloseable {

  private final Connections connections;
  private final ReentrantLock turn = new ReentrantLock(true);
  private @Nullable Connection connection;
  private boolean closed;

  Writer(Connections connections) {
    this.connections = connections;
  }

  /**
   * Runs work between begin and commit.
   *
   * @param committed is called after the commit, before the next one gets its turn
   */
  <T extends @Nullable Object> T transaction(Function<Connection, T> work, Runnable committed) {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "a transaction is open on this thread; write through it instead of opening another");
    }
    turn.lock();
    try {
      Connection open = connection();
      boolean done = false;
      try {
        open.setAutoCommit(false);
        T result = work.apply(open);
        open.commit();
        open.setAutoCommit(true);
        done = true;
        committed.run();
        return result;
      } finally {
        if (!done) {
          rollback(open);
        }
      }
    } catch (SQLException e) {
      throw new DatabaseFailure("cannot write " + connections + ": " + e.getMessage(), e);
    } finally {
      turn.unlock();
    }
  }

  private Connection connection() throws SQLException {
    if (closed) {
      throw new DatabaseFailure("the database " + connections + " is closed");
    }
    Connection open = connection;
    if (open == null) {
      open = connections.writer();
      connection = open;
    }
    return open;
  }

  private void rollback(Connection open) throws SQLException {
    boolean undone = false;
    try {
      open.rollback();
      open.setAutoCommit(true);
      undone = true;
    } catch (SQLException e) {
      // What led here is the failure to report; closing rolls back as well.
      System.getLogger(Writer.class.getName())
          .log(System.Logger.Level.WARNING, "rollback failed, reconnecting", e);
    } finally {
      if (!undone) {
        connection = null;
        open.close();
      }
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      closed = true;
      Connection open = connection;
      connection = null;
      if (open != null) {
        open.close();
      }
    } catch (SQLException e) {
      throw new DatabaseFailure("cannot close " + connections, e);
    } finally {
      turn.unlock();
    }
  }
}
