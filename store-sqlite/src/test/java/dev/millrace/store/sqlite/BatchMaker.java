package dev.millrace.store.sqlite;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.store.Batch;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.Samples;
import dev.millrace.store.States;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes random batches over a small world, so that rows meet: instances are changed again, timers
 * moved, tasks closed, definitions removed. The same seed makes the same batches.
 */
final class BatchMaker {

  static final int PARTITIONS = 3;
  static final List<InstanceKey> KEYS = keys();
  static final List<String> DEFINITIONS = List.of("proc-a", "proc-b", "proc-c", "流程");
  static final List<String> USERS = List.of("li", "wu", "");

  private static final int ROWS_MAX = 4;

  /** One batch in so many carries something a store must refuse. */
  private static final int FAULT_EVERY = 12;

  private long held;
  private final Random random;
  private final Samples samples;
  private final Map<InstanceKey, InstanceState.Header> headers = new HashMap<>();
  private final Map<InstanceKey, Long> lastSeqs = new HashMap<>();
  private final Map<List<Integer>, Long> sent = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();

  BatchMaker(long seed) {
    this.random = new Random(seed);
    this.samples = new Samples(seed);
  }

  private static List<InstanceKey> keys() {
    List<InstanceKey> keys = new ArrayList<>();
    for (String namespace : List.of("default", "shop", "\uE000", "😀")) {
      for (String uid : List.of("1", "10", "2", "a'b", "\uE000", "😀")) {
        keys.add(new InstanceKey(namespace, uid));
      }
    }
    return keys;
  }

  /** What the stores did with the batch, to be remembered for the next. */
  void committed(Batch batch) {
    for (Rows.InstanceRow row : batch.instances) {
      headers.put(row.key(), row.state().header());
    }
    for (Rows.HistoryChunk chunk : batch.history) {
      if (!chunk.events().isEmpty()) {
        lastSeqs.put(chunk.key(), chunk.lastSeq());
      }
    }
    for (Rows.OutboxRow row : batch.outbox) {
      sent.put(List.of(row.source(), row.target()), row.seq());
    }
    for (Rows.DefinitionRow row : batch.definitions) {
      numbers.put(row.ref().id(), row.number());
    }
  }

  Batch next(List<Fence> fences) {
    Batch batch = new Batch();
    fences.forEach(fence -> batch.fences.add(fence.next()));
    instances(batch);
    timers(batch);
    messages(batch);
    humanTasks(batch);
    shared(batch);
    quarantine(batch);
    definitions(batch);
    if (random.nextInt(FAULT_EVERY) == 0) {
      fault(batch);
    }
    return batch;
  }

