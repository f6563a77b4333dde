package dev.millrace.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a round came to.
 *
 * @param latencies sorted
 */
record Sample(Latencies latencies, double seconds) {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MEDIAN = 0.5;
  private static final double TAIL = 0.99;

  static Sample of(List<Latencies> parts, long nanos) {
    return new Sample(Latencies.merged(parts), nanos / NANOS_PER_SECOND);
  }

  /** The latency that half of them did not exceed, in milliseconds. */
  double p50() {
    return latencies.millis(MEDIAN);
  }

  /** The figures of throughput and latency. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put(Result.PER_SECOND, latencies.count() / seconds);
    figures.put(Result.P50, p50());
    figures.put(Result.P99, latencies.millis(TAIL));
    return figures;
  }
}
