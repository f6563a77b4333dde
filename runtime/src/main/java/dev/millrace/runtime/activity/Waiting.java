package dev.millrace.runtime.activity;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For activities that wait for work which other activities may have to do. Only so many run at
 * once; without giving up their place they could wait for those that wait for a place.
 */
public final class Waiting {

  /** The dispatcher that runs the activity of this thread. */
  private static final ThreadLocal<@Nullable ActivityDispatcher> RUNS = new ThreadLocal<>();

  private Waiting() {}

  static void runs(ActivityDispatcher dispatcher) {
    RUNS.set(dispatcher);
  }

  /**
   * Does what waits; the place of the activity that this thread runs, if any, is free meanwhile.
   */
  public static <T extends @Nullable Object> T forOthers(Supplier<T> waiting) {
    ActivityDispatcher dispatcher = RUNS.get();
    if (dispatcher == null) {
      return waiting.get();
    }
    dispatcher.giveUpPlace();
    try {
      return waiting.get();
    } finally {
      dispatcher.takePlaceAgain();
    }
  }
}
