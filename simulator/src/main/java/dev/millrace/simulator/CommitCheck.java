package dev.millrace.simulator;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Wait;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sees every batch that reaches the store, right after, and checks the laws. One thread. */
final class CommitCheck {

  private final World world;
  private final WakeCheck wakes;
  private final SlotCheck slots;
  private final Map<InstanceKey, HistoryCheck> instances = new LinkedHashMap<>();
  private final Map<Integer, Fence> fences = new HashMap<>();
  private final Map<Pair, Long> sent = new HashMap<>();
  private final Map<Pair, Long> seen = new HashMap<>();
  private long committed;

  private record Pair(int source, int target) {}

  CommitCheck(World world) {
    this.world = world;
    wakes = new WakeCheck(world);
    slots = new SlotCheck(world);
  }

  /** How many batches were written. */
  long committed() {
    return committed;
  }

  /** What is known of an instance, or null. */
  @Nullable HistoryCheck find(InstanceKey key) {
    return instances.get(key);
  }

  Collection<HistoryCheck> all() {
    return instances.values();
  }

  /** The committed states, oldest instance first. */
  List<InstanceState> states() {
    return instances.values().stream()
        .filter(instance -> !instance.purged())
        .map(HistoryCheck::row)
        .filter(row -> row != null)
        .map(Rows.InstanceRow::state)
        .toList();
  }

  /** A server has taken the store over. */
  void acquired(List<Fence> taken) {
    for (Fence fence : taken) {
      Fence before = fences.put(fence.partition(), fence);
      world.verdict.require(
          before == null || (fence.epoch() > before.epoch() && fence.batch() == before.batch()),
          "I6",
          "partition %d went from %s to %s".formatted(fence.partition(), before, fence));
    }
  }

  /** The store has judged a batch. */
  void judged(SimulatedServer server, Batch batch, CommitResult result) {
    world.trace.line("server %d commits %s: %s".formatted(server.number(), batch.fences, result));
    if (result != CommitResult.COMMITTED) {
      world.verdict.require(
          result == CommitResult.FENCED && batch.fences.stream().noneMatch(this::owned),
          "I6",
          "the commit of server %d was answered %s".formatted(server.number(), result));
      return;
    }
    committed++;
    checkFences(batch);
    batch.purged.forEach(row -> purged(row.key()));
    Set<InstanceKey> touched = new LinkedHashSet<>();
    for (Rows.HistoryChunk chunk : batch.history) {
      world.trace.line("history %s %s".formatted(chunk.key(), chunk.events()));
      known(chunk.key()).chunk(chunk);
    }
    batch.snapshots.forEach(_ -> world.coverage.count(Coverage.Kind.EVENT, "(snapshots)"));
    for (Rows.InstanceRow row : batch.instances) {
      known(row.key()).row(row);
      touched.add(row.key());
      ParentRef parent = row.state().header().parent();
      if (parent != null && parent.waits()) {
        touched.add(parent.key());
      }
    }
    checkMessages(batch);
    wakes.check(touched, this);
    slots.check(batch, this);
  }

  private HistoryCheck known(InstanceKey key) {
    HistoryCheck found = instances.get(key);
    if (found == null || found.purged()) {
      found = new HistoryCheck(world, key);
      instances.put(key, found);
    }
    return found;
  }

  /** What is removed has ended, and nobody waits for it. */
  private void purged(InstanceKey key) {
    HistoryCheck instance = instances.get(key);
    Rows.InstanceRow row = instance == null ? null : instance.row();
    if (instance == null || row == null) {
      return;
    }
    world.trace.line("purged " + key);
    world.coverage.count(Coverage.Kind.EVENT, "(purges)");
    world.verdict.require(
        row.state().life().status().terminal(),
        "retention",
        "instance %s was removed as %s".formatted(key, row.state().life().status()));
    ParentRef parent = row.state().header().parent();
    HistoryCheck above = parent == null ? null : instances.get(parent.key());
    Rows.InstanceRow waiting = above == null || above.purged() ? null : above.row();
    world.verdict.require(
        waiting == null
            || waiting.state().openRuns().stream()
                .noneMatch(run ->
                    run.waitsFor() instanceof Wait.ForChild wait && wait.child().equals(key)),
        "retention",
        "instance %s was removed while its parent waits for it".formatted(key));
    instance.purge();
  }

  /** The instances that were removed. */
  List<InstanceKey> purged() {
    return instances.entrySet().stream()
        .filter(entry -> entry.getValue().purged())
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean owned(Fence fence) {
    Fence known = fences.get(fence.partition());
    return known != null && known.epoch() == fence.epoch();
  }

  private void checkFences(Batch batch) {
    for (Fence fence : batch.fences) {
      Fence before = fences.put(fence.partition(), fence);
      world.verdict.require(
          before != null && before.epoch() == fence.epoch() && before.batch() + 1 == fence.batch(),
          "I6",
          "partition %d went from %s to %s".formatted(fence.partition(), before, fence));
    }
  }

  private void checkMessages(Batch batch) {
    for (Rows.OutboxRow row : batch.outbox) {
      long last = sent.getOrDefault(new Pair(row.source(), row.target()), 0L);
      world.verdict.require(
          row.seq() == last + 1, "I8", "expected message %d, found %s".formatted(last + 1, row));
      sent.put(new Pair(row.source(), row.target()), row.seq());
    }
    Map<Pair, Long> wanted = new HashMap<>();
    for (Rows.InboxRow row : batch.inbox) {
      Pair pair = new Pair(row.source(), row.target());
      world.verdict.require(
          row.seq() > seen.getOrDefault(pair, 0L), "I8", "%s was consumed again".formatted(row));
      wanted.put(pair, row.seq());
    }
    for (Rows.OutboxKey key : batch.outboxRemoved) {
      Pair pair = new Pair(key.source(), key.target());
      long last = seen.getOrDefault(pair, 0L);
      if (key.seq() <= last) {
        continue;
      }
      world.verdict.require(
          key.seq() == last + 1, "I8", "message %s was consumed after %d".formatted(key, last));
      seen.put(pair, key.seq());
    }
    wanted.forEach((pair, seq) ->
        world.verdict.require(
            seq.equals(seen.get(pair)),
            "I8",
            "%s is said to have consumed %d, but consumed %s"
                .formatted(pair, seq, seen.get(pair))));
  }
}
