package dev.millrace.systemtests;

import dev.millrace.systemtests.Api.Answer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to a server that comes and goes. It is opened when the server is ready and shut after it
 * was killed, so that requests are under way at the moment of the kill. Safe for all threads.
 */
final class CrashDoor {

  private static final Duration PAUSE = Duration.ofMillis(15);
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  private final Api api;
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong lostAnswers = new AtomicLong();
  private volatile boolean open;
  private volatile boolean closed;

  CrashDoor(Api api) {
    this.api = api;
  }

  /**
   * An answer.
   *
   * @param repeated whether the request was sent before without an answer, so that it may have been
   *     done already
   */
  record Told(Answer answer, boolean repeated) {

    boolean ok() {
      return answer.status() == 200;
    }

    /** Whether it was refused because the first sending, whose answer was lost, was done. */
    boolean doneBefore() {
      return repeated && answer.status() == 409;
    }
  }

  /** The run is over: whoever still insists gives up. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  void open() {
    open = true;
  }

  void shut() {
    open = false;
  }

  /** Lets everybody go who waits for a server that does not come back. */
  void close() {
    closed = true;
  }

  /** How many requests were answered. */
  long answers() {
    return answers.get();
  }

  /** How many requests ended without an answer. */
  long lostAnswers() {
    return lostAnswers.get();
  }

  /** Sends until there is an answer, however often the server is killed meanwhile. */
  Told insist(Function<Api, Answer> request) {
    boolean repeated = false;
    while (true) {
      Answer answer = once(request);
      if (answer != null && answer.status() != UNAVAILABLE && answer.status() != TOO_MANY) {
        return new Told(answer, repeated);
      }
      // A server that stops may answer 503 for what it has done or will do.
      repeated = true;
      pause(PAUSE);
    }
  }

  /** Sends once, when the server is there; null when the answer was lost. */
  @Nullable Answer once(Function<Api, Answer> request) {
    while (!open && !closed) {
      pause(PAUSE);
    }
    if (closed) {
      throw new ClosedException();
    }
    try {
      Answer answer = request.apply(api);
      answers.incrementAndGet();
      return answer;
    } catch (UncheckedIOException e) {
      lostAnswers.incrementAndGet();
      return null;
    }
  }

  static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }
}
