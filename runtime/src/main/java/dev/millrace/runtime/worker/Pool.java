package dev.millrace.runtime.worker;

import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An application's workers and what waits for them. Guarded by the lock of {@link Workers}. */
final class Pool {

  record TaskName(String execution, int taskId) {}

  /** What an answer names; turns have {@link #TURN} for their task. */
  record AnswerName(String app, String uid, int taskId) {
    static final int TURN = Integer.MIN_VALUE;
  }

  /** Work of which at most one copy is out. */
  static final class Slot {
    final InstanceKey key;
    final Pool pool;
    final @Nullable TaskName task;
    Effect newest;
    @Nullable Handed handed;
    boolean queued;

    /** Whether a worker was shown the newest turn. */
    boolean shown;

    boolean answering;
    boolean stalled;
    int refusals;
    String refusal = "";
    @Nullable Set<Seat> avoid;

    Slot(InstanceKey key, Pool pool, @Nullable TaskName task, Effect newest) {
      this.key = key;
      this.pool = pool;
      this.task = task;
      this.newest = newest;
    }
  }

  /** One copy that a worker has. Two are never equal. */
  static final class Handed {
    final AnswerName name;
    final WorkItem item;
    final Slot slot;
    final Seat seat;

    Handed(AnswerName name, WorkItem item, Slot slot, Seat seat) {
      this.name = name;
      this.item = item;
      this.slot = slot;
      this.seat = seat;
    }
  }

  static final class Seat {
    private static final int TURN_SHARE = 10;

    final Pool pool;
    final Worker worker;
    final int capacity;
    final Set<Handed> has = new HashSet<>();
    int turns;

    Seat(Pool pool, Worker worker, int capacity) {
      this.pool = pool;
      this.worker = worker;
      this.capacity = capacity;
    }

    boolean room(boolean turn) {
      // Activities may be many and slow; turns must get through beside them.
      return turn
          ? has.size() < capacity
          : has.size() < capacity && has.size() - turns < capacity - capacity / TURN_SHARE;
    }
  }

  /** How much more than the others a worker may have and still be given the runs it remembers. */
  private static final int WARM_LEAD = 16;

  final String app;
  final Deque<Slot> turns = new ArrayDeque<>();
  final Deque<Slot> tasks = new ArrayDeque<>();

  /** What only a worker with other code can take. */
  final Deque<Slot> stalled = new ArrayDeque<>();

  final Deque<Seat> seats = new ArrayDeque<>();

  Pool(String app) {
    this.app = app;
  }

  /**
   * The worker that remembers the run, unless it has much more to do than another; else the next
   * one that has room, counted round.
   */
  @Nullable Seat seat(Slot slot, @Nullable Set<Seat> avoid) {
    boolean turn = slot.task == null;
    if (turn && avoid == null && slot.newest instanceof Effect.DispatchTurn dispatch) {
      Seat warm = remembering(slot.key, dispatch.token().execution());
      if (warm != null) {
        return warm;
      }
    }
    for (int i = 0; i < seats.size(); i++) {
      Seat seat = seats.removeFirst();
      seats.addLast(seat);
      if (seat.room(turn) && (avoid == null || !avoid.contains(seat))) {
        return seat;
      }
    }
    return null;
  }

  private @Nullable Seat remembering(InstanceKey key, String execution) {
    Seat warm = null;
    int least = Integer.MAX_VALUE;
    for (Seat seat : seats) {
      least = Math.min(least, seat.has.size());
      if (warm == null && seat.room(true) && seat.worker.remembers(key, execution)) {
        warm = seat;
      }
    }
    return warm == null || warm.has.size() > least + WARM_LEAD ? null : warm;
  }

  static void enqueue(Slot slot, boolean first) {
    if (slot.queued) {
      return;
    }
    slot.queued = true;
    Deque<Slot> queue = slot.task == null ? slot.pool.turns : slot.pool.tasks;
    if (first) {
      queue.addFirst(slot);
    } else {
      queue.addLast(slot);
    }
  }

  /** Takes a slot out of its queue, lazily: what is not queued is passed over. */
  static void dequeue(Slot slot) {
    slot.queued = false;
    slot.handed = null;
  }
}
