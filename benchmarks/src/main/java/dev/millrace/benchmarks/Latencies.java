package dev.millrace.benchmarks;

import java.util.Arrays;
import java.util.List;

/** Durations in nanoseconds, all kept. Not thread-safe. */
final class Latencies {

  private static final int FIRST = 1024;
  private static final double NANOS_PER_MILLI = 1e6;

  private long[] nanos = new long[FIRST];
  private int count;

  void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = duration;
  }

  int count() {
    return count;
  }

  static Latencies merged(List<Latencies> parts) {
    Latencies all = new Latencies();
    for (Latencies part : parts) {
      for (int i = 0; i < part.count; i++) {
        all.add(part.nanos[i]);
      }
    }
    Arrays.sort(all.nanos, 0, all.count);
    return all;
  }

  /** A quantile of {@link #merged} latencies in milliseconds; 0 when there are none. */
  double millis(double quantile) {
    if (count == 0) {
      return 0;
    }
    int index = (int) Math.ceil(quantile * count) - 1;
    return nanos[Math.clamp(index, 0, count - 1)] / NANOS_PER_MILLI;
  }
}
