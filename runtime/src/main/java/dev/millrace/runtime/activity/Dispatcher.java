package dev.millrace.runtime.activity;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import java.util.function.Consumer;

/** Hands attempts to whatever runs them. {@link #dispatch} returns at once. */
public interface Dispatcher {

  /**
   * Runs an attempt. The same attempt handed over again while it runs is not run twice.
   *
   * @param results takes one {@link Command.CompleteActivity} or {@link Command.FailActivity}; it
   *     may be called by any thread and never blocks
   */
  void dispatch(InstanceKey key, Effect.DispatchActivity attempt, Consumer<Command> results);

  /**
   * Breaks off what was handed over for a run, as nobody waits for it any more. It may still report
   * a result.
   *
   * @param work as {@link dev.millrace.engine.WorkerActivity#work} names it
   */
  default void drop(InstanceKey key, String work) {
    // One that cannot break off lets it run to its end.
  }
}
