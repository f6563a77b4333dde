package dev.millrace.engine.interpreter;

import dev.millrace.engine.code.CodeEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The timers of code workflows. */
final class Timers {

  /** The timer that a delayed start waits for. */
  static final String START = "start";

  private static final String PREFIX = "t";

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

  /** The first whole millisecond that is not before a time, so that nothing is ever early. */
  static Instant due(Instant time) {
    Instant whole = time.truncatedTo(ChronoUnit.MILLIS);
    return whole.equals(time) ? time : whole.plusMillis(1);
  }

  /**
   * Whether a timer is the limit of a wait for an event; upper and lower case are not told apart.
   */
  static boolean limitsWaitFor(CodeEvent.TimerCreated timer, String event) {
    String limited = timer.limitedEvent();
    return limited != null && limited.equalsIgnoreCase(event);
  }
}
