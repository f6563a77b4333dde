package dev.millrace.runtime.lane;

import java.time.Duration;
import java.util.Map;

/**
 * The limits of a lane.
 *
 * @param owner who owns the partitions, for the operator to read
 * @param partitions fixed at the store's first opening
 * @param mailbox how many commands may wait; more are refused as busy
 * @param batch the size at which no more is added to a batch
 * @param cache what may be kept of instances in memory
 * @param secrets by name, as nodes refer to them
 * @param activityRows whether activities of code workflows have rows among the node runs
 */
public record LaneSettings(
    String owner,
    int partitions,
    int mailbox,
    Size batch,
    Size cache,
    Map<String, String> secrets,
    boolean activityRows) {

  public static final int DEFAULT_PARTITIONS = 16;

  /** Without rows for activities of code workflows. */
  public LaneSettings(
      String owner,
      int partitions,
      int mailbox,
      Size batch,
      Size cache,
      Map<String, String> secrets) {
    this(owner, partitions, mailbox, batch, cache, secrets, false);
  }

  /** Sixteen partitions, batches of 2,000 rows or 4 MB, 20,000 instances or 64 MB in memory. */
  public static final LaneSettings DEFAULT =
      new LaneSettings(
          "millrace",
          DEFAULT_PARTITIONS,
          20_000,
          new Size(2_000, 4L << 20),
          new Size(20_000, 64L << 20),
          Map.of());

  /** How many events lie between two snapshots of an instance. */
  static final int SNAPSHOT_EVERY = 200;

  /** How far ahead timers are kept in memory. */
  static final Duration TIMER_WINDOW = Duration.ofMinutes(10);

  /** How many timers are read at once. */
  static final int TIMER_PAGE = 10_000;

  /** How many timers are fired before other work is looked at. */
  static final int TIMER_BURST = 500;

  /** How many reads of the store run at once. */
  static final int LOADS_AT_ONCE = 64;

  /** How many instances with open work recovery reads at once. */
  static final int RECOVERY_PAGE = 500;

  /** How many heads of definitions are kept. */
  static final int HEADS = 50_000;

  /** How long a request id is remembered. */
  static final Duration REQUEST_MEMORY = Duration.ofHours(24);

  /** A count and an estimate of bytes; reaching either is reaching it. */
  public record Size(int count, long bytes) {}
}
