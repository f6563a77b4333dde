package dev.millrace.store;

/**
 * What became of a batch. Anything but {@link #COMMITTED} means that nothing of it was written now.
 */
public enum CommitResult {
  /** All rows are durable. */
  COMMITTED,
  /** Another owner has the partition; the caller drops its state. */
  FENCED,
  /** The same batch was written before, by an attempt whose answer was lost. */
  ALREADY_APPLIED,
  /** The store went back in time (a restored backup); the caller halts. */
  STORE_REGRESSED
}
