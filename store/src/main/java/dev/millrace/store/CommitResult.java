package dev.millrace.store;

import java.util.Collection;

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
  STORE_REGRESSED;

  /**
   * Judges one fence: {@link #COMMITTED} when it may be written.
   *
   * @param wanted the fence of a batch
   * @param stored what the store holds for the partition
   */
  public static CommitResult judge(Fence wanted, Fence stored) {
    if (stored.epoch() != wanted.epoch()) {
      // Epochs only rise, so a lower one than somebody was given comes from an older copy.
      return stored.epoch() < wanted.epoch() ? STORE_REGRESSED : FENCED;
    }
    if (stored.batch() == wanted.batch() - 1) {
      return COMMITTED;
    }
    if (stored.batch() == wanted.batch()) {
      return ALREADY_APPLIED;
    }
    // A later batch of the same epoch: the caller's picture is stale, whoever it is.
    return stored.batch() < wanted.batch() ? STORE_REGRESSED : FENCED;
  }

  /**
   * The answer to a batch of several fences. Part old and part new is no repeat of anything: the
   * caller must drop its state.
   */
  public static CommitResult together(Collection<CommitResult> judged) {
    if (judged.contains(STORE_REGRESSED)) {
      return STORE_REGRESSED;
    }
    if (judged.contains(FENCED)) {
      return FENCED;
    }
    if (judged.contains(ALREADY_APPLIED)) {
      return judged.contains(COMMITTED) ? FENCED : ALREADY_APPLIED;
    }
    return COMMITTED;
  }
}
