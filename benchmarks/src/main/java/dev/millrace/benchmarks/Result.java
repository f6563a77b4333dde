package dev.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the outcome.
 *
 * @param benchmark its name
 * @param variant what distinguishes it, as the store
 * @param inFlight the level; 0 where it means nothing
 * @param figures by name, in the order to be shown; numbers, or text for a remark
 */
record Result(String benchmark, String variant, int inFlight, Map<String, Object> figures) {

  static final String PER_SECOND = "per_s";
  static final String P50 = "p50_ms";
  static final String P99 = "p99_ms";
  static final String CPU = "cpu_ms_each";

  /** Processors in use: far below the machine's, the load waits for the disk or for others. */
  static final String CORES = "cores";

  static final String BYTES = "bytes_each";
  static final String RSS_PEAK = "rss_peak_mb";
  static final String RSS = "rss_mb";
  static final String NOTE = "note";

  Result {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }

  /** A result without figures. */
  static Result remark(String benchmark, String variant, String note) {
    return new Result(benchmark, variant, 0, Map.of(NOTE, note));
  }

  /** The same with one more figure. */
  Result with(String name, Object figure) {
    Map<String, Object> more = new LinkedHashMap<>(figures);
    more.put(name, figure);
    return new Result(benchmark, variant, inFlight, more);
  }

  /** A figure, NaN when there is none. */
  double figure(String name) {
    return figures.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("benchmark", benchmark);
    json.put("variant", variant);
    json.put("in_flight", (long) inFlight);
    json.put("figures", figures);
    return json;
  }

  /** Reads what {@link #toJson} wrote. */
  static Result fromJson(@Nullable Object json) {
    if (json instanceof Map<?, ?> map
        && map.get("benchmark") instanceof String benchmark
        && map.get("variant") instanceof String variant
        && map.get("in_flight") instanceof Number inFlight
        && map.get("figures") instanceof Map<?, ?> figures) {
      Map<String, Object> read = new LinkedHashMap<>();
      figures.forEach((name, figure) -> {
        if (figure != null) {
          read.put(String.valueOf(name), figure);
        }
      });
      return new Result(benchmark, variant, inFlight.intValue(), read);
    }
    throw new IllegalArgumentException("expected a result, found " + json);
  }

  /** The one in the middle by throughput. */
  static Result median(List<Result> rounds) {
    List<Result> sorted = new ArrayList<>(rounds);
    sorted.sort((a, b) -> Double.compare(a.figure(PER_SECOND), b.figure(PER_SECOND)));
    return sorted.get((sorted.size() - 1) / 2);
  }
}
