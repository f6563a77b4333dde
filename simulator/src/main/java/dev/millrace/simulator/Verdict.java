package dev.millrace.simulator;

import org.jspecify.annotations.Nullable;

/**
 * The first broken law of a run. Laws are checked deep inside calls of the runtime, which survives
 * exceptions, so a breach is noted here and looked at after each step. One thread.
 */
final class Verdict {

  private @Nullable String breach;

  /**
   * Notes a breach.
   *
   * @param law as {@code I7}, see the invariants in the documentation
   */
  void breach(String law, String what) {
    if (breach == null) {
      breach = law + ": " + what;
    }
  }

  void require(boolean holds, String law, String what) {
    if (!holds) {
      breach(law, what);
    }
  }

  @Nullable String first() {
    return breach;
  }
}
