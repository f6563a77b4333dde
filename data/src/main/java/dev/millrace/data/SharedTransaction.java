package dev.millrace.data;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets other threads work in the transaction of one thread: they hand it pieces of work, which it
 * does one after another while it {@link #serve serves}. Thread-safe.
 */
public final class SharedTransaction {

  private static final long LOOK_MILLIS = 100;

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private boolean over;

  /** Work that somebody waits for. */
  private record Piece(Function<Transaction, ?> work, CompletableFuture<@Nullable Object> done) {}

  /**
   * Does work in the transaction and returns when it is done; it is kept if the transaction is. A
   * piece that fails is undone alone.
   *
   * @throws TransactionOverException when the transaction has ended
   */
  @SuppressWarnings("unchecked") // the piece is made of this very work
  public <T extends @Nullable Object> T run(Function<Transaction, T> work)
      throws InterruptedException {
    CompletableFuture<@Nullable Object> done = new CompletableFuture<>();
    synchronized (this) {
      if (over) {
        throw new TransactionOverException();
      }
      pieces.add(new Piece(work, done));
    }
    try {
      return (T) done.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new CompletionException(e.getCause());
    }
  }

  /**
   * Does the pieces of others, on the thread of the transaction, until something has completed.
   * Afterwards nobody can hand over more.
   *
   * @param wanted asked now and then whether there is still a reason to wait
   * @return whether it has completed; false when time was over, nobody wanted it any more, or the
   *     database is being closed
   */
  public boolean serve(
      Transaction transaction, Future<?> until, Duration most, BooleanSupplier wanted) {
    long end = System.nanoTime() + most.toNanos();
    try {
      while (!until.isDone() || !pieces.isEmpty()) {
        if (System.nanoTime() > end || isOver()) {
          return false;
        }
        Piece piece = pieces.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (piece != null) {
          serve((Session) transaction, piece);
        } else if (!until.isDone() && !wanted.getAsBoolean()) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      close();
    }
  }

  // Whatever a piece throws is its caller's.
  @SuppressWarnings("CatchingUnchecked")
  private static void serve(Session session, Piece piece) {
    try {
      piece.done.complete(session.piece(transaction -> piece.work.apply(transaction)));
    } catch (RuntimeException e) {
      piece.done.completeExceptionally(e);
    }
  }

  private synchronized boolean isOver() {
    return over;
  }

  /** Ends it from outside: nothing of it is kept. */
  synchronized void close() {
    over = true;
    for (Piece left = pieces.poll(); left != null; left = pieces.poll()) {
      left.done.completeExceptionally(new TransactionOverException());
    }
  }
}
