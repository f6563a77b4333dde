package dev.millrace.runtime.time;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Tells the time. Thread-safe. Tests and the simulator give one that they move by hand. */
@FunctionalInterface
public interface Clock {

  /** Now, in milliseconds precision. May step backwards when the machine's clock is set. */
  Instant now();

  /** The machine's clock. */
  Clock SYSTEM = () -> java.time.Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS);
}
