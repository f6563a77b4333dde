package dev.millrace.format.nocobase.node;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of NocoBase's job states, and what stands for them in the engine: the type of a
 * failure says how a job failed and what that makes of the execution.
 */
public enum JobStatus {
  PENDING(0, "", Status.RUNNING, EndReason.NONE),
  RESOLVED(1, "", Status.COMPLETED, EndReason.NONE),
  FAILED(-1, "nocobase.failed", Status.FAILED, EndReason.DECIDED),
  ERROR(-2, "nocobase.error", Status.FAILED, EndReason.ERROR),
  ABORTED(-3, "nocobase.aborted", Status.TERMINATED, EndReason.SYSTEM),
  CANCELED(-4, "nocobase.canceled", Status.CANCELED, EndReason.DECIDED),
  REJECTED(-5, "nocobase.rejected", Status.TERMINATED, EndReason.REJECTED),
  RETRY_NEEDED(-6, "nocobase.retry_needed", Status.FAILED, EndReason.RETRY_NEEDED);

  private static final String TIMEOUT = "timeout";

  private final int number;
  private final String failureType;
  private final Status status;
  private final EndReason reason;

  JobStatus(int number, String failureType, Status status, EndReason reason) {
    this.number = number;
    this.failureType = failureType;
    this.status = status;
    this.reason = reason;
  }

  /** The number in NocoBase's workflow API. */
  public int number() {
    return number;
  }

  /** The type of the failures that mean this, empty for none. */
  public String failureType() {
    return failureType;
  }

  /** The status of a number; others than the eight count by their sign. */
  public static JobStatus of(long number) {
    for (JobStatus status : values()) {
      if (status.number == number) {
        return status;
      }
    }
    return number > 0 ? RESOLVED : FAILED;
  }

  /** The status that a failure means. */
  public static JobStatus of(Failure failure) {
    for (JobStatus status : values()) {
      if (!status.failureType.isEmpty() && status.failureType.equals(failure.type())) {
        return status;
      }
    }
    return failure.type().equals(TIMEOUT) ? ABORTED : ERROR;
  }

  private Failure.End end() {
    return new Failure.End(status, reason);
  }

  /** The ends of an instance that NocoBase shows with a number; empty for those that are none. */
  public static Set<Failure.End> ends(long number) {
    JobStatus status = of(number);
    if (number == 0 || status.number != number) {
      return Set.of();
    }
    return status == ABORTED
        ? Set.of(status.end(), new Failure.End(Status.CANCELED, EndReason.PERSON))
        : Set.of(status.end());
  }

  /** The failure that means this status. */
  public Failure failure(String message) {
    return Failure.of(failureType, message).ending(end());
  }

  /** The end of a node with this status: with a result where it is one of the good ones. */
  public Step step(@Nullable Object result, String message) {
    return switch (this) {
      case PENDING -> new Step.Stay();
      case RESOLVED -> Step.Done.of(result);
      case FAILED, ERROR, ABORTED, CANCELED, REJECTED, RETRY_NEEDED ->
          new Step.Failed(failure(message), result);
    };
  }

  /** What a node shows of something that was thrown. */
  public static Map<String, @Nullable Object> thrown(String message) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("message", message);
    return shown;
  }

  /** The end of a node in which something was thrown. */
  public static Step.Failed error(String message) {
    return new Step.Failed(ERROR.failure(message), thrown(message));
  }

  /** The end of a node whose expression failed: the result is the text of the error. */
  public static Step.Failed expressionError(String text) {
    return new Step.Failed(ERROR.failure(text), text);
  }
}
