package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;

/** The moment at which an evaluation is given up. Used by one thread. */
public final class Deadline {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long startNanos = System.nanoTime();
  private final long budgetNanos;

  private Deadline(long budgetNanos) {
    this.budgetNanos = budgetNanos;
  }

  /** A deadline one evaluation's time from now. */
  public static Deadline start() {
    return new Deadline(ExpressionLimits.EVALUATION_MILLIS_MAX * NANOS_PER_MILLI);
  }

  /**
   * Does nothing before the deadline.
   *
   * @throws ExpressionException after it
   */
  public void check() {
    if (System.nanoTime() - startNanos > budgetNanos) {
      throw new ExpressionException(
          "the evaluation took longer than " + ExpressionLimits.EVALUATION_MILLIS_MAX + " ms");
    }
  }
}
