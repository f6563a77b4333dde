package dev.millrace.simulator;

/**
 * What a run that kept all laws was like.
 *
 * @param log the hash of its log, equal for equal seeds
 * @param instances how many instances there were in the end, children included
 * @param commits how many batches the store took
 * @param crashes how many servers died of a fault
 * @param stale how many late, repeated and foreign results were ignored
 * @param seconds how much virtual time passed
 */
public record SimulationResult(
    String log, int instances, long commits, int crashes, long stale, long seconds) {}
