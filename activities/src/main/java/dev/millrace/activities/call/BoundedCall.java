package dev.millrace.activities.call;

import dev.millrace.runtime.activity.ActivityException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Runs blocking work on a virtual thread of its own, so that the caller is free at the time limit
 * or on interruption whatever the work is blocked in, a name look-up included. Any thread.
 */
public final class BoundedCall {

  /**
   * Blocking work.
   *
   * @param <T> what it gives
   */
  public interface Work<T> {
    /** Does the work on the thread it is called on. */
    T call() throws ActivityException, InterruptedException;
  }

  private BoundedCall() {}

  /**
   * Runs the work and waits for it.
   *
   * @param limit the longest wait; beyond it the call fails with type {@code timeout}, retryable
   * @param stop asks work that is no longer awaited to end; it is given the thread of the work and
   *     is called at most once, on another thread
   */
  public static <T> T run(Work<T> work, Duration limit, Consumer<Thread> stop)
      throws ActivityException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(() -> work.call());
    Thread worker = Thread.ofVirtual().name("activity-call").start(task);
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      stopAside(worker, stop);
      throw timeout(limit);
    } catch (InterruptedException e) {
      stopAside(worker, stop);
      throw e;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ActivityException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default ->
            throw new ActivityException("unknown", "the work was interrupted", true);
      }
    }
  }

  /** The failure of an attempt that took longer than its limit. */
  public static ActivityException timeout(Duration limit) {
    String message = "not finished within %s s".formatted(Parameters.inSeconds(limit));
    return new ActivityException("timeout", message, true);
  }

  private static void stopAside(Thread worker, Consumer<Thread> stop) {
    // Stopping may itself block (a driver may open a connection to send the cancel request).
    Thread.ofVirtual().name("activity-stop").start(() -> stop.accept(worker));
  }
}
