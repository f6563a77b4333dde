package dev.millrace.benchmarks;

import java.util.List;

/** Puts the ratio to the peer of the same run beside each figure. */
final class Peers {

  /** The peer's benchmark. */
  static final String PEER = "peer";

  private static final String RATIO = "x_peer";
  private static final String CPU_RATIO = "cpu_vs_peer";

  /** What does the peer's work, five steps, and so may be compared. */
  private static final List<String> COMPARED = List.of("engine", "http", "fast");

  private Peers() {}

  /** The results, with ratios where the peer was measured at the same level. */
  static List<Result> compare(List<Result> results) {
    return results.stream().map(result -> compared(result, results)).toList();
  }

  private static Result compared(Result result, List<Result> all) {
    if (!COMPARED.contains(result.benchmark())) {
      return result;
    }
    for (Result peer : all) {
      if (peer.benchmark().equals(PEER)
          && peer.inFlight() == result.inFlight()
          && peer.figure(Result.PER_SECOND) > 0) {
        return result
            .with(RATIO, result.figure(Result.PER_SECOND) / peer.figure(Result.PER_SECOND))
            .with(CPU_RATIO, result.figure(Result.CPU) / peer.figure(Result.CPU));
      }
    }
    return result;
  }
}
