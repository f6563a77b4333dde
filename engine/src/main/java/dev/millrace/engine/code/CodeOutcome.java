package dev.millrace.engine.code;

/** How a turn says that its run is over. */
public enum CodeOutcome {
  COMPLETED,
  FAILED,
  TERMINATED,
  CANCELED,
  /** The run is replaced by a fresh one with another input. */
  CONTINUED_AS_NEW,
  /** The worker has no code of the version that the run began with; it waits for one that has. */
  STALLED
}
