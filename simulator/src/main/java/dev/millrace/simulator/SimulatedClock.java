package dev.millrace.simulator;

import dev.millrace.runtime.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The wall clock of the servers: may stand still and jump back. One thread. */
final class SimulatedClock implements Clock {

  private final Agenda agenda;
  private Duration offset = Duration.ZERO;
  private @Nullable Instant frozen;
  private Instant latest;

  SimulatedClock(Agenda agenda) {
    this.agenda = agenda;
    latest = agenda.now();
  }

  @Override
  public Instant now() {
    Instant shown =
        frozen == null ? agenda.now().plus(offset).truncatedTo(ChronoUnit.MILLIS) : frozen;
    if (shown.isAfter(latest)) {
      latest = shown;
    }
    return shown;
  }

  /** The latest time it ever showed or could have shown: nothing may be done before that. */
  Instant latest() {
    now();
    return latest;
  }

  /** Shows the same time until {@link #go}. */
  void stop() {
    frozen = now();
  }

  /** Goes on from where it stopped. */
  void go() {
    if (frozen != null) {
      offset = Duration.between(agenda.now(), frozen);
      frozen = null;
    }
  }

  void jump(Duration by) {
    if (frozen == null) {
      offset = offset.plus(by);
    }
  }
}
