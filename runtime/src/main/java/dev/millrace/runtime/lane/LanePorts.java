package dev.millrace.runtime.lane;

import dev.millrace.runtime.activity.Dispatcher;
import dev.millrace.runtime.time.Clock;
import dev.millrace.runtime.trace.Tracing;
import dev.millrace.runtime.worker.WorkerDispatcher;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a lane needs of the world. A simulator gives executors that it steps by hand.
 *
 * @param seeds where the moments of decisions draw from
 * @param committer runs one commit at a time
 * @param loaders runs reads of the store
 * @param callbacks completes replies, so that what a caller hangs onto them never holds up the lane
 * @param workers runs code workflows and their activities
 * @param tracing which instances are traced
 */
public record LanePorts(
    Clock clock,
    LongSupplier seeds,
    Executor committer,
    Executor loaders,
    Executor callbacks,
    Dispatcher dispatcher,
    WorkerDispatcher workers,
    Tracing tracing) {

  /** Without traces. */
  public LanePorts(
      Clock clock,
      LongSupplier seeds,
      Executor committer,
      Executor loaders,
      Executor callbacks,
      Dispatcher dispatcher,
      WorkerDispatcher workers) {
    this(clock, seeds, committer, loaders, callbacks, dispatcher, workers, Tracing.OFF);
  }

  /** Without workers for code workflows. */
  public LanePorts(
      Clock clock,
      LongSupplier seeds,
      Executor committer,
      Executor loaders,
      Executor callbacks,
      Dispatcher dispatcher) {
    this(clock, seeds, committer, loaders, callbacks, dispatcher, WorkerDispatcher.NONE);
  }
}
