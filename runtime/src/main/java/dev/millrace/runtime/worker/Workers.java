package dev.millrace.runtime.worker;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reply;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.runtime.worker.Pool.AnswerName;
import dev.millrace.runtime.worker.Pool.Handed;
import dev.millrace.runtime.worker.Pool.Seat;
import dev.millrace.runtime.worker.Pool.Slot;
import dev.millrace.runtime.worker.Pool.TaskName;
import dev.millrace.runtime.worker.Pool.Waiting;
import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The workers of all applications: hands turns and activities to those that have room, in order of
 * arrival and to each worker in turn; hands them to others when a worker goes; and takes their
 * answers. What waits is in memory only, and only so much of it: the instances' rows are the truth,
 * and what found no room is offered again out of the store when there is some. Thread-safe.
 */
public final class Workers implements WorkerDispatcher {

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final int RETRY_DOUBLINGS = 6;

  private final Function<Command, CompletableFuture<Reply>> engine;
  private final String tokenPrefix;
  private final Later later;
  private final Map<String, Pool> pools = new HashMap<>();
  private final KnownWork known = new KnownWork();
  private final Outstanding out = new Outstanding();
  private final Waiting limit;
  private Runnable onWantsMore = () -> {};
  private long tokens;

  /** Whether any application's work was left to the store; asked for at every step of the lane. */
  private volatile boolean someMissing;

  /** Whether what is offered just now comes out of the store. */
  private boolean fromStore;

  /** Runs something after a while, on any thread. */
  @FunctionalInterface
  public interface Later {
    void run(Duration delay, Runnable task);
  }

  /** A worker's place; closing it hands what the worker has to others at once. */
  public interface Connection extends AutoCloseable {
    @Override
    void close();
  }

  /** What is known of an instance's next turn. */
  public enum TurnPlace {
    /** Nothing is to be shown to a worker. */
    NONE,
    /** No worker has room for it, or none is connected. */
    WAITS,
    /** A worker has it. */
    WITH_WORKER,
    /** Only a worker with other code can take it. */
    STALLED
  }

  /**
   * Makes the door for workers.
   *
   * @param engine takes their answers
   * @param tokenPrefix tells the tokens of this server from those of another
   */
  public Workers(
      Function<Command, CompletableFuture<Reply>> engine, String tokenPrefix, Later later) {
    this(engine, tokenPrefix, later, Waiting.DEFAULT);
  }

  Workers(
      Function<Command, CompletableFuture<Reply>> engine,
      String tokenPrefix,
      Later later,
      Waiting limit) {
    this.engine = engine;
    this.tokenPrefix = tokenPrefix;
    this.later = later;
    this.limit = limit;
  }

  /**
   * Connects a worker. Items that wait may be handed over before this returns.
   *
   * @param app whose work it does
   * @param capacity how many items it may have at once; a tenth of it is kept for turns
   */
  public Connection connect(String app, int capacity, Worker worker) {
    Seat seat;
    synchronized (this) {
      Pool pool = pool(app);
      seat = new Seat(pool, worker, capacity);
      pool.seats.addFirst(seat);
      pool.takeBackStalled();
      someMissing |= pool.missing;
      pool.stalledMissing = false;
      pump(pool);
      onWantsMore.run();
    }
    return () -> leave(seat);
  }

  /** How many workers of an application are connected. */
  public synchronized int connected(String app) {
    Pool pool = pools.get(app);
    return pool == null ? 0 : pool.seats.size();
  }

  /**
   * Where a turn of an instance is.
   *
   * @param turn its number; of one that was answered a moment ago nothing is said
   */
  public synchronized TurnPlace turnOf(InstanceKey key, int turn) {
    Slot slot = known.turn(key);
    if (slot == null
        || !(slot.newest instanceof Effect.DispatchTurn present)
        || present.token().turn() != turn) {
      return TurnPlace.NONE;
    }
    if (slot.handed != null || slot.answering) {
      return TurnPlace.WITH_WORKER;
    }
    return slot.stalled ? TurnPlace.STALLED : TurnPlace.WAITS;
  }

