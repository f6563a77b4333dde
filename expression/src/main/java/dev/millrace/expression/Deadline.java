package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * The moment at which an evaluation is given up: when it has used its CPU time, or a much longer
 * time by the clock. Used by one thread.
 */
public final class Deadline {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long CPU_MAX = ExpressionLimits.EVALUATION_CPU_MILLIS_MAX * NANOS_PER_MILLI;
  private static final long CLOCK_MAX = ExpressionLimits.EVALUATION_MILLIS_MAX * NANOS_PER_MILLI;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long startNanos = System.nanoTime();
  private final long startCpuNanos = cpuNanos();

  private Deadline() {}

  /** A deadline one evaluation's time from now. */
  public static Deadline start() {
    return new Deadline();
  }

  /** Of this thread; 0 where it cannot be measured, as for virtual threads. */
  private static long cpuNanos() {
    return Thread.currentThread().isVirtual() || !THREADS.isCurrentThreadCpuTimeSupported()
        ? 0
        : THREADS.getCurrentThreadCpuTime();
  }

  /**
   * Does nothing before the deadline.
   *
   * @throws ExpressionException after it
   */
  public void check() {
    long elapsed = System.nanoTime() - startNanos;
    // CPU time never runs ahead of the clock, and asking for it is dear.
    if (elapsed > CPU_MAX && (elapsed > CLOCK_MAX || cpuNanos() - startCpuNanos > CPU_MAX)) {
      throw new ExpressionException(
          "the evaluation took longer than "
              + ExpressionLimits.EVALUATION_CPU_MILLIS_MAX
              + " ms of computing");
    }
  }
}
