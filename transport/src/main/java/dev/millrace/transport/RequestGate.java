package dev.millrace.transport;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts requests in work, bounds them, and lets a draining server wait for the last. */
final class RequestGate {
  private static final int RETRY_AFTER_SECONDS = 1;

  private final Semaphore permits;
  private final AtomicInteger running = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private volatile boolean draining;

  RequestGate(int maxConcurrentRequests) {
    this.permits = new Semaphore(maxConcurrentRequests);
  }

  /** A request begins; {@link #leave} must follow, whatever happens. */
  void enter() {
    // Before the look at the flag: either drain() sees this request or the request sees the flag.
    running.incrementAndGet();
  }

  void leave() {
    if (running.decrementAndGet() == 0 && draining) {
      lock.lock();
      try {
        idle.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  boolean draining() {
    return draining;
  }

  /**
   * Throws unless new work is taken.
   *
   * @throws Problem 503 {@code draining}
   */
  void checkOpen() {
    if (draining) {
      throw Problem.unavailable(
          "draining", "the server is shutting down; ask another one", RETRY_AFTER_SECONDS);
    }
  }

  /**
   * Takes one of the places for requests in work; {@link #releasePlace} must follow.
   *
   * @throws Problem 503 {@code busy} when there is none
   */
  void takePlace() {
    if (!permits.tryAcquire()) {
      throw Problem.unavailable(
          "busy", "too many requests are in work; try again", RETRY_AFTER_SECONDS);
    }
  }

  void releasePlace() {
    permits.release();
  }

  /** Refuses new work from now on and waits for what runs; true when nothing runs any more. */
  boolean drain(Duration atMost) throws InterruptedException {
    draining = true;
    lock.lock();
    try {
      long left = atMost.toNanos();
      while (running.get() > 0 && left > 0) {
        left = idle.awaitNanos(left);
      }
      return running.get() == 0;
    } finally {
      lock.unlock();
    }
  }

  /** How many requests are in work. */
  int running() {
    return running.get();
  }
}
