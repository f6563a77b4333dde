package dev.millrace.runtime.worker;

import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;

/**
 * Takes the work of workers once it is committed. Called by the lane; returns at once. Work is lost
 * when the server stops, and offered again after a restart.
 */
public interface WorkerDispatcher {

  /**
   * A turn. One that no worker was shown is replaced by a newer one of the same instance; one that
   * a worker was shown stays as it is, also when another worker takes it over.
   */
  void turn(InstanceKey key, Effect.DispatchTurn turn);

  /** An activity. The same one offered again while it is known is not run twice. */
  void task(InstanceKey key, Effect.DispatchTask task);

  /**
   * An activity that a node of a graph asks for. The same attempt offered again while it is known
   * is not run twice; an earlier attempt of the run that no worker has is forgotten.
   */
  void activity(InstanceKey key, Effect.DispatchActivity attempt);

  /**
   * Offers work that the store has: a turn, a task or an activity that may be known here already.
   */
  default void again(InstanceKey key, Effect work) {}

  /** Whether work was left to the store that a worker may take now. */
  default boolean wantsMore() {
    return false;
  }

  /** All that the store has is going to be offered, or has been. */
  default void offering(boolean begins) {}

  /** Names what is called when {@link #wantsMore} may have come true; it must not block. */
  default void onWantsMore(Runnable listener) {}

  /** Forgets the work of an instance's run that no worker has yet. */
  void drop(InstanceKey key, String execution);

  /** Takes nothing: for runtimes without code workflows. */
  WorkerDispatcher NONE =
      new WorkerDispatcher() {
        @Override
        public void turn(InstanceKey key, Effect.DispatchTurn turn) {}

        @Override
        public void task(InstanceKey key, Effect.DispatchTask task) {}

        @Override
        public void activity(InstanceKey key, Effect.DispatchActivity attempt) {}

        @Override
        public void drop(InstanceKey key, String execution) {}
      };
}
