package dev.millrace.store.memory;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The rows of a {@link MemoryStore}. Not safe for threads; the store guards it. */
final class Tables {

  /** Text in the order of its UTF-8 bytes, as databases compare it. */
  static final Comparator<String> TEXT =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  static final Comparator<InstanceKey> KEYS =
      Comparator.comparing(InstanceKey::namespace, TEXT).thenComparing(InstanceKey::uid, TEXT);

  private static final Comparator<Rows.OutboxKey> MESSAGES =
      Comparator.comparingInt(Rows.OutboxKey::source)
          .thenComparingInt(Rows.OutboxKey::target)
          .thenComparingLong(Rows.OutboxKey::seq);

  /** Names a node run. */
  record RunKey(long instanceId, int runId) {}

  /** Two partitions, in the order of the row's own members. */
  record Pair(int first, int second) {}

  /** Names a remembered request or a variable. */
  record Names(String first, String second) {}

  /** A work item, when it was first seen, and its number. */
  record Work(Rows.HumanTaskRow row, Instant createdAt, long number) {}

  /** A revision and whether its definition was removed. */
  record Revision(Rows.DefinitionRow row, boolean removed) {}

  final Map<Integer, Fence> partitions = new TreeMap<>();
  final Map<InstanceKey, Rows.InstanceRow> instances = new TreeMap<>(KEYS);
  final Map<Long, InstanceKey> instanceIds = new TreeMap<>();
  final Map<RunKey, Rows.NodeRunRow> nodeRuns = new LinkedHashMap<>();
  final Map<InstanceKey, TreeMap<Long, Rows.HistoryChunk>> history = new HashMap<>();
  final Map<InstanceKey, Rows.Snapshot> snapshots = new HashMap<>();
  final Map<Rows.TimerKey, Rows.TimerRow> timers = new HashMap<>();
  final Map<Rows.OutboxKey, Rows.OutboxRow> outbox = new TreeMap<>(MESSAGES);
  final Map<Pair, Long> sent = new TreeMap<>(PAIRS);
  final Map<Pair, Long> inbox = new TreeMap<>(PAIRS);
  final Map<String, Work> humanTasks = new TreeMap<>(TEXT);
  final Map<InstanceKey, Rows.QuarantineRow> quarantined = new TreeMap<>(KEYS);
  final Map<InstanceKey, List<Rows.HeldRow>> held = new TreeMap<>(KEYS);

  /** The greatest number of an instance that is gone. */
  long lastPurgedId;

  /** The last number given to a work item. */
  private long lastHumanTask;

  final Map<Names, Rows.VariableRow> variables = new TreeMap<>(NAMES);
  final Map<Names, Rows.IdempotencyRow> idempotency = new HashMap<>();
  final Map<String, TreeMap<Integer, Revision>> definitions = new HashMap<>();

