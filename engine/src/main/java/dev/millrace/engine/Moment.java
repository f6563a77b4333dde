package dev.millrace.engine;

import java.time.Instant;

/**
 * What the shell found out before asking: the only door through which time and chance enter a
 * decision. Whatever is drawn from it is written into the events.
 *
 * @param now the time, milliseconds precision, never earlier than the instance's last event
 * @param seed where random delays and identifiers are drawn from
 */
public record Moment(Instant now, long seed) {

  /** Draw number {@code n} of this moment: a well-mixed 64-bit value. */
  public long draw(int n) {
    long z = seed + (n + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Draw number {@code n} as a decimal identifier of at most 19 digits. */
  public String drawUid(int n) {
    return Long.toString((draw(n) >>> 1) | (1L << 60));
  }
}
