package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.definition.Definitions;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a lane keeps between commits: everything the store knows and the batches under way will make
 * it know. Lane thread only, except {@link #internal}.
 */
final class LaneMemory {

  final LaneSettings settings;
  final LanePorts ports;
  final Decider decider;
  final Definitions definitions;
  final SharedVariables variables;
  final Tally tally;
  final InstanceCache cache;
  final TimerHeap timers;
  final Messages messages;
  final Heads heads = new Heads();
  final Quarantine quarantine;
  final Slots slots;

  /** Answers to requests that are not committed yet. */
  final Map<Work.RequestName, Rows.IdempotencyRow> requests = new HashMap<>();

  /** Work of the lane's own: results, messages, continuations. Any thread adds. */
  final Queue<Work> internal = new ConcurrentLinkedQueue<>();

  PendingBatch building = new PendingBatch(1);

  /** Answers that wait for no commit, until the lane has done what it is at. */
  private List<Runnable> durable = new ArrayList<>();

  /** The batch that is being written, or null. */
  @Nullable PendingBatch inFlight;

  long committed;
  long lastInstanceId;

  /** Instances up to this id were started by an earlier server. */
  final long inheritedUpTo;

  long lastDefinitionNumber;
  private final Map<InstanceKey, List<Waiter>> waiters = new HashMap<>();

  /** Instances whose removal is not committed, by the batch that removes them. */
  private final Map<InstanceKey, Long> purged = new HashMap<>();

  private final Runnable wake;

  /** Reads what must be known before the first decision. */
  LaneMemory(Store store, LaneSettings settings, LanePorts ports, LaneParts parts, Runnable wake) {
    this.settings = settings;
    this.ports = ports;
    this.decider = parts.decider();
    this.definitions = parts.definitions();
    this.variables = parts.variables();
    this.wake = wake;
    tally = new Tally();
    cache = new InstanceCache(settings.cache());
    timers = new TimerHeap(ports.clock().now());
    quarantine = new Quarantine(store);
    slots = new Slots(store.slots(), key -> submit(new Work.Admit(key)), quarantine::contains);
    messages = new Messages(store.lastSent(), store.inbox());
    inheritedUpTo = store.maxInstanceId();
    lastInstanceId = inheritedUpTo;
    lastDefinitionNumber = store.maxDefinitionNumber();
  }

  int partition(InstanceKey key) {
    return Partitions.of(key, settings.partitions());
  }

  /** Adds work of the lane's own. Thread-safe. */
  void submit(Work work) {
    internal.add(work);
    wake.run();
  }

  /** Adds a command of the lane's own. Thread-safe. */
  void submit(Command command) {
    submit(new Work.Submit(command, null));
  }

  /** Someone who waits until an instance has got so far. */
  private record Waiter(CodeApi.Milestone milestone, CompletableFuture<InstanceState> future) {}

  void await(
      InstanceKey key, CodeApi.Milestone milestone, CompletableFuture<InstanceState> future) {
    List<Waiter> list = waiters.computeIfAbsent(key, _ -> new ArrayList<>(1));
    list.removeIf(waiter -> waiter.future().isDone());
    list.add(new Waiter(milestone, future));
  }

  /** Whether an instance has got so far. */
  boolean reached(InstanceState state, CodeApi.Milestone milestone) {
    return switch (milestone) {
      case STARTED ->
          state.life().status().terminal()
              || (state.code() == null
                  ? state.life().status() != Status.PENDING
                  : state.code().progress().turn() > 0);
      case SETTLED -> decider.settled(state);
      case ENDED -> state.life().status().terminal();
    };
  }

  /** Answers who waits for the settling of an instance that has just begun, at once or later. */
  void tellSettled(
      InstanceKey key, InstanceState begun, @Nullable CompletableFuture<InstanceState> settled) {
    if (settled == null) {
      return;
    }
    if (reached(begun, CodeApi.Milestone.SETTLED)) {
      building.answer(settled, begun);
    } else {
      await(key, CodeApi.Milestone.SETTLED, settled);
    }
  }

  /** The futures that wait for what an instance has reached by now, which are forgotten. */
  List<CompletableFuture<InstanceState>> takeWaiters(InstanceState state) {
    InstanceKey key = state.header().key();
    List<Waiter> list = waiters.get(key);
    if (list == null) {
      return List.of();
    }
    List<CompletableFuture<InstanceState>> taken = new ArrayList<>();
    list.removeIf(waiter -> {
      boolean goes = reached(state, waiter.milestone());
      if (goes) {
        taken.add(waiter.future());
      }
      return goes || waiter.future().isDone();
    });
    if (list.isEmpty()) {
      waiters.remove(key);
    }
    return taken;
  }

  /** All futures that wait for an instance, which are forgotten. */
  List<CompletableFuture<InstanceState>> takeAllWaiters() {
    List<CompletableFuture<InstanceState>> all = new ArrayList<>();
    waiters.values().forEach(list -> list.forEach(waiter -> all.add(waiter.future())));
    waiters.clear();
    return all;
  }

  /** Answers with what an instance is, as soon as all that it rests on is durable. */
  <T> void answer(InstanceCache.Entry entry, CompletableFuture<T> future, T value) {
    PendingBatch writing = inFlight;
    if (entry.batch <= committed) {
      answerAtOnce(future, value);
    } else if (writing != null && entry.batch == writing.number) {
      writing.answer(future, value);
    } else {
      building.answer(future, value);
    }
  }

  /** Answers, as soon as the lane comes to it, with what rests on nothing that is not durable. */
  <T> void answerAtOnce(CompletableFuture<T> future, T value) {
    durable.add(() -> future.complete(value));
  }

  /** Gives the answers that wait for no commit, together. */
  void giveDurable() {
    if (!durable.isEmpty()) {
      List<Runnable> answers = durable;
      durable = new ArrayList<>();
      ports.callbacks().execute(() -> answers.forEach(Runnable::run));
    }
  }

  /** Notes that an instance is gone, though the store may show it until the batch is committed. */
  void purged(InstanceKey key) {
    long batch = building.number;
    cache.remove(key);
    slots.gone(key);
    purged.put(key, batch);
    building.after(() -> purged.remove(key, batch));
  }

  /** Whether the store may show an instance that is gone. */
  boolean knownGone(InstanceKey key) {
    return purged.containsKey(key);
  }

  /** Drops what was decided and will never be committed. */
  void forget() {
    cache.clear();
    requests.clear();
    purged.clear();
    internal.clear();
    building = new PendingBatch(building.number + 1);
  }
}