  Instant time() {
    return States.START.plusMillis(random.nextInt(1_000));
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Some of a list, each once. */
  private <T> Set<T> some(List<T> list) {
    Set<T> chosen = new HashSet<>();
    for (int i = random.nextInt(ROWS_MAX); i > 0; i--) {
      chosen.add(any(list));
    }
    return chosen;
  }

  private void instances(Batch batch) {
    for (InstanceKey key : some(KEYS)) {
      InstanceState state = state(key);
      batch.instances.add(
          new Rows.InstanceRow(partition(key), state, any(USERS), random.nextInt(3)));
      for (NodeRun run : state.graph().runs().values()) {
        // The map's keys are random here, so ids may repeat; rows of a key appear once.
        boolean known = batch.nodeRuns.stream().anyMatch(row -> row.run().id() == run.id());
        if (!known) {
          batch.nodeRuns.add(new Rows.NodeRunRow(key, state.header().id(), 1, run));
        }
      }
      if (random.nextInt(8) == 0) {
        batch.cleared.add(new Rows.ClearRow(key, state.life().eventCount()));
      }
      history(batch, key);
      if (random.nextInt(3) == 0) {
        long seq = random.nextLong(lastSeqs.getOrDefault(key, 0L) + 1);
        batch.snapshots.add(new Rows.Snapshot(key, seq, state));
      }
    }
    InstanceKey only = any(KEYS);
    if (headers.containsKey(only)
        && batch.instances.stream().noneMatch(r -> r.key().equals(only))) {
      history(batch, only);
    }
  }

  private void history(Batch batch, InstanceKey key) {
    List<HistoryEvent> events = new ArrayList<>();
    for (int i = random.nextInt(ROWS_MAX); i > 0; i--) {
      events.add(samples.of(HistoryEvent.class));
    }
    long first = lastSeqs.getOrDefault(key, 0L) + 1;
    batch.history.add(
        new Rows.HistoryChunk(key, partition(key), 1 + random.nextInt(2), first, events));
  }

  private InstanceState state(InstanceKey key) {
    InstanceState.Header before = headers.get(key);
    InstanceState random = samples.of(InstanceState.class);
    InstanceState.Header header = random.header();
    return new InstanceState(
        before != null
            ? before
            : Samples.record(
                InstanceState.Header.class,
                withoutNulls(
                    "key",
                    key,
                    "id",
                    (long) KEYS.indexOf(key) + 1,
                    "definition",
                    new DefinitionRef(any(DEFINITIONS), 1),
                    "fast",
                    header.fast(),
                    "input",
                    header.input(),
                    "origin",
                    new Command.Origin(any(USERS), "api", false),
                    "parent",
                    header.parent(),
                    "startedAt",
                    time())),
        random.life(),
        random.graph(),
        random.keptEvents());
  }

  private static Map<String, Object> withoutNulls(@Nullable Object... namesAndValues) {
    Map<String, Object> map = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null) {
        map.put(String.valueOf(namesAndValues[i]), value);
      }
    }
    return map;
  }

  private static int partition(InstanceKey key) {
    return Math.floorMod(key.uid().hashCode(), PARTITIONS);
  }

  private void timers(Batch batch) {
    for (InstanceKey key : some(KEYS)) {
      batch.timers.add(new Rows.TimerRow(key, partition(key), 1, "t" + random.nextInt(2), time()));
    }
    for (InstanceKey key : some(KEYS)) {
      Rows.TimerKey timer = new Rows.TimerKey(key, "t" + random.nextInt(2));
      if (batch.timers.stream()
          .noneMatch(row -> new Rows.TimerKey(row.key(), row.timerId()).equals(timer))) {
        batch.timersRemoved.add(timer);
      }
    }
  }

  private void messages(Batch batch) {
    int source = random.nextInt(PARTITIONS);
    int target = random.nextInt(PARTITIONS);
    long last = sent.getOrDefault(List.of(source, target), 0L);
    for (int i = random.nextInt(ROWS_MAX); i > 0; i--) {
      last++;
      batch.outbox.add(new Rows.OutboxRow(source, target, last, samples.of(Effect.class)));
    }
    if (random.nextBoolean() && last > 0) {
      long seq = 1 + random.nextLong(last);
      batch.outboxRemoved.add(new Rows.OutboxKey(source, target, seq));
      batch.inbox.add(new Rows.InboxRow(target, source, seq));
    }
  }

  private void humanTasks(Batch batch) {
    for (InstanceKey key : some(KEYS)) {
      String id = "inst-" + KEYS.indexOf(key);
      HumanTask task =
          new HumanTask(
              id,
              any(USERS),
              any(List.of(HumanTask.State.values())),
              "agree",
              random.nextBoolean() ? samples.json() : null,
              time());
      batch.humanTasks.add(new Rows.HumanTaskRow(key, 1, "n", "title", "content", task));
    }
  }

  private void shared(Batch batch) {
    for (String name : some(List.of("a", "b", "😀", ""))) {
      batch.variables.add(
          new Rows.VariableRow(any(USERS), name, samples.json(), random.nextInt(3) == 0));
    }
    for (String key : some(List.of("k1", "k2", ""))) {
      batch.idempotency.add(new Rows.IdempotencyRow("create", key, "hash", samples.json(), time()));
    }
  }

  private void quarantine(Batch batch) {
    for (InstanceKey key : some(KEYS)) {
      Rows.QuarantineRow row =
          new Rows.QuarantineRow(key, partition(key), "cause " + random.nextInt(), time());
      if (random.nextInt(3) == 0) {
        batch.released.add(row);
      } else {
        batch.quarantined.add(row);
      }
      batch.held.add(
          new Rows.HeldRow(
              key, ++held, new Effect.SendToInstance(new Command.SuspendInstance(key))));
    }
  }

  private void definitions(Batch batch) {
    for (String id : some(DEFINITIONS)) {
      if (random.nextInt(4) == 0) {
        batch.definitionsRemoved.add(id);
      } else {
        long number = numbers.getOrDefault(id, DEFINITIONS.indexOf(id) + 1L);
        int revision = 1 + random.nextInt(3);
        Rows.DefinitionRow row = States.definition(id, revision, number, any(USERS));
        batch.definitions.add(
            new Rows.DefinitionRow(
                row.ref(),
                number,
                random.nextBoolean() ? "process" : "dapr",
                row.name(),
                any(USERS),
                random.nextBoolean(),
                row.document(),
                time()));
      }
    }
  }

  private void fault(Batch batch) {
    InstanceKey unknown = new InstanceKey("nowhere", "1");
    switch (random.nextInt(6)) {
      case 0 -> batch.fences.set(0, new Fence(0, 1, 1));
      case 1 -> batch.fences.set(0, batch.fences.getFirst().next());
      case 2 -> {
        // All of them: a repeat. One of them: part old, part new.
        int count = random.nextBoolean() ? 1 : batch.fences.size();
        for (int i = 0; i < count; i++) {
          Fence fence = batch.fences.get(i);
          batch.fences.set(i, new Fence(i, fence.epoch(), fence.batch() - 1));
        }
      }
      case 3 -> batch.fences.set(0, new Fence(PARTITIONS, 1, 1));
      case 4 ->
          batch.history.add(
              new Rows.HistoryChunk(
                  unknown, 0, 1, 1, List.of(new HistoryEvent.InstanceResumed(time()))));
      default -> {
        // Whoever has id 1 keeps it; when nobody has, this is no fault.
        InstanceState state = States.running("taken", 1);
        batch.instances.add(new Rows.InstanceRow(0, state, "admin", 0));
      }
    }
  }
}