  /** Why the last answer to the present turn of an instance was refused; empty when it was not. */
  public synchronized String refusalOf(InstanceKey key) {
    Slot slot = known.turn(key);
    return slot == null ? "" : slot.refusal;
  }

  /** Whether a worker has an activity of an instance's present run. */
  public synchronized boolean taskOut(InstanceKey key, String execution, int taskId) {
    return out(key, new TaskName(execution, taskId));
  }

  private boolean out(InstanceKey key, TaskName name) {
    Slot slot = known.task(key, name);
    return slot != null && (slot.handed != null || slot.answering);
  }

  @Override
  public synchronized void turn(InstanceKey key, Effect.DispatchTurn turn) {
    Slot slot = known.turn(key, () -> new Slot(key, pool(key.namespace()), null, turn));
    boolean same = slot.isTurn(turn.token());
    if (same && slot.shown) {
      // Every worker is shown the same, so that it does not matter whose answer counts: some
      // workers do not say which copy they answer. What came since is for the turn that follows.
      return;
    }
    slot.newest = turn;
    if (!same) {
      slot.shown = false;
      // What is out is of the past: its answer is ignored, and the next one need not wait for it.
      slot.handed = null;
      slot.answering = false;
      slot.refusal = "";
      slot.refusals = 0;
    }
    slot.stalled = turn.stalled();
    if (!turn.stalled()) {
      slot.avoid = null;
      if (slot.aside && slot.pool.stalled.remove(slot)) {
        slot.aside = false;
        slot.pool.turns.addLast(slot);
      }
    }
    queue(slot);
  }

  @Override
  public synchronized void again(InstanceKey key, Effect work) {
    fromStore = true;
    try {
      switch (work) {
        case Effect.DispatchTurn turn -> turn(key, turn);
        case Effect.DispatchTask task -> task(key, task);
        case Effect.DispatchActivity attempt -> activity(key, attempt);
        default -> throw new IllegalArgumentException("no work for a worker: " + work);
      }
    } finally {
      fromStore = false;
    }
  }

  @Override
  public boolean wantsMore() {
    if (!someMissing) {
      return false;
    }
    synchronized (this) {
      return pools.values().stream().anyMatch(Pool::wantsMore);
    }
  }

  @Override
  public synchronized void offering(boolean begins) {
    pools.values().forEach(pool -> pool.offering(begins));
    someMissing = pools.values().stream().anyMatch(pool -> pool.missing || pool.refilling);
  }

  @Override
  public synchronized void onWantsMore(Runnable listener) {
    onWantsMore = listener;
  }

  /** Whether some of an application's work is in the store only, until there is room for it. */
  public synchronized boolean leavesToStore(String app) {
    Pool pool = pools.get(app);
    return pool != null && (pool.missing || pool.refilling);
  }

  /** Hands work to a worker, or has it wait; what finds no room is left to the store. */
  private void queue(Slot slot) {
    Pool.enqueue(slot, false);
    pump(slot.pool);
    if (!slot.queued || slot.counted || slot.aside) {
      return;
    }
    long bytes = CodeSize.of(slot.newest);
    if (slot.shown || slot.pool.fits(bytes, fromStore)) {
      Pool.count(slot, bytes);
    } else {
      Pool.dequeue(slot);
      known.remove(slot);
      slot.pool.missing = true;
      someMissing = true;
    }
  }

  @Override
  public synchronized void task(InstanceKey key, Effect.DispatchTask task) {
    TaskName name = new TaskName(task.execution(), task.task().eventId());
    Slot slot = known.newTask(key, name, () -> new Slot(key, pool(task.app()), name, task));
    if (slot != null) {
      queue(slot);
    }
  }

