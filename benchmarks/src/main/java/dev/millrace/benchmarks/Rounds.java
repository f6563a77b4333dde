package dev.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Measures a load level by level, several times, and takes the median.
 *
 * @param counters counts since the start, by the name under which what a round adds to them is
 *     shown, divided by the instances of the round
 * @param process whose memory is shown
 */
record Rounds(
    Settings settings,
    String benchmark,
    String variant,
    Load load,
    Supplier<Map<String, Long>> counters,
    ProcessStatus process) {

  private static final double MILLIS_PER_SECOND = 1000;

  /** Something that can be done many times at once. */
  @FunctionalInterface
  interface Load {
    Sample run(int inFlight, Duration time);
  }

  /** Warms up and measures one level. */
  Result level(int inFlight) {
    load.run(inFlight, settings.levelWarmUp());
    List<Result> rounds = new ArrayList<>();
    for (int i = 0; i < settings.rounds(); i++) {
      rounds.add(round(inFlight));
    }
    return Result.median(rounds);
  }

  private Result round(int inFlight) {
    Map<String, Long> before = counters.get();
    Sample sample = load.run(inFlight, settings.round());
    Map<String, Long> after = new TreeMap<>(counters.get());
    double count = sample.latencies().count();
    Map<String, Object> figures = sample.figures();
    after.forEach(
        (name, value) -> figures.put(name, (value - before.getOrDefault(name, 0L)) / count));
    long cpu = after.getOrDefault(Result.CPU, 0L) - before.getOrDefault(Result.CPU, 0L);
    figures.put(Result.CORES, cpu / MILLIS_PER_SECOND / sample.seconds());
    figures.put(Result.RSS_PEAK, process.rssPeak());
    figures.put(Result.RSS, process.rss());
    return new Result(benchmark, variant, inFlight, figures);
  }
}
