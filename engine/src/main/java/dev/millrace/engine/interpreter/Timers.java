package dev.millrace.engine.interpreter;

import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.TimerOrigin;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The timers of code workflows. */
final class Timers {

  /** The timer that a delayed start waits for. */
  static final String START = "start";

  private static final String PREFIX = "t";

  /** From here on a time means "never": the year that workers write for a wait without limit. */
  private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

  private Timers() {}

  static String id(int timer) {
    return PREFIX + timer;
  }

  /** The action of a timer's id, -1 for ids of another form. */
  static int action(String timerId) {
    return timerId.startsWith(PREFIX) && timerId.length() > 1 && digits(timerId)
        ? Integer.parseInt(timerId.substring(1))
        : -1;
  }

  private static boolean digits(String timerId) {
    return timerId.substring(1).chars().allMatch(letter -> letter >= '0' && letter <= '9');
  }

  /** Whether it ever fires. */
  static boolean fires(CodeEvent.TimerCreated timer) {
    return timer.fireAt().isBefore(NEVER);
  }

  /** The first whole millisecond that is not before a time, so that nothing is ever early. */
  static Instant due(Instant time) {
    Instant whole = time.truncatedTo(ChronoUnit.MILLIS);
    return whole.equals(time) ? time : whole.plusMillis(1);
  }

  /**
   * Whether a timer is the limit of a wait for an event; upper and lower case are not told apart.
   */
  static boolean limitsWaitFor(CodeEvent.TimerCreated timer, String event) {
    TimerOrigin origin = timer.origin();
    if (origin != null) {
      return origin.kind() == TimerOrigin.Kind.EXTERNAL_EVENT
          && origin.subject().equalsIgnoreCase(event);
    }
    String name = timer.name();
    return name != null && !name.isEmpty() && name.equalsIgnoreCase(event);
  }
}
