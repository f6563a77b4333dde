package dev.millrace.runtime.lane;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.runtime.activity.JsonSize;
import dev.millrace.store.Batch;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Collects the rows of one batch and keeps one row per key: the last of an instance, a node run, a
 * timer, a snapshot, a variable; the events of an instance are joined into one chunk. One thread.
 */
final class BatchBuilder {

  private static final int ROW_BYTES = 200;

  private final NavigableSet<Integer> partitions = new TreeSet<>();
  private final Map<InstanceKey, Rows.InstanceRow> instances = new LinkedHashMap<>();
  private final Map<RunKey, Rows.NodeRunRow> nodeRuns = new LinkedHashMap<>();
  private final Map<ChunkKey, Chunk> history = new LinkedHashMap<>();
  private final Map<InstanceKey, Rows.Snapshot> snapshots = new LinkedHashMap<>();
  private final Map<Rows.TimerKey, Rows.@Nullable TimerRow> timers = new LinkedHashMap<>();
  private final Map<Rows.OutboxKey, Rows.OutboxRow> outbox = new LinkedHashMap<>();
  private final List<Rows.OutboxKey> outboxRemoved = new ArrayList<>();
  private final Map<Rows.OutboxKey, Rows.InboxRow> inbox = new LinkedHashMap<>();
  private final Map<String, Rows.HumanTaskRow> humanTasks = new LinkedHashMap<>();
  private final Map<VariableKey, Rows.VariableRow> variables = new LinkedHashMap<>();
  private final List<Rows.IdempotencyRow> idempotency = new ArrayList<>();
  private final List<Rows.DefinitionRow> definitions = new ArrayList<>();
  private final List<String> definitionsRemoved = new ArrayList<>();
  private final List<Rows.QuarantineRow> released = new ArrayList<>();
  private final List<Rows.QuarantineRow> quarantined = new ArrayList<>();
  private final List<Rows.HeldRow> held = new ArrayList<>();
  private final Map<InstanceKey, Rows.PurgeRow> purged = new LinkedHashMap<>();
  private final Map<InstanceKey, Rows.TrimRow> trimmed = new LinkedHashMap<>();
  private final Map<InstanceKey, Rows.ClearRow> cleared = new LinkedHashMap<>();
  private long eventBytes;

  private record RunKey(InstanceKey key, int generation, int run) {}

  private record ChunkKey(InstanceKey key, int generation) {}

  private record Chunk(int partition, long firstSeq, List<HistoryEvent> events) {}

  private record VariableKey(String owner, String name) {}

  /** Names a partition that the batch writes to. */
  void touch(int partition) {
    partitions.add(partition);
  }

  void instance(Rows.InstanceRow row) {
    touch(row.partition());
    instances.put(row.key(), row);
  }

  void nodeRun(Rows.NodeRunRow row) {
    nodeRuns.put(new RunKey(row.key(), row.generation(), row.run().id()), row);
  }

  /**
   * Adds events that follow those already in the batch.
   *
   * @throws IllegalStateException when there is a gap between the two
   */
  void history(Rows.HistoryChunk more) {
    touch(more.partition());
    eventBytes += Weight.events(more.events());
    Chunk chunk =
        history.computeIfAbsent(
            new ChunkKey(more.key(), more.generation()),
            _ -> new Chunk(more.partition(), more.firstSeq(), new ArrayList<>()));
    long expected = chunk.firstSeq() + chunk.events().size();
    if (more.firstSeq() != expected) {
      throw new IllegalStateException(
          "history of %s: expected event %d, found %d"
              .formatted(more.key(), expected, more.firstSeq()));
    }
    chunk.events().addAll(more.events());
  }

  void snapshot(Rows.Snapshot row) {
    snapshots.put(row.key(), row);
  }

  /** Removes every row of an instance, those collected so far included. */
  void purge(Rows.PurgeRow row) {
    touch(row.partition());
    InstanceKey key = row.key();
    instances.remove(key);
    nodeRuns.keySet().removeIf(run -> run.key().equals(key));
    history.keySet().removeIf(chunk -> chunk.key().equals(key));
    snapshots.remove(key);
    timers.keySet().removeIf(timer -> timer.key().equals(key));
    humanTasks.values().removeIf(task -> task.key().equals(key));
    trimmed.remove(key);
    cleared.remove(key);
    purged.put(key, row);
  }

