package dev.millrace.runtime.local;

import dev.millrace.runtime.lane.LaneSettings;
import dev.millrace.runtime.retention.RetentionPolicy;
import dev.millrace.runtime.time.Clock;
import dev.millrace.runtime.trace.Tracing;

/**
 * How a runtime is made.
 *
 * @param worker the number of this server in identifiers, 0 to 1,023
 * @param activities how many activities run at once
 * @param retention how long ended instances are kept
 * @param tracing which instances are traced
 */
public record RuntimeSettings(
    LaneSettings lane,
    Clock clock,
    int worker,
    int activities,
    RetentionPolicy retention,
    Tracing tracing) {

  private static final int DEFAULT_ACTIVITIES = 256;

  /** Without traces. */
  public RuntimeSettings(
      LaneSettings lane, Clock clock, int worker, int activities, RetentionPolicy retention) {
    this(lane, clock, worker, activities, retention, Tracing.OFF);
  }

  /** One server on the machine's clock, which keeps everything. */
  public static final RuntimeSettings DEFAULT =
      new RuntimeSettings(
          LaneSettings.DEFAULT, Clock.SYSTEM, 0, DEFAULT_ACTIVITIES, RetentionPolicy.FOREVER);
}
