package dev.millrace.runtime.worker;

import dev.millrace.engine.InstanceKey;

/** A connected worker: one stream of work items. */
@FunctionalInterface
public interface Worker {

  /**
   * Takes an item. Called by any thread, one at a time per worker, with the worker's lock held: it
   * must not block and must not call {@link Workers}. Never called for more items than the capacity
   * it was connected with.
   */
  void take(WorkItem item);

  /**
   * Whether it keeps the history of a run, so that a turn costs it less than it costs others.
   * Called as {@link #take} is.
   */
  default boolean remembers(InstanceKey key, String execution) {
    return false;
  }
}