  @Override
  public synchronized void activity(InstanceKey key, Effect.DispatchActivity attempt) {
    WorkerActivity activity = Objects.requireNonNull(WorkerActivity.of(attempt.activity()));
    TaskName name = activityName(attempt.token());
    Slot slot = known.newTask(key, name, () -> new Slot(key, pool(activity.app()), name, attempt));
    if (slot != null) {
      queue(slot);
    }
  }

  private static TaskName activityName(Command.WorkToken token) {
    return new TaskName(WorkerActivity.work(token.generation(), token.runId()), token.attempt());
  }

  /** Whether a worker has what a node of a graph asked for. */
  public synchronized boolean activityOut(InstanceKey key, Command.WorkToken token) {
    return out(key, activityName(token));
  }

  @Override
  public synchronized void drop(InstanceKey key, String execution) {
    known.drop(key, execution);
  }

  /**
   * Takes the answer to a turn; one that nobody waits for is ignored. Completes once the answer is
   * durable, found stale or refused; exceptionally when the server is stopping.
   *
   * @param token as handed over; empty to mean whatever turn of the instance is out
   */
  public CompletableFuture<@Nullable Void> completeTurn(
      InstanceKey key,
      String token,
      List<CodeAction> actions,
      @Nullable String customStatus,
      @Nullable CodeVersion version) {
    Handed handed = take(new AnswerName(key.namespace(), key.uid(), AnswerName.TURN), token);
    if (handed == null || !(handed.item instanceof WorkItem.Turn item)) {
      return CompletableFuture.completedFuture(null);
    }
    return answered(
        handed,
        new Command.CompleteTurn(item.key(), item.turn().token(), actions, customStatus, version));
  }

  /** A turn cannot be handed over because of its size: the instance is stalled. */
  public CompletableFuture<@Nullable Void> stallTurn(WorkItem.Turn item, String description) {
    InstanceKey key = item.key();
    Handed handed = take(new AnswerName(key.namespace(), key.uid(), AnswerName.TURN), item.token());
    if (handed == null) {
      return CompletableFuture.completedFuture(null);
    }
    return answered(handed, new Command.StallTurn(key, item.turn().token(), description));
  }

  /**
   * Takes the answer to an activity; one that nobody waits for is ignored. Completes as {@link
   * #completeTurn} does.
   *
   * @param app of the worker that answers, which need not be the instance's
   * @param token as handed over; empty to mean whatever activity of these ids is out
   */
  public CompletableFuture<@Nullable Void> completeTask(
      String app,
      String uid,
      int taskId,
      String token,
      @Nullable String result,
      @Nullable FailureDetails failure) {
    Handed handed = take(new AnswerName(app, uid, taskId), token);
    if (handed == null || !(handed.item instanceof WorkItem.Task item)) {
      return CompletableFuture.completedFuture(null);
    }
    return answered(
        handed,
        handed.slot.newest instanceof Effect.DispatchActivity attempt
            ? GraphTasks.answer(item.key(), attempt, result, failure)
            : new Command.CompleteTask(
                item.key(), item.task().execution(), taskId, result, failure));
  }

  /** Finds what an answer is for and frees the worker's room. */
  private synchronized @Nullable Handed take(AnswerName name, String token) {
    Handed handed = out.find(name, token);
    if (handed != null) {
      out.forget(handed);
      if (handed.slot.handed == handed) {
        handed.slot.handed = null;
        handed.slot.answering = true;
      }
      pump(handed.seat.pool);
    }
    return handed;
  }

  private CompletableFuture<@Nullable Void> answered(Handed handed, Command command) {
    return engine
        .apply(command)
        .<@Nullable Void>thenApply(reply -> {
          switch (reply) {
            case Reply.Accepted accepted -> settled(handed, accepted.value() != null);
            case Reply.Rejected rejected -> refused(handed, rejected);
          }
          return null;
        });
  }

