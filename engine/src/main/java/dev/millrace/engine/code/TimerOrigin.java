package dev.millrace.engine.code;

/**
 * What a timer is for.
 *
 * @param subject the event's name, the task execution id or the child's id; empty for a plain timer
 */
public record TimerOrigin(Kind kind, String subject) {

  /** The kinds of timers. */
  public enum Kind {
    TIMER,
    EXTERNAL_EVENT,
    ACTIVITY_RETRY,
    CHILD_RETRY
  }
}
