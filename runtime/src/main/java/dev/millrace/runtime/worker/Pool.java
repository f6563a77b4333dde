package dev.millrace.runtime.worker;

import dev.millrace.engine.Command;
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

    /** Whether it waits among what is stalled. */
    boolean aside;

    /** Whether it counts among what waits, with this size. */
    boolean counted;

    long bytes;

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

    /** Whether it is this turn, whatever is shown with it. */
    boolean isTurn(Command.TurnToken token) {
      return newest instanceof Effect.DispatchTurn known
          && known.token().turn() == token.turn()
          && known.token().execution().equals(token.execution());
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
  final Waiting limit;
  private int waiting;
  private long waitingBytes;

  /** Whether work was left to the store since all of it was offered last. */
  boolean missing;

  /** Whether the store's work is being offered because some was missing. */
  boolean refilling;

  /** Whether stalled work was left to the store. */
  boolean stalledMissing;

  Pool(String app, Waiting limit) {
    this.app = app;
    this.limit = limit;
  }

  /**
   * How much waits in memory at most; the rest is found in the store again. What comes anew gets
   * half of it as long as something older is in the store only.
   */
  record Waiting(int items, long bytes) {
    static final Waiting DEFAULT = new Waiting(20_000, 64L << 20);
  }

  /** Whether one more may wait. */
  boolean fits(long bytes, boolean fromStore) {
    int share = fromStore || !(missing || refilling) ? 1 : 2;
    return waiting < limit.items() / share
        && (waiting == 0 || waitingBytes + bytes <= limit.bytes() / share);
  }

  /** Whether there is room for what the store has, and somebody to take it. */
  boolean wantsMore() {
    return (missing || refilling)
        && !seats.isEmpty()
        && waiting <= limit.items() / 2
        && waitingBytes <= limit.bytes() / 2;
  }

  /** All that the store has is going to be offered, or has been. */
  void offering(boolean begins) {
    if (!begins) {
      refilling = false;
    } else if (!seats.isEmpty()) {
      refilling = missing;
      missing = false;
    }
  }

  /** Keeps what only a worker that connects can take; false when there is no room for it. */
  boolean setAside(Slot slot) {
    long bytes = slot.counted ? slot.bytes : CodeSize.of(slot.newest);
    discount(slot);
    slot.bytes = bytes;
    if (stalled.size() >= limit.items()) {
      dequeue(slot);
      stalledMissing = true;
      return false;
    }
    slot.aside = true;
    stalled.add(slot);
    return true;
  }

  /** A worker connects: what was set aside waits again. */
  void takeBackStalled() {
    for (Slot slot : stalled) {
      slot.aside = false;
      turns.addLast(slot);
      count(slot, slot.bytes);
    }
    stalled.clear();
    missing |= stalledMissing;
    stalledMissing = false;
  }

  static void count(Slot slot, long bytes) {
    if (!slot.counted) {
      slot.counted = true;
      slot.bytes = bytes;
      slot.pool.waiting++;
      slot.pool.waitingBytes += bytes;
    }
  }

  static void discount(Slot slot) {
    if (slot.counted) {
      slot.counted = false;
      slot.pool.waiting--;
      slot.pool.waitingBytes -= slot.bytes;
    }
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
    discount(slot);
    if (slot.aside) {
      slot.aside = false;
      slot.pool.stalled.remove(slot);
    }
  }
}
