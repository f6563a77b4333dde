package dev.millrace.simulator;

/**
 * What a run that kept all laws was like.
 *
 * @param log the hash of its log, equal for equal seeds
 * @param instances how many instances there were in the end, children included
 * @param commits how many batches the store took
 * @param deaths how many servers died, of a fault or otherwise
 * @param stale how many late, repeated and foreign results were ignored
 * @param seconds how much virtual time passed
 * @param coverage what happened how often
 */
record SimulationResult(
    String log,
    int instances,
    long commits,
    int deaths,
    long stale,
    long seconds,
    Coverage coverage) {

  private static final int HASH_SHOWN = 12;

  /** One line. */
  @Override
  public String toString() {
    return "%d instances, %d commits, %d servers died, %d stale results, %d s of virtual time, log %s"
        .formatted(instances, commits, deaths, stale, seconds, log.substring(0, HASH_SHOWN));
  }
}
