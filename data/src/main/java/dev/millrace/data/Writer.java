package dev.millrace.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one writing connection. Work takes turns, in order of arrival. Work that finds others waiting
 * leaves the commit to them: a group of pieces of work, each undone alone when it fails, costs one
 * write of the log to the disk, and none of them is answered before it. A connection that cannot be
 * rolled back is thrown away, and the next work opens another; one that broke while nobody wrote is
 * noticed before the next work begins.
 */
final class Writer implements AutoCloseable {

  /** How many pieces of work share a commit at most, so that the first need not wait for long. */
  private static final int GROUP_MAX = 64;

  /** After this long without a commit, whoever waits for it does it. */
  private static final long PATIENCE_MILLIS = 20;

  /** A connection that lay idle for so long is asked whether it still works. */
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long it may take to answer that. */
  private static final int ALIVE_SECONDS = 5;

  private static final String WORK = "mr_work";

  private final Connections connections;
  private final ReentrantLock turn = new ReentrantLock(true);
  private Connections.@Nullable Opened opened;
  private @Nullable Group group;
  private long used;
  private boolean closed;

  /** What is done in a turn. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {

    /**
     * Does it.
     *
     * @param first true when nothing is written and not committed yet
     */
    T run(Connection connection, boolean first);
  }

  /** Work that is done and not committed. */
  private static final class Group {
    private final List<Runnable> committed = new ArrayList<>();
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  }

  Writer(Connections connections) {
    this.connections = connections;
  }

  /**
   * Does work and returns when it is committed.
   *
   * @param committed is called after the commit, before the next work gets its turn
   */
  <T extends @Nullable Object> T transaction(Work<T> work, Runnable committed) {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "a transaction is open on this thread; write through it instead of opening another");
    }
    await();
    Group mine;
    T result;
    try {
      mine = joined();
      result = done(mine, work);
      mine.committed.add(committed);
    } catch (SQLException e) {
      throw failure(e);
    } finally {
      commitUnlessOthersFollow();
      used = System.nanoTime();
      turn.unlock();
    }
    awaitCommit(mine);
    return result;
  }

  /** The group that is open, or a new one. */
  private Group joined() throws SQLException {
    if (group == null) {
      discardIfBroken();
    }
    Connections.Opened open = opened();
    open.watch().run();
    Group known = group;
    if (known == null) {
      // Leaving the mode of single statements begins at once.
      open.connection().setAutoCommit(false);
      known = new Group();
      group = known;
    }
    return known;
  }

  /** The server of the database may have been started again meanwhile. */
  private void discardIfBroken() throws SQLException {
    Connections.Opened open = opened;
    if (open != null
        && System.nanoTime() - used > IDLE_NANOS
        && !open.connection().isValid(ALIVE_SECONDS)) {
      discard();
    }
  }

  private <T extends @Nullable Object> T done(Group mine, Work<T> work) throws SQLException {
    Connection open = opened().connection();
    boolean first = mine.committed.isEmpty();
    if (!first) {
      execute(open, "SAVEPOINT " + WORK);
    }
    boolean done = false;
    try {
      T result = work.run(open, first);
      if (!first) {
        execute(open, "RELEASE SAVEPOINT " + WORK);
      }
      done = true;
      return result;
    } finally {
      if (!done) {
        undo(mine, open, first);
      }
    }
  }

  /** Undoes one piece of work; the whole group where that is not possible. */
  private void undo(Group mine, Connection open, boolean first) {
    try {
      if (first) {
        group = null;
        open.rollback();
        open.setAutoCommit(true);
      } else {
        execute(open, "ROLLBACK TO SAVEPOINT " + WORK);
        execute(open, "RELEASE SAVEPOINT " + WORK);
      }
    } catch (SQLException e) {
      // What led here is the failure to report.
      System.getLogger(Writer.class.getName())
          .log(System.Logger.Level.WARNING, "rollback failed, reconnecting", e);
      group = null;
      mine.end.completeExceptionally(e);
      discard();
    }
  }

  private void commitUnlessOthersFollow() {
    Group open = group;
    if (open != null && (open.committed.size() >= GROUP_MAX || !turn.hasQueuedThreads())) {
      commit(open);
    }
  }

  private void commit(Group open) {
    group = null;
    try {
      Connection connection = opened().connection();
      connection.commit();
      connection.setAutoCommit(true);
      open.committed.forEach(Runnable::run);
      open.end.complete(true);
    } catch (SQLException | RuntimeException e) {
      discard();
      open.end.completeExceptionally(e);
    }
  }

  private void awaitCommit(Group mine) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          mine.end.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
          return;
        } catch (InterruptedException e) {
          // The work is done and its fate is near: not knowing it would be worse than waiting.
          interrupted = true;
        } catch (TimeoutException e) {
          commitMyself(mine);
        } catch (ExecutionException e) {
          throw failure(e.getCause() == null ? e : e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Those who waited for a turn may have given up, and nobody would commit. */
  private void commitMyself(Group mine) {
    if (turn.tryLock()) {
      try {
        if (mine.equals(group)) {
          commit(mine);
        }
      } finally {
        turn.unlock();
      }
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

  private static void execute(Connection open, String sql) throws SQLException {
    try (Statement statement = open.createStatement()) {
      statement.execute(sql);
    }
  }

  private DatabaseFailure failure(Throwable cause) {
    return new DatabaseFailure("cannot write " + connections + ": " + cause.getMessage(), cause);
  }

  /** Throws the connection away, and with it a transaction that is open. */
  private void discard() {
    Connections.Opened open = opened;
    opened = null;
    if (open != null) {
      try {
        open.connection().close();
      } catch (SQLException e) {
        System.getLogger(Writer.class.getName())
            .log(System.Logger.Level.WARNING, "cannot close a broken connection", e);
      }
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      Group open = group;
      if (open != null) {
        commit(open);
      }
      closed = true;
      discard();
    } finally {
      turn.unlock();
    }
  }
}
