package dev.millrace.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything that one commit writes: all of it or nothing. Filled by one thread, then handed over
 * and not changed again. Rows of the same key appear once.
 */
public final class Batch {

  public final List<Fence> fences = new ArrayList<>();
  public final List<Rows.InstanceRow> instances = new ArrayList<>();
  public final List<Rows.NodeRunRow> nodeRuns = new ArrayList<>();
  public final List<Rows.HistoryChunk> history = new ArrayList<>();
  public final List<Rows.Snapshot> snapshots = new ArrayList<>();
  public final List<Rows.TimerRow> timers = new ArrayList<>();
  public final List<Rows.TimerKey> timersRemoved = new ArrayList<>();
  public final List<Rows.OutboxRow> outbox = new ArrayList<>();
  public final List<Rows.OutboxKey> outboxRemoved = new ArrayList<>();
  public final List<Rows.InboxRow> inbox = new ArrayList<>();
  public final List<Rows.HumanTaskRow> humanTasks = new ArrayList<>();
  public final List<Rows.VariableRow> variables = new ArrayList<>();
  public final List<Rows.IdempotencyRow> idempotency = new ArrayList<>();
  public final List<Rows.DefinitionRow> definitions = new ArrayList<>();
  public final List<String> definitionsRemoved = new ArrayList<>();

  /** Instances that are set aside no longer; what was held for them goes too. */
  public final List<Rows.QuarantineRow> released = new ArrayList<>();

  public final List<Rows.QuarantineRow> quarantined = new ArrayList<>();
  public final List<Rows.HeldRow> held = new ArrayList<>();

  /** Instances whose rows go, all of them, before anything else is written. */
  public final List<Rows.PurgeRow> purged = new ArrayList<>();

  /** Instances whose node runs of before go. */
  public final List<Rows.ClearRow> cleared = new ArrayList<>();

  /** History that is no longer needed, removed after everything else is written. */
  public final List<Rows.TrimRow> trimmed = new ArrayList<>();

  /**
   * The fence of a partition.
   *
   * @throws StoreException when the batch has rows of a partition and no fence for it
   */
  public Fence fenceOf(int partition) {
    for (Fence fence : fences) {
      if (fence.partition() == partition) {
        return fence;
      }
    }
    throw new StoreException("the batch has rows of partition " + partition + " but not its fence");
  }

  /** How many rows it writes besides the fences. */
  public int size() {
    return instances.size()
        + nodeRuns.size()
        + history.size()
        + snapshots.size()
        + timers.size()
        + timersRemoved.size()
        + outbox.size()
        + outboxRemoved.size()
        + inbox.size()
        + humanTasks.size()
        + variables.size()
        + idempotency.size()
        + definitions.size()
        + definitionsRemoved.size()
        + released.size()
        + quarantined.size()
        + held.size()
        + purged.size()
        + trimmed.size()
        + cleared.size();
  }
}
