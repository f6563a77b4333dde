package dev.millrace.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One work item of one person.
 *
 * @param operation {@code agree}, {@code disagree}, {@code submit}; empty while open
 * @param payload what was submitted, or null
 */
public record HumanTask(
    String id,
    String user,
    State state,
    String operation,
    @Nullable Object payload,
    Instant changedAt) {

  /** The life of a work item. */
  public enum State {
    OFFERED,
    ALLOCATED,
    STARTED,
    SUSPENDED,
    COMPLETED,
    CANCELED;

    public boolean open() {
      return switch (this) {
        case OFFERED, ALLOCATED, STARTED, SUSPENDED -> true;
        case COMPLETED, CANCELED -> false;
      };
    }
  }
}
