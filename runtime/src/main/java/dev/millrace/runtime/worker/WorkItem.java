package dev.millrace.runtime.worker;

import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;

/** One thing handed to a worker. */
public sealed interface WorkItem {

  /** The instance it is for. */
  InstanceKey key();

  /** Opaque, fresh for each time something is handed over; never empty. */
  String token();

  /** A turn of a workflow. */
  record Turn(InstanceKey key, String token, Effect.DispatchTurn turn) implements WorkItem {}

  /** An activity. */
  record Task(InstanceKey key, String token, Effect.DispatchTask task) implements WorkItem {}
}
