package dev.millrace.dialect.process;

import dev.millrace.transport.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps starts over the API within {@code extension.rateLimit} of each process: that many each
 * second, and as many at once after a pause. Counted in memory, so anew after a restart. Safe on
 * any thread.
 */
final class StartRates {
  /** Beyond this many the one that was asked for longest ago is forgotten, and begins full. */
  private static final int PROCESSES_MAX = 10_000;

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int TOO_MANY = 429;

  private final LongSupplier nanos;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > PROCESSES_MAX;
        }
      };

  /** What is left at a time. */
  private record Bucket(double starts, long at) {}

  /** Counts by a clock in nanoseconds. */
  StartRates(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Counts a start.
   *
   * @param perSecond the limit of the process, 0 or less for none
   * @throws Problem 429 with {@code Retry-After} when the process was started too often
   */
  synchronized void take(String process, double perSecond) {
    if (perSecond <= 0) {
      return;
    }
    long now = nanos.getAsLong();
    double most = Math.max(1, perSecond);
    Bucket before = buckets.getOrDefault(process, new Bucket(most, now));
    double starts =
        Math.min(most, before.starts() + (now - before.at()) / NANOS_PER_SECOND * perSecond);
    if (starts >= 1) {
      buckets.put(process, new Bucket(starts - 1, now));
      return;
    }
    buckets.put(process, new Bucket(starts, now));
    long seconds = (long) Math.ceil((1 - starts) / perSecond);
    throw Problem.of(
            TOO_MANY,
            "rate_limited",
            "expected at most %s starts of %s each second (rateLimit), found more"
                .formatted(plain(perSecond), process))
        .withHeader("Retry-After", Long.toString(seconds));
  }

  private static String plain(double number) {
    return number == Math.rint(number) && number <= Integer.MAX_VALUE
        ? Integer.toString((int) number)
        : Double.toString(number);
  }
}
