package dev.millrace.store;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * What each dialect calls the state of an instance: the one table, as pure functions of state and
 * reason. Views and answers are derived from it; no second status is stored.
 */
public final class StatusWords {

  private StatusWords() {}

  /**
   * The word of the process API, at most 10 characters. An incident does not change it; it is shown
   * beside the word.
   */
  public static String process(Status status, EndReason reason, boolean incident) {
    return switch (status) {
      case PENDING, RUNNING -> "started";
      case SUSPENDED -> "suspended";
      case COMPLETED -> "completed";
      case FAILED -> "failed";
      case TERMINATED, CANCELED -> "stopped";
    };
  }

  /**
   * The {@code runtimeStatus} of the Dapr workflow API. Its own terminate call ends an instance as
   * {@link Status#TERMINATED}; {@link Status#CANCELED} is a cancel by a person elsewhere.
   */
  public static String dapr(Status status, EndReason reason, boolean incident) {
    return switch (status) {
      case PENDING -> "PENDING";
      case RUNNING -> "RUNNING";
      case SUSPENDED -> "SUSPENDED";
      case COMPLETED -> "COMPLETED";
      case FAILED -> "FAILED";
      case TERMINATED -> "TERMINATED";
      case CANCELED -> "CANCELED";
    };
  }

  /** The number of NocoBase's workflow API; null means queueing. It knows no suspension. */
  public static @Nullable Integer nocobase(Status status, EndReason reason, boolean incident) {
    return switch (status) {
      case PENDING -> null;
      case RUNNING, SUSPENDED -> NocoBase.STARTED;
      case COMPLETED -> NocoBase.RESOLVED;
      case FAILED ->
          switch (reason) {
            case DECIDED -> NocoBase.FAILED;
            case RETRY_NEEDED -> NocoBase.RETRY_NEEDED;
            case NONE, ERROR, SYSTEM, REJECTED, PERSON -> NocoBase.ERROR;
          };
      case TERMINATED ->
          switch (reason) {
            case REJECTED -> NocoBase.REJECTED;
            case NONE, DECIDED, ERROR, RETRY_NEEDED, SYSTEM, PERSON -> NocoBase.ABORTED;
          };
      case CANCELED -> NocoBase.CANCELED;
    };
  }

  /** The numbers of NocoBase's execution states. */
  private static final class NocoBase {
    static final int STARTED = 0;
    static final int RESOLVED = 1;
    static final int FAILED = -1;
    static final int ERROR = -2;
    static final int ABORTED = -3;
    static final int CANCELED = -4;
    static final int REJECTED = -5;
    static final int RETRY_NEEDED = -6;

    private NocoBase() {}
  }
}
