package dev.millrace.runtime.explain;

import java.time.Instant;

/**
 * Why one thing of an instance does not go on.
 *
 * @param since when it began to wait
 * @param holder what holds it: an activity, a time, a person, another instance
 * @param unblockedBy what makes it go on
 * @param sentence all of it for a reader
 */
public record WaitReason(
    Kind kind, Instant since, String holder, String unblockedBy, String sentence) {

  /** The kinds of waiting. */
  public enum Kind {
    ACTIVITY,
    TIME,
    EVENT,
    CALLBACK,
    PEOPLE,
    CHILD,
    RETRY,
    OPERATOR,
    RACE,
    BODIES,
    JOIN,
    PARKED,
    SLOT,
    WORKER,
    STALLED,
    SUSPENDED
  }
}