  /**
   * The answer is dealt with.
   *
   * @param stalled whether it was no progress: then the next turn is not for the same worker
   */
  private synchronized void settled(Handed handed, boolean stalled) {
    Slot slot = handed.slot;
    if (slot.task != null) {
      known.remove(slot);
      return;
    }
    if (slot.answering && handed.item instanceof WorkItem.Turn item) {
      if (slot.isTurn(item.turn().token())) {
        if (!stalled) {
          known.remove(slot);
        }
        slot.answering = false;
      }
    }
  }

  /** The answer is of no use; the work is handed over again after a while. */
  private synchronized void refused(Handed handed, Reply.Rejected rejected) {
    Slot slot = handed.slot;
    if (slot.task != null || !slot.answering) {
      settled(handed, false);
      return;
    }
    slot.refusal = rejected.message();
    int doublings = Math.min(slot.refusals++, RETRY_DOUBLINGS);
    Effect refused = slot.newest;
    later.run(FIRST_RETRY.multipliedBy(1L << doublings), () -> again(slot, refused));
  }

  private synchronized void again(Slot slot, Effect refused) {
    if (!slot.answering
        || known.turn(slot.key) != slot
        || !(refused instanceof Effect.DispatchTurn turn)
        || !slot.isTurn(turn.token())) {
      return;
    }
    slot.answering = false;
    slot.avoid = null;
    queue(slot);
  }

  private synchronized void leave(Seat seat) {
    if (!seat.pool.seats.remove(seat)) {
      return;
    }
    Set<Pool> touched = new HashSet<>();
    for (Handed handed : List.copyOf(seat.has)) {
      out.forget(handed);
      Slot slot = handed.slot;
      if (slot.handed == handed) {
        slot.handed = null;
        Pool.enqueue(slot, true);
        Pool.count(slot, CodeSize.of(slot.newest));
        touched.add(slot.pool);
      }
    }
    touched.forEach(this::pump);
  }

  private Pool pool(String app) {
    return pools.computeIfAbsent(app, name -> new Pool(name, limit));
  }

  private void pump(Pool pool) {
    hand(pool, pool.tasks);
    hand(pool, pool.turns);
    if (pool.wantsMore()) {
      onWantsMore.run();
    }
  }

  private void hand(Pool pool, Deque<Slot> queue) {
    while (!queue.isEmpty()) {
      Slot slot = queue.peekFirst();
      if (!slot.queued) {
        queue.removeFirst();
        continue;
      }
      Seat seat = pool.seat(slot, slot.avoid);
      if (seat == null && slot.avoid != null && pool.seat(slot, null) != null) {
        queue.removeFirst();
        if (!pool.setAside(slot)) {
          known.remove(slot);
        }
        continue;
      }
      if (seat == null) {
        return;
      }
      queue.removeFirst();
      hand(slot, seat);
    }
  }

  private void hand(Slot slot, Seat seat) {
    String token = tokenPrefix + Long.toString(++tokens, Character.MAX_RADIX);
    WorkItem item =
        switch (slot.newest) {
          case Effect.DispatchTurn turn -> new WorkItem.Turn(slot.key, token, turn);
          case Effect.DispatchTask task -> new WorkItem.Task(slot.key, token, task);
          case Effect.DispatchActivity attempt ->
              new WorkItem.Task(slot.key, token, GraphTasks.task(attempt));
          default -> throw new IllegalStateException("no work for a worker: " + slot.newest);
        };
    int taskId =
        item instanceof WorkItem.Task task ? task.task().task().eventId() : AnswerName.TURN;
    AnswerName name = new AnswerName(seat.pool.app, slot.key.uid(), taskId);
    Handed handed = new Handed(name, item, slot, seat);
    slot.queued = false;
    Pool.discount(slot);
    slot.shown = true;
    slot.handed = handed;
    if (slot.task == null) {
      seat.turns++;
      Set<Seat> tried = new HashSet<>();
      if (slot.avoid != null) {
        tried.addAll(slot.avoid);
      }
      tried.add(seat);
      slot.avoid = tried;
    }
    out.add(handed);
    seat.worker.take(item);
  }
}
