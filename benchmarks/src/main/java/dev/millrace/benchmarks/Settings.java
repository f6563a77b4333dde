package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param home the root of the repository
 * @param work an empty directory on the disk that is to be measured
 * @param rounds of each measurement, of which the median counts
 * @param round how long one takes
 * @param warmUp how long is run before a benchmark's first round, and in part before each level
 * @param levels how many instances are in flight
 * @param parked how many instances wait in {@code parked}
 * @param timers how many are due together in {@code timers}
 */
record Settings(
    Path home,
    Path work,
    int rounds,
    Duration round,
    Duration warmUp,
    List<Integer> levels,
    int parked,
    int timers) {

  private static final int LEVEL_SHARE = 5;

  /** What all benchmarks together do in about a quarter of an hour. */
  static Settings full(Path home, Path work) {
    return new Settings(
        home,
        work,
        3,
        Duration.ofSeconds(3),
        Duration.ofSeconds(12),
        List.of(1, 16, 64, 256),
        100_000,
        10_000);
  }

  /** A look in less than two minutes: few levels, short rounds. Its figures are rough. */
  static Settings quick(Path home, Path work) {
    return new Settings(
        home,
        work,
        1,
        Duration.ofMillis(1500),
        Duration.ofSeconds(2),
        List.of(1, 64),
        5_000,
        1_000);
  }

  /** How long is run at a level before its rounds. */
  Duration levelWarmUp() {
    return warmUp.dividedBy(LEVEL_SHARE);
  }
}