  private static final Comparator<Pair> PAIRS =
      Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second);
  private static final Comparator<Names> NAMES =
      Comparator.comparing(Names::first, TEXT).thenComparing(Names::second, TEXT);

  /** Writes a batch whole, or throws or answers before anything was changed. */
  CommitResult commit(Batch batch) {
    requireFences(batch);
    List<CommitResult> judged = new ArrayList<>();
    for (Fence fence : batch.fences) {
      Fence stored = partitions.get(fence.partition());
      if (stored == null) {
        throw new StoreException("partition " + fence.partition() + " is not in the store");
      }
      judged.add(CommitResult.judge(fence, stored));
    }
    CommitResult result = CommitResult.together(judged);
    if (result != CommitResult.COMMITTED) {
      return result;
    }
    check(batch);
    batch.purged.forEach(row -> purge(row.key()));
    batch.fences.forEach(fence -> partitions.put(fence.partition(), fence));
    writeInstances(batch);
    writeMessages(batch);
    writeShared(batch);
    for (Rows.TrimRow row : batch.trimmed) {
      TreeMap<Long, Rows.HistoryChunk> chunks = history.get(row.key());
      if (chunks != null) {
        chunks.headMap(row.upToSeq(), true).clear();
      }
    }
    return result;
  }

  private static void requireFences(Batch batch) {
    batch.instances.forEach(row -> batch.fenceOf(row.partition()));
    batch.history.forEach(chunk -> batch.fenceOf(chunk.partition()));
    batch.timers.forEach(row -> batch.fenceOf(row.partition()));
    batch.purged.forEach(row -> batch.fenceOf(row.partition()));
    batch.released.forEach(row -> batch.fenceOf(row.partition()));
    batch.quarantined.forEach(row -> batch.fenceOf(row.partition()));
  }

  private void purge(InstanceKey key) {
    Rows.InstanceRow row = instances.remove(key);
    if (row != null) {
      long id = row.state().header().id();
      instanceIds.remove(id);
      lastPurgedId = Math.max(lastPurgedId, id);
      nodeRuns.keySet().removeIf(run -> run.instanceId() == id);
    }
    history.remove(key);
    snapshots.remove(key);
    timers.keySet().removeIf(timer -> timer.key().equals(key));
    humanTasks.values().removeIf(work -> work.row().key().equals(key));
  }

  private void check(Batch batch) {
    Map<InstanceKey, Long> firstSeqs = new HashMap<>();
    batch.history.forEach(chunk -> firstSeqs.merge(chunk.key(), chunk.firstSeq(), Math::min));
    Set<InstanceKey> gone = new HashSet<>();
    batch.purged.forEach(row -> gone.add(row.key()));
    Set<InstanceKey> known = new HashSet<>();
    Set<Long> ids = new HashSet<>();
    for (Rows.InstanceRow row : batch.instances) {
      known.add(row.key());
      long id = row.state().header().id();
      Rows.InstanceRow stored = gone.contains(row.key()) ? null : instances.get(row.key());
      if (stored == null && firstSeqs.getOrDefault(row.key(), 1L) > 1) {
        throw new StoreException(
            "unknown instance " + row.key() + ", but its history does not begin in the batch");
      }
      InstanceKey holder = instanceIds.get(id);
      if ((stored != null && stored.state().header().id() != id)
          || (holder != null && !holder.equals(row.key()))
          || !ids.add(id)) {
        throw new StoreException("instance " + row.key() + " or id " + id + " is in use");
      }
    }
    for (Rows.HistoryChunk chunk : batch.history) {
      if (chunk.events().isEmpty()) {
        continue;
      }
      if (!known.contains(chunk.key()) && !instances.containsKey(chunk.key())) {
        throw new StoreException("history of unknown instance " + chunk.key());
      }
      TreeMap<Long, Rows.HistoryChunk> chunks =
          gone.contains(chunk.key()) ? null : history.get(chunk.key());
      if (chunks != null && chunks.containsKey(chunk.lastSeq())) {
        throw new StoreException(
            "history of instance " + chunk.key() + " has event " + chunk.lastSeq() + " already");
      }
    }
    for (Rows.OutboxRow row : batch.outbox) {
      if (outbox.containsKey(new Rows.OutboxKey(row.source(), row.target(), row.seq()))) {
        throw new StoreException("message " + row.seq() + " is in the outbox already");
      }
    }
  }

  private void writeInstances(Batch batch) {
    for (Rows.InstanceRow row : batch.instances) {
      instances.put(row.key(), row);
      instanceIds.put(row.state().header().id(), row.key());
    }
    for (Rows.ClearRow row : batch.cleared) {
      Rows.InstanceRow owner = instances.get(row.key());
      if (owner != null) {
        long id = owner.state().header().id();
        nodeRuns.keySet().removeIf(run -> run.instanceId() == id);
      }
    }
    for (Rows.NodeRunRow row : batch.nodeRuns) {
      nodeRuns.put(new RunKey(row.instanceId(), row.run().id()), row);
    }
    for (Rows.HistoryChunk chunk : batch.history) {
      if (!chunk.events().isEmpty()) {
        history.computeIfAbsent(chunk.key(), key -> new TreeMap<>()).put(chunk.lastSeq(), chunk);
      }
    }
    for (Rows.Snapshot row : batch.snapshots) {
      snapshots.merge(row.key(), row, (old, now) -> old.seq() > now.seq() ? old : now);
    }
    batch.timersRemoved.forEach(timers::remove);
    for (Rows.TimerRow row : batch.timers) {
      timers.put(new Rows.TimerKey(row.key(), row.timerId()), row);
    }
    for (Rows.HumanTaskRow row : batch.humanTasks) {
      Work old = humanTasks.get(row.task().id());
      humanTasks.put(
          row.task().id(),
          old == null
              ? new Work(row, row.task().changedAt(), ++lastHumanTask)
              : new Work(row, old.createdAt(), old.number()));
    }
  }

  private void writeMessages(Batch batch) {
    for (Rows.OutboxRow row : batch.outbox) {
      outbox.put(new Rows.OutboxKey(row.source(), row.target(), row.seq()), row);
      sent.merge(new Pair(row.source(), row.target()), row.seq(), Math::max);
    }
    batch.outboxRemoved.forEach(outbox::remove);
    for (Rows.InboxRow row : batch.inbox) {
      inbox.put(new Pair(row.target(), row.source()), row.seq());
    }
    for (Rows.QuarantineRow row : batch.released) {
      quarantined.remove(row.key());
      held.remove(row.key());
    }
    for (Rows.QuarantineRow row : batch.quarantined) {
      quarantined.putIfAbsent(row.key(), row);
    }
    for (Rows.HeldRow row : batch.held) {
      held.computeIfAbsent(row.key(), _ -> new ArrayList<>()).add(row);
    }
  }

  private void writeShared(Batch batch) {
    for (Rows.VariableRow row : batch.variables) {
      Names names = new Names(row.owner(), row.name());
      if (row.removed()) {
        variables.remove(names);
      } else {
        variables.put(names, row);
      }
    }
    for (Rows.IdempotencyRow row : batch.idempotency) {
      idempotency.put(new Names(row.scope(), row.requestKey()), row);
    }
    for (Rows.DefinitionRow row : batch.definitions) {
      definitions
          .computeIfAbsent(row.ref().id(), id -> new TreeMap<>())
          .put(row.ref().revision(), new Revision(row, false));
    }
    for (String id : batch.definitionsRemoved) {
      TreeMap<Integer, Revision> revisions = definitions.get(id);
      if (revisions != null) {
        revisions.replaceAll((number, revision) -> new Revision(revision.row(), true));
      }
    }
  }
}
