package dev.millrace.data;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes numbers that grow with time and are below 2^53: seconds since November 2020, then 21 bits
 * that count. Used under the writer's lock, so that numbers grow in the order of the commits.
 */
final class Ids {

  private static final long EPOCH_SECONDS = 1_605_024_000L;
  private static final int COUNTER_BITS = 21;
  private static final int UID_LENGTH = 11;
  private static final int UID_RADIX = 36;
  private static final long VERSION_4 = 0x4000L;
  private static final long VERSION_MASK = 0xFFFF_FFFF_FFFF_0FFFL;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final long VARIANT_MASK = 0x3FFF_FFFF_FFFF_FFFFL;

  private long last;

  /** Takes note of a number that is in use: those to come are larger. */
  void seen(long number) {
    last = Math.max(last, number);
  }

  long next(Instant now) {
    long first = Math.max(0, now.getEpochSecond() - EPOCH_SECONDS) << COUNTER_BITS;
    last = Math.max(last + 1, first);
    return last;
  }

  /** Eleven letters and digits. */
  static String uid(RandomGenerator random) {
    StringBuilder uid = new StringBuilder(UID_LENGTH);
    for (int i = 0; i < UID_LENGTH; i++) {
      uid.append(Character.forDigit(random.nextInt(UID_RADIX), UID_RADIX));
    }
    return uid.toString();
  }

  static String uuid(RandomGenerator random) {
    long high = (random.nextLong() & VERSION_MASK) | VERSION_4;
    long low = (random.nextLong() & VARIANT_MASK) | VARIANT;
    return new UUID(high, low).toString();
  }
}
