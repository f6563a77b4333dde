package dev.millrace.transport;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the bytes that come in on one connection, so that a caller who sends a byte now and then
 * cannot hold it. The read timeout of the socket bounds one pause; this bounds the sum of them.
 * Used only by the connection's own thread.
 */
final class ConnectionGuard {
  /** The guard of the connection whose request the current thread handles. */
  static final ScopedValue<ConnectionGuard> CURRENT = ScopedValue.newInstance();

  /** A body that comes more slowly than this on average is cut off. */
  static final int MIN_BODY_BYTES_PER_SECOND = 16 << 10;

  /** Longest wait for a refused caller to stop sending, so that it gets to read the answer. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private enum Phase {
    HEADER,
    BODY
  }

  private final DataReader source;
  private final long headerNanos;
  private Phase phase = Phase.HEADER;
  private boolean started;
  private long startNanos;
  private long received;
  private boolean timedOut;
  private boolean ended;

  ConnectionGuard(DataReader source, Duration readTimeout) {
    this.source = source;
    this.headerNanos = readTimeout.toNanos();
  }

  /** The bytes at hand, waiting for some if there are none. */
  byte[] pull() {
    if (started && System.nanoTime() - startNanos > allowedNanos()) {
      timedOut = true;
      throw new CloseConnectionException("the request came too slowly");
    }
    byte[] bytes;
    try {
      source.ensureAvailable();
      bytes = source.readBytes(source.available());
    } catch (RuntimeException e) {
      timedOut = causedByTimeout(e);
      ended = !timedOut;
      throw new CloseConnectionException("the connection ended within a request", e);
    }
    if (!started) {
      // Waiting for the first byte is idling, not sending slowly.
      started = true;
      startNanos = System.nanoTime();
    }
    received += bytes.length;
    return bytes;
  }

  private long allowedNanos() {
    return switch (phase) {
      case HEADER -> headerNanos;
      case BODY -> headerNanos + TimeUnit.SECONDS.toNanos(1) * received / MIN_BODY_BYTES_PER_SECOND;
    };
  }

  private static boolean causedByTimeout(Throwable thrown) {
    for (@Nullable Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** The header is complete; what follows is the body. */
  void headerRead() {
    phase = Phase.BODY;
    started = true;
    startNanos = System.nanoTime();
    received = 0;
  }

  /** The request was read to its end; what follows is another one. */
  void requestRead() {
    phase = Phase.HEADER;
    started = false;
    received = 0;
  }

  /** Bytes taken so far of a request whose header is not complete, otherwise 0. */
  long headerBytes() {
    return phase == Phase.HEADER ? received : 0;
  }

  /** Whether there is nothing more to come on the connection. */
  boolean ended() {
    return ended;
  }

  /** Whether the last read failed because the caller was too slow. */
  boolean timedOut() {
    return timedOut;
  }

  /**
   * Reads on for a moment when the connection is to be closed in the middle of a request. Closing
   * at once would make the system reset the connection, and the caller would lose the answer.
   */
  void lingerIfUnread() {
    if (!started || timedOut || ended || Thread.currentThread().isInterrupted()) {
      return;
    }
    Thread self = Thread.currentThread();
    CountDownLatch done = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            if (!done.await(LINGER.toMillis(), TimeUnit.MILLISECONDS)) {
              // Ends the read below by closing the socket, which is due anyway.
              self.interrupt();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try {
      while (!self.isInterrupted()) {
        source.ensureAvailable();
        source.skip(source.available());
      }
    } catch (RuntimeException e) {
      ended = true;
    } finally {
      done.countDown();
    }
  }
}
