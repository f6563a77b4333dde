package dev.millrace.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What will happen, in order of virtual time; things of the same moment in the order they were
 * planned. One thread.
 */
final class Agenda {

  static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::micros).thenComparingLong(Entry::number));
  private long micros;
  private long planned;
  private long steps;

  private record Entry(long micros, long number, Runnable action) {}

  /** True time, which runs however the clocks of servers go. */
  Instant now() {
    return BEGIN.plusNanos(micros * 1_000);
  }

  /** Microseconds since the beginning. */
  long micros() {
    return micros;
  }

  /** How many things have happened. */
  long steps() {
    return steps;
  }

  void after(Duration delay, Runnable action) {
    afterMicros(Math.max(0, delay.toNanos() / 1_000), action);
  }

  void afterMicros(long delay, Runnable action) {
    entries.add(new Entry(micros + delay, planned++, action));
  }

  /** Lets the next thing happen; false when nothing is planned. */
  boolean step() {
    @Nullable Entry next = entries.poll();
    if (next == null) {
      return false;
    }
    micros = next.micros();
    steps++;
    next.action().run();
    return true;
  }
}
