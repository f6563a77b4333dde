package dev.millrace.runtime.identity;

import dev.millrace.runtime.time.Clock;

/**
 * Draws 63-bit identifiers: 41 bits of milliseconds since {@link #EPOCH_MILLIS}, 10 bits of worker
 * and 12 bits of sequence. Rising and unique per worker, also when the clock steps backwards: the
 * last time used is kept until the clock has caught up. When the 4,096 numbers of a millisecond are
 * used up, the next millisecond is borrowed. Thread-safe.
 */
public final class Snowflake {

  /** 2010-11-04T01:42:54.657Z. */
  public static final long EPOCH_MILLIS = 1_288_834_974_657L;

  private static final int WORKER_BITS = 10;
  private static final int SEQUENCE_BITS = 12;
  private static final long SEQUENCE_MASK = (1L << SEQUENCE_BITS) - 1;

  /** The greatest worker number. */
  public static final int MAX_WORKER = (1 << WORKER_BITS) - 1;

  private final Clock clock;
  private final long worker;
  private long lastMillis;
  private long sequence;

  /**
   * Makes a source of identifiers.
   *
   * @throws IllegalArgumentException when the worker is not in 0 to {@link #MAX_WORKER}
   */
  public Snowflake(Clock clock, int worker) {
    if (worker < 0 || worker > MAX_WORKER) {
      throw new IllegalArgumentException(
          "expected a worker number from 0 to " + MAX_WORKER + ", found " + worker);
    }
    this.clock = clock;
    this.worker = worker;
  }

  /** The next identifier. */
  public synchronized long next() {
    long now = Math.max(0, clock.now().toEpochMilli() - EPOCH_MILLIS);
    if (now > lastMillis) {
      lastMillis = now;
      sequence = 0;
    } else {
      sequence = (sequence + 1) & SEQUENCE_MASK;
      if (sequence == 0) {
        lastMillis++;
      }
    }
    return (lastMillis << (WORKER_BITS + SEQUENCE_BITS)) | (worker << SEQUENCE_BITS) | sequence;
  }

  /** The next identifier in decimal. */
  public String nextText() {
    return Long.toString(next());
  }
}
