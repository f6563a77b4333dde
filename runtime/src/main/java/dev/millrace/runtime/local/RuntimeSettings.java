package dev.millrace.runtime.local;

import dev.millrace.runtime.lane.LaneSettings;
import dev.millrace.runtime.time.Clock;

/**
 * How a runtime is made.
 *
 * @param worker the number of this server in identifiers, 0 to 1,023
 * @param activities how many activities run at once
 */
public record RuntimeSettings(LaneSettings lane, Clock clock, int worker, int activities) {

  private static final int DEFAULT_ACTIVITIES = 256;

  /** One server on the machine's clock. */
  public static final RuntimeSettings DEFAULT =
      new RuntimeSettings(LaneSettings.DEFAULT, Clock.SYSTEM, 0, DEFAULT_ACTIVITIES);
}
