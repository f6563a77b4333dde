package dev.millrace.runtime.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets work run in order of arrival per thing it concerns, after what it needs was read.
 *
 * <p>Each work waits in one queue per {@link Work#turns turn}; it is first in all of them before it
 * is looked at. Work enters all its queues at once, so two can never wait for each other. Lane
 * thread only, except that reads run on the loaders.
 */
final class Admission {

  private final Loads loads;
  private final Executor loaders;
  private final Runnable wake;
  private final Map<Object, Deque<Admitted>> queues = new HashMap<>();
  private final Deque<Admitted> ready = new ArrayDeque<>();
  private final Deque<Admitted> toLoad = new ArrayDeque<>();
  private final Queue<Admitted> loaded = new ConcurrentLinkedQueue<>();
  private int loading;
  private int size;

  /** What the work needs and how it is read. */
  interface Loads {

    /** Whether the work must be prepared by {@link #load}; asked on the lane thread. */
    boolean missing(Work work);

    /** Reads what is missing, on any thread; faults are part of the answer. */
    Loaded load(Work work);
  }

  /** Work that was let in. */
  static final class Admitted {
    final Work work;
    volatile @Nullable Loaded read;
    private int turnsLeft;

    private Admitted(Work work) {
      this.work = work;
    }
  }

  Admission(Loads loads, Executor loaders, Runnable wake) {
    this.loads = loads;
    this.loaders = loaders;
    this.wake = wake;
  }

  /** Lets work in. */
  void admit(Work work) {
    Admitted admitted = new Admitted(work);
    size++;
    for (Object turn : work.turns()) {
      Deque<Admitted> queue = queues.computeIfAbsent(turn, _ -> new ArrayDeque<>(2));
      if (!queue.isEmpty()) {
        admitted.turnsLeft++;
      }
      queue.add(admitted);
    }
    if (admitted.turnsLeft == 0) {
      prepare(admitted);
    }
  }

  /** The next work that may run, or null. The caller runs it and calls {@link #done}. */
  @Nullable Admitted next() {
    Admitted read = loaded.poll();
    while (read != null) {
      loading--;
      ready.add(read);
      read = loaded.poll();
    }
    Admitted first = ready.poll();
    while (first != null && first.read == null && loads.missing(first.work)) {
      // Forgotten by the cache since it was let in.
      toLoad.add(first);
      first = ready.poll();
    }
    startLoads();
    return first;
  }

  /** The work has run; what waited behind it comes to the front. */
  void done(Admitted admitted) {
    size--;
    for (Object turn : admitted.work.turns()) {
      Deque<Admitted> queue = queues.get(turn);
      if (queue == null) {
        continue;
      }
      queue.poll();
      Admitted head = queue.peek();
      if (head == null) {
        queues.remove(turn);
      } else if (--head.turnsLeft == 0) {
        prepare(head);
      }
    }
  }

  /** How much was let in and has not run. */
  int size() {
    return size;
  }

  /** Whether {@link #next} has something to give or to start. */
  boolean idle() {
    return ready.isEmpty() && loaded.isEmpty();
  }

  /** Gives everything that has not run to the consumer and forgets it. */
  void abandon(Consumer<Work> consumer) {
    List<Work> all = new ArrayList<>();
    queues.values().forEach(queue -> queue.forEach(admitted -> all.add(admitted.work)));
    queues.clear();
    ready.clear();
    toLoad.clear();
    size = 0;
    all.forEach(consumer);
  }

  private void prepare(Admitted admitted) {
    if (loads.missing(admitted.work)) {
      toLoad.add(admitted);
      startLoads();
    } else {
      ready.add(admitted);
    }
  }

  private void startLoads() {
    while (loading < LaneSettings.LOADS_AT_ONCE && !toLoad.isEmpty()) {
      Admitted admitted = toLoad.remove();
      if (!loads.missing(admitted.work)) {
        // An earlier read brought it.
        ready.add(admitted);
        continue;
      }
      loading++;
      loaders.execute(() -> {
        admitted.read = loads.load(admitted.work);
        loaded.add(admitted);
        wake.run();
      });
    }
  }
}
