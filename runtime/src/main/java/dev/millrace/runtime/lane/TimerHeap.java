package dev.millrace.runtime.lane;

import dev.millrace.store.Rows;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The timers of the near future, in memory. Lane thread only.
 *
 * <p>The store is the truth for what lies beyond {@link #coveredUntil}. A refill reads committed
 * rows on another thread while the lane goes on arming and cancelling; {@code changed} remembers
 * each such change until the store's answer can no longer be older than it, and a row read for a
 * changed timer is passed over.
 */
final class TimerHeap {

  private static final int SLACK = 1000;

  private final PriorityQueue<Armed> heap =
      new PriorityQueue<>(Comparator.comparing((Armed armed) -> armed.row().dueAt()));
  private final Map<Rows.TimerKey, Armed> current = new HashMap<>();
  private final Map<Rows.TimerKey, Change> changed = new HashMap<>();
  private Instant coveredUntil;
  private boolean refilling;

  /** What a batch, not yet known to the store, does to a timer; null cancels it. */
  private record Change(long batch, @Nullable Armed armed) {}

  /** A timer; identity tells it from one armed again with the same id. */
  static final class Armed {
    private final Rows.TimerRow row;
    private final boolean stored;

    private Armed(Rows.TimerRow row, boolean stored) {
      this.row = row;
      this.stored = stored;
    }

    Rows.TimerRow row() {
      return row;
    }

    /** Whether it has a row in the store. */
    boolean stored() {
      return stored;
    }

    Rows.TimerKey key() {
      return new Rows.TimerKey(row.key(), row.timerId());
    }
  }

  TimerHeap(Instant now) {
    coveredUntil = now;
  }

  /**
   * Arms or moves a timer.
   *
   * @param stored false for timers that live in memory only
   * @param batch the number of the batch that carries the change
   */
  void arm(Rows.TimerRow row, boolean stored, long batch) {
    Armed armed = new Armed(row, stored);
    changed.put(armed.key(), new Change(batch, armed));
    if (!stored || row.dueAt().isBefore(coveredUntil)) {
      add(armed);
    } else {
      current.remove(armed.key());
    }
  }

  void cancel(Rows.TimerKey key, long batch) {
    changed.put(key, new Change(batch, null));
    current.remove(key);
    if (heap.size() > 2 * current.size() + SLACK) {
      heap.clear();
      heap.addAll(current.values());
    }
  }

  /** Takes a timer whose time has come, or null. It stays current until {@link #finish}. */
  @Nullable Armed due(Instant now) {
    dropStale();
    Armed first = heap.peek();
    if (first == null || first.row().dueAt().isAfter(now)) {
      return null;
    }
    return heap.poll();
  }

  /** Whether a timer taken by {@link #due} has neither been moved nor cancelled since. */
  boolean isCurrent(Armed armed) {
    return current.get(armed.key()) == armed;
  }

  /** Forgets a timer that has fired. */
  void finish(Armed armed, long batch) {
    if (current.remove(armed.key(), armed)) {
      changed.put(armed.key(), new Change(batch, null));
    }
  }

  /** Forgets a timer without claiming that its row goes. */
  void drop(Armed armed) {
    current.remove(armed.key(), armed);
  }

  /** When the next timer is due or a refill is wanted. */
  Instant nextWake() {
    dropStale();
    Armed first = heap.peek();
    Instant refill = coveredUntil.minus(LaneSettings.TIMER_WINDOW.dividedBy(2));
    return first != null && (first.row().dueAt().isBefore(refill) || !hasRoom())
        ? first.row().dueAt()
        : refill;
  }

  /** Has the store asked again for what was dropped. */
  void readAgain(Instant now) {
    coveredUntil = now;
  }

  boolean wantsRefill(Instant now) {
    return hasRoom() && coveredUntil.isBefore(now.plus(LaneSettings.TIMER_WINDOW.dividedBy(2)));
  }

  private boolean hasRoom() {
    return !refilling && heap.size() < 2 * LaneSettings.TIMER_PAGE;
  }

  /** Begins a refill; timers armed from now on up to the horizon are kept in memory. */
  int beginRefill(Instant horizon) {
    refilling = true;
    coveredUntil = horizon;
    for (Change change : changed.values()) {
      Armed armed = change.armed();
      if (armed != null && armed.row().dueAt().isBefore(horizon)) {
        if (!isCurrent(armed)) {
          add(armed);
        }
      }
    }
    return current.size() + LaneSettings.TIMER_PAGE;
  }

  /** Takes what the store had; a full page covers only what lies before its last row. */
  void refilled(List<Rows.TimerRow> rows, boolean full, long committed) {
    refilling = false;
    for (Rows.TimerRow row : rows) {
      Armed armed = new Armed(row, true);
      if (!changed.containsKey(armed.key()) && !current.containsKey(armed.key())) {
        add(armed);
      }
    }
    if (full) {
      coveredUntil = rows.getLast().dueAt();
    }
    committed(committed);
  }

  /** The changes up to a batch are in the store. */
  void committed(long batch) {
    if (!refilling) {
      changed.values().removeIf(change -> change.batch() <= batch);
    }
  }

  int size() {
    return current.size();
  }

  private void add(Armed armed) {
    current.put(armed.key(), armed);
    heap.add(armed);
  }

  private void dropStale() {
    Armed first = heap.peek();
    while (first != null && !isCurrent(first)) {
      heap.poll();
      first = heap.peek();
    }
  }
}
