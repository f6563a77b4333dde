package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
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
  private Connections.@Nullable Opened opened;
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
    await();
    try {
      Connections.Opened writing = opened();
      Connection open = writing.connection();
      boolean done = false;
      try {
        writing.watch().run();
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

  /**
   * Waits for the turn, with a bound: work that waits inside a transaction for a write of another
   * thread would otherwise wait for ever.
   */
  private void await() {
    boolean mine;
    try {
      mine = turn.tryLock(DatabaseSettings.Limits.WRITE_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseFailure("interrupted while waiting to write " + connections, e);
    }
    if (!mine) {
      throw new DatabaseFailure(
          "waited %d s to write %s; another transaction does not end"
              .formatted(DatabaseSettings.Limits.WRITE_MAX.toSeconds(), connections));
    }
  }

  private Connections.Opened opened() throws SQLException {
    if (closed) {
      throw new DatabaseFailure("the database " + connections + " is closed");
    }
    Connections.Opened open = opened;
    if (open == null) {
      open = connections.writer();
      opened = open;
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
        opened = null;
        open.close();
      }
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      closed = true;
      Connections.Opened open = opened;
      opened = null;
      if (open != null) {
        open.connection().close();
      }
    } catch (SQLException e) {
      throw new DatabaseFailure("cannot close " + connections, e);
    } finally {
      turn.unlock();
    }
  }
}