  /** Removes the node runs of an instance, those collected so far included. */
  void clearRuns(Rows.ClearRow row) {
    nodeRuns.keySet().removeIf(run -> run.key().equals(row.key()));
    cleared.put(row.key(), row);
  }

  /** Removes the history that a snapshot of this batch stands for. */
  void trim(Rows.TrimRow row) {
    trimmed.put(row.key(), row);
  }

  void timer(Rows.TimerRow row) {
    touch(row.partition());
    timers.put(new Rows.TimerKey(row.key(), row.timerId()), row);
  }

  void timerRemoved(int partition, Rows.TimerKey key) {
    touch(partition);
    timers.put(key, null);
  }

  void outbox(Rows.OutboxRow row) {
    touch(row.source());
    outbox.put(new Rows.OutboxKey(row.source(), row.target(), row.seq()), row);
  }

  /** Records that the target has consumed a message. */
  void consumed(Rows.OutboxKey message) {
    touch(message.target());
    inbox.put(
        new Rows.OutboxKey(message.source(), message.target(), 0),
        new Rows.InboxRow(message.target(), message.source(), message.seq()));
    outboxRemoved.add(message);
  }

  /** Removes a message that was consumed before. */
  void outboxRemoved(Rows.OutboxKey message) {
    touch(message.target());
    outboxRemoved.add(message);
  }

  void humanTask(Rows.HumanTaskRow row) {
    humanTasks.put(row.task().id(), row);
  }

  void variable(int partition, Rows.VariableRow row) {
    touch(partition);
    variables.put(new VariableKey(row.owner(), row.name()), row);
  }

  void idempotency(int partition, Rows.IdempotencyRow row) {
    touch(partition);
    idempotency.add(row);
  }

  void definition(Rows.DefinitionRow row) {
    touch(0);
    eventBytes += JsonSize.of(row.document());
    definitions.add(row);
  }

  void definitionRemoved(String id) {
    touch(0);
    definitionsRemoved.add(id);
  }

  /** Forgets that an instance was set aside, and what was held for it before this batch. */
  void released(Rows.QuarantineRow row) {
    touch(row.partition());
    released.add(row);
  }

  void quarantined(Rows.QuarantineRow row) {
    touch(row.partition());
    quarantined.add(row);
  }

  void held(int partition, Rows.HeldRow row) {
    touch(partition);
    held.add(row);
  }

  boolean empty() {
    return partitions.isEmpty();
  }

  int rows() {
    return instances.size()
        + nodeRuns.size()
        + history.size()
        + snapshots.size()
        + timers.size()
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

  long bytes() {
    return eventBytes + (long) ROW_BYTES * rows();
  }

  /** The batch, with the next fence of each partition it writes to and of no other. */
  Batch build(List<Fence> fences) {
    Batch batch = new Batch();
    for (int partition : partitions) {
      batch.fences.add(fences.get(partition).next());
    }
    batch.instances.addAll(instances.values());
    batch.nodeRuns.addAll(nodeRuns.values());
    history.forEach((name, chunk) ->
        batch.history.add(
            new Rows.HistoryChunk(
                name.key(),
                chunk.partition(),
                name.generation(),
                chunk.firstSeq(),
                List.copyOf(chunk.events()))));
    batch.snapshots.addAll(snapshots.values());
    timers.forEach((key, row) -> {
      if (row == null) {
        batch.timersRemoved.add(key);
      } else {
        batch.timers.add(row);
      }
    });
    batch.outbox.addAll(outbox.values());
    batch.outboxRemoved.addAll(outboxRemoved);
    batch.inbox.addAll(inbox.values());
    batch.humanTasks.addAll(humanTasks.values());
    batch.variables.addAll(variables.values());
    batch.idempotency.addAll(idempotency);
    batch.definitions.addAll(definitions);
    batch.definitionsRemoved.addAll(definitionsRemoved);
    batch.released.addAll(released);
    batch.quarantined.addAll(quarantined);
    batch.held.addAll(held);
    batch.purged.addAll(purged.values());
    batch.trimmed.addAll(trimmed.values());
    batch.cleared.addAll(cleared.values());
    return batch;
  }
}
