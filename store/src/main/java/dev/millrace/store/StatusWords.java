package dev.millrace.store;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import java.util.Map;
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

  /**
   * The types of failures that stand for a job state of NocoBase's workflow API other than error,
   * and the number of each.
   */
  public static final Map<String, Integer> NOCOBASE_FAILURES =
      Map.of(
          "nocobase.failed", NocoBase.FAILED,
          "nocobase.aborted", NocoBase.ABORTED,
          "nocobase.canceled", NocoBase.CANCELED,
          "nocobase.rejected", NocoBase.REJECTED,
          "nocobase.retry_needed", NocoBase.RETRY_NEEDED);

  /**
   * The state of a job in NocoBase's workflow API.
   *
   * @param cut whether the execution was ended from outside, see {@link #nocobaseReason}
   */
  public static int nocobaseJob(NodeRun run, boolean cut) {
    if (run.notes() != null && run.notes().decided()) {
      return NocoBase.RESOLVED;
    }
    NodeRun.Result result = run.result();
    if (result == null) {
      return NocoBase.STARTED;
    }
    return switch (result.status()) {
      case DONE, SKIPPED -> NocoBase.RESOLVED;
      case TIMEOUT -> NocoBase.ABORTED;
      case STOPPED -> cut ? NocoBase.ABORTED : NocoBase.STARTED;
      case FAILED, TODO, OFFERED, ALLOCATED, STARTED, SUSPENDED ->
          NOCOBASE_FAILURES.getOrDefault(
              result.failure() == null ? "" : result.failure().type(), NocoBase.ERROR);
    };
  }

  /**
   * Why somebody or something outside ended an execution, in NocoBase's words; null where it ended
   * by itself or has not ended.
   *
   * @param failureType of the failure that the instance ended with, empty for none
   */
  public static @Nullable String nocobaseReason(
      Status status, EndReason reason, String failureType) {
    return switch (status) {
      case CANCELED -> reason == EndReason.PERSON ? "manual_cancel" : null;
      case TERMINATED ->
          reason != EndReason.SYSTEM
              ? null
              : switch (failureType) {
                case "timeout" -> "timeout";
                case "canceled", "" -> "parent_aborted";
                default -> null;
              };
      case PENDING, RUNNING, SUSPENDED, COMPLETED, FAILED -> null;
    };
  }

  /**
   * The number of NocoBase's workflow API; null means queueing. It knows no suspension. A cancel by
   * a person is an abort there.
   */
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
      case CANCELED -> reason == EndReason.DECIDED ? NocoBase.CANCELED : NocoBase.ABORTED;
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
