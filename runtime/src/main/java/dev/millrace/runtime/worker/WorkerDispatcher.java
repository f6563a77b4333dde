package dev.millrace.runtime.worker;

import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;

/**
 * Takes the work of code workflows once it is committed. Called by the lane; returns at once. Work
 * is lost when the server stops, and offered again after a restart.
 */
public interface WorkerDispatcher {

  /**
   * A turn. One that no worker was shown is replaced by a newer one of the same instance; one that
   * a worker was shown stays as it is, also when another worker takes it over.
   */
  void turn(InstanceKey key, Effect.DispatchTurn turn);

  /** An activity. The same one offered again while it is known is not run twice. */
  void task(InstanceKey key, Effect.DispatchTask task);

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
        public void drop(InstanceKey key, String execution) {}
      };
}
