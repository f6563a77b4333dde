package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.runtime.Health;
import dev.millrace.runtime.RuntimeCounters;
import dev.millrace.store.Batch;
import dev.millrace.store.CommitResult;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The single writer, as a loop that is stepped.
 *
 * <p>{@link #work} takes what arrived, decides it, and hands one batch at a time to the committer;
 * while that one is written the next is decided on the memory of the last. Nothing leaves before
 * its batch is committed. When a batch is not committed the loop halts for good: every caller is
 * told, memory is dropped, and the process must be started again.
 *
 * <p>{@link #work} and {@link #stop} are called by one thread; {@link #offer}, {@link #drain},
 * {@link #health} and {@link #counters} by any.
 */
public final class LaneLoop {

  private static final Logger LOG = System.getLogger(LaneLoop.class.getName());

  private final Store store;
  private final LaneSettings settings;
  private final LanePorts ports;
  private final LaneMemory memory;
  private final Admission admission;
  private final WorkRunner runner;
  private final List<Fence> fences;
  private final Recovery recovery;
  private final Queue<Work> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final Queue<Refill> refills = new ConcurrentLinkedQueue<>();
  private volatile Runnable onArrival = () -> {};
  private volatile Health health = new Health(Health.State.READY, "");
  private List<Fence> inFlightFences = List.of();
  private boolean internalTurn;

  private record Outcome(@Nullable CommitResult result, @Nullable RuntimeException failure) {}

  private record Refill(
      List<Rows.TimerRow> rows, boolean full, @Nullable RuntimeException failure) {}

  /**
   * Takes the store over and prepares recovery, which goes on in {@link #work}.
   *
   * @throws StoreException when the store cannot be taken or read
   */
  public LaneLoop(
      Store store, List<Fence> fences, LaneSettings settings, LanePorts ports, LaneParts parts) {
    this.store = store;
    this.settings = settings;
    this.ports = ports;
    this.fences = new ArrayList<>(fences);
    this.fences.sort(Comparator.comparingInt(Fence::partition));
    memory = new LaneMemory(store, settings, ports, parts, this::wake);
    admission = new Admission(new LaneLoads(store, memory), ports.loaders(), this::wake);
    runner = new WorkRunner(memory);
    recovery = new Recovery(store, memory, this::wake);
    ports.workers().onWantsMore(this::wake);
  }

  /** Names what is called when there is something to do; it must not block. */
  public void onArrival(Runnable listener) {
    onArrival = listener;
  }

  /**
   * Lets a caller's work in, or fails its future.
   *
   * @param refuse runs instead when too much waits
   */
  void offer(Work work, Runnable refuse) {
    Health now = health;
    if (!now.ready()) {
      fail(work, unavailable(now));
      return;
    }
    if (waiting.incrementAndGet() > settings.mailbox()) {
      waiting.decrementAndGet();
      memory.tally.busy.increment();
      refuse.run();
      return;
    }
    take(work);
  }

  /** What the store remembers of a request, null when it does not. On any thread. */
  Rows.@Nullable IdempotencyRow remembered(Work.Request request) {
    return store.idempotency(request.scope(), request.id().key(), ports.clock().now()).orElse(null);
  }

  /** Lets work in however much waits, for callers that are bounded by other means. */
  void offerUnbounded(Work work) {
    Health now = health;
    if (!now.ready()) {
      fail(work, unavailable(now));
      return;
    }
    waiting.incrementAndGet();
    take(work);
  }

  private void take(Work work) {
    mailbox.add(work);
    if (health.state() == Health.State.HALTED || health.state() == Health.State.CLOSED) {
      failMailbox();
    }
    wake();
  }

  /**
   * Does what there is to do, once.
   *
   * @return whether anything was done; when not, calling again is useless until {@link #onArrival}
   *     or {@link #nextWake}
   */
  public boolean work() {
    if (stopped()) {
      failMailbox();
      return false;
    }
    try {
      boolean did = takeOutcome();
      if (stopped()) {
        return true;
      }
      did |= timers();
      if (health.ready()) {
        did |= recovery.step();
      }
      did |= runWork();
      memory.giveDurable();
      return handOver() || did;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the lane halts", e);
      halt("the lane failed: " + e);
      return true;
    }
  }

  /** When {@link #work} has something to do though nothing arrives. */
  public Instant nextWake() {
    return memory.timers.nextWake();
  }

  /** Takes no more from callers; what was taken is finished. */
  public void drain() {
    become(new Health(Health.State.DRAINING, "finishing what was accepted"));
    wake();
  }

  /** Health only gets worse: a late drain does not hide a halt. */
  private synchronized void become(Health next) {
    if (next.state().compareTo(health.state()) > 0) {
      health = next;
    }
  }

  /** Whether a draining loop has finished, or a loop has stopped. */
  public boolean finished() {
    return stopped()
        || (health.state() == Health.State.DRAINING
            && mailbox.isEmpty()
            && admission.size() == 0
            && memory.inFlight == null
            && memory.building.idle());
  }

  /** Stops for good; what is not committed is lost and its callers are told. */
  public void stop() {
    if (!stopped()) {
      loseEverything("the server is closed");
      become(new Health(Health.State.CLOSED, "closed"));
    }
    failMailbox();
  }

  public Health health() {
    return health;
  }

  public RuntimeCounters counters() {
    return memory.tally.read();
  }

  private boolean runWork() {
    boolean did = false;
    while (!memory.building.full(settings.batch())) {
      Admission.Admitted next = admission.next();
      if (next == null) {
        Work arrived = arrived();
        if (arrived == null) {
          break;
        }
        admission.admit(arrived);
        did = true;
        continue;
      }
      did = true;
      runner.run(next.work, next.read);
      admission.done(next);
      recovery.ran(next.work);
      if (next.work.future() != null) {
        waiting.decrementAndGet();
      }
    }
    return did;
  }

  /** Takes from callers and from the lane itself in turn. */
  private @Nullable Work arrived() {
    if (health.state() == Health.State.DRAINING) {
      return mailbox.poll();
    }
    internalTurn = !internalTurn;
    Queue<Work> first = internalTurn ? memory.internal : mailbox;
    Queue<Work> second = internalTurn ? mailbox : memory.internal;
    Work work = first.poll();
    return work == null ? second.poll() : work;
  }

  private boolean timers() {
    Instant now = ports.clock().now();
    boolean did = false;
    Refill refill = refills.poll();
    if (refill != null) {
      if (refill.failure() != null) {
        throw refill.failure();
      }
      memory.timers.refilled(refill.rows(), refill.full(), memory.committed);
      did = true;
    }
    if (!health.ready()) {
      return did;
    }
    if (memory.timers.wantsRefill(now)) {
      startRefill(now.plus(LaneSettings.TIMER_WINDOW));
      did = true;
    }
    for (int fired = 0; fired < LaneSettings.TIMER_BURST; fired++) {
      TimerHeap.Armed due = memory.timers.due(now);
      if (due == null) {
        return did;
      }
      admission.admit(new Work.Fire(due));
      did = true;
    }
    return did;
  }

  private void startRefill(Instant horizon) {
    int limit = memory.timers.beginRefill(horizon);
    ports
        .loaders()
        .execute(() -> {
          Refill answer;
          try {
            List<Rows.TimerRow> rows = store.timersBefore(horizon, limit);
            answer = new Refill(rows, rows.size() >= limit, null);
          } catch (RuntimeException e) {
            answer = new Refill(List.of(), false, e);
          }
          refills.add(answer);
          wake();
        });
  }

  private boolean handOver() {
    if (memory.inFlight != null || memory.building.idle()) {
      return false;
    }
    PendingBatch batch = memory.building;
    memory.building = new PendingBatch(batch.number + 1);
    if (batch.rows.empty()) {
      memory.committed = batch.number;
      batch.release(ports.callbacks());
      return true;
    }
    memory.inFlight = batch;
    Batch rows = batch.rows.build(fences);
    inFlightFences = rows.fences;
    memory.tally.rows.add(rows.size());
    ports.committer().execute(() -> commit(rows));
    return true;
  }

  private void commit(Batch rows) {
    Outcome outcome;
    try {
      outcome = new Outcome(store.commit(rows), null);
    } catch (RuntimeException e) {
      outcome = new Outcome(null, e);
    }
    outcomes.add(outcome);
    wake();
  }

  private boolean takeOutcome() {
    Outcome outcome = outcomes.poll();
    PendingBatch batch = memory.inFlight;
    if (outcome == null || batch == null) {
      return false;
    }
    switch (outcome.result()) {
      // A number is used for one batch only, so "already applied" speaks of this very batch.
      case COMMITTED, ALREADY_APPLIED -> committed(batch);
      case FENCED -> halt("another server owns a partition of this store");
      case STORE_REGRESSED -> halt("the store went back in time, as after restoring a backup");
      case null ->
          halt(
              "the store failed: "
                  + (outcome.failure() == null ? "" : outcome.failure().getMessage()));
    }
    return true;
  }

  private void committed(PendingBatch batch) {
    memory.inFlight = null;
    for (Fence fence : inFlightFences) {
      fences.set(fence.partition(), fence);
    }
    memory.committed = batch.number;
    memory.tally.commits.increment();
    memory.timers.committed(batch.number);
    batch.release(ports.callbacks());
    memory.cache.evict(memory.committed);
    if (memory.building.idle() && admission.size() == 0) {
      memory.heads.trim();
    }
  }

  private void halt(String reason) {
    LOG.log(Level.ERROR, "the lane halts: {0}", reason);
    Health halted = new Health(Health.State.HALTED, reason);
    become(halted);
    loseEverything(unavailable(halted));
  }

  /** Drops memory and tells every caller. No effect of what is lost has left. */
  private void loseEverything(String reason) {
    memory.giveDurable();
    PendingBatch writing = memory.inFlight;
    if (writing != null) {
      writing.lose(ports.callbacks(), reason);
      memory.inFlight = null;
    }
    memory.building.lose(ports.callbacks(), reason);
    memory.takeAllWaiters().forEach(future -> fail(future, reason));
    admission.abandon(work -> fail(work, reason));
    memory.forget();
    failMailbox();
  }

  private void failMailbox() {
    String reason = unavailable(health);
    Work work = mailbox.poll();
    while (work != null) {
      waiting.decrementAndGet();
      fail(work, reason);
      work = mailbox.poll();
    }
  }

  private void fail(Work work, String reason) {
    CompletableFuture<?> future = work.future();
    if (future != null) {
      // At once: the callbacks may be closed by now, and the lane has nothing left to be held up.
      future.completeExceptionally(new EngineUnavailableException(reason));
    }
  }

  private void fail(CompletableFuture<?> future, String reason) {
    ports
        .callbacks()
        .execute(() -> future.completeExceptionally(new EngineUnavailableException(reason)));
  }

  private static String unavailable(Health now) {
    return switch (now.state()) {
      case READY -> "the server stopped while it worked on this";
      case DRAINING -> "the server is shutting down";
      case HALTED, CLOSED -> "the server takes no commands: " + now.detail();
    };
  }

  private boolean stopped() {
    return health.state() == Health.State.HALTED || health.state() == Health.State.CLOSED;
  }

  private void wake() {
    onArrival.run();
  }

  /** How many instances are in memory. */
  int cached() {
    return memory.cache.size();
  }

  /** The partition of an instance. */
  int partition(InstanceKey key) {
    return memory.partition(key);
  }
}
