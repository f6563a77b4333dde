package dev.millrace.store;

/**
 * The right to write a partition.
 *
 * @param epoch raised at each change of owner and at each open; a commit with another one is
 *     refused
 * @param batch the number of the last committed batch; gapless per partition
 */
public record Fence(int partition, long epoch, long batch) {

  /** The fence that the next commit of this partition carries. */
  public Fence next() {
    return new Fence(partition, epoch, batch + 1);
  }
}
