package dev.millrace.simulator;

import java.util.List;

/** A law was broken. The message ends with the line that runs the same seed again. */
final class SimulationFailure extends RuntimeException {

  private final long seed;
  private final String breach;

  SimulationFailure(long seed, String breach, List<String> trace) {
    super(
        "seed %d broke a law%n%s%n%nthe last lines of its log:%n%s%n%nrun it again: ./x sim %d"
            .formatted(seed, breach, String.join(System.lineSeparator(), trace), seed));
    this.seed = seed;
    this.breach = breach;
  }

  /** The seed of the run. */
  long seed() {
    return seed;
  }

  /** The law and what was found, as {@code I7: ...}. */
  String breach() {
    return breach;
  }
}
