package dev.millrace.engine;

import dev.millrace.engine.code.FailureDetails;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that went wrong.
 *
 * @param type one of the process API's error types or an open dotted code, as {@code http.503}
 * @param nodeId where, empty for the instance as a whole
 * @param detail plain JSON, or null
 * @param end what becomes of an instance that it ends; null for {@link Status#FAILED} with {@link
 *     EndReason#ERROR}
 * @param seen the run that failed, or null
 */
public record Failure(
    String type,
    String message,
    String nodeId,
    boolean retryable,
    @Nullable Object detail,
    @Nullable Instant at,
    @Nullable End end,
    @Nullable Seen seen) {

  /** One that was not seen at a run. */
  public Failure(
      String type,
      String message,
      String nodeId,
      boolean retryable,
      @Nullable Object detail,
      @Nullable Instant at,
      @Nullable End end) {
    this(type, message, nodeId, retryable, detail, at, end, null);
  }

  /**
   * The run that failed.
   *
   * @param index counts the runs of the node from 0
   * @param attempt from 1
   */
  public record Seen(int index, int attempt) {}

  /** The state that a failure leaves an instance in, where nobody takes it. */
  public record End(Status status, EndReason reason) {}

  /** A failure that ends an instance as an error. */
  public Failure(
      String type,
      String message,
      String nodeId,
      boolean retryable,
      @Nullable Object detail,
      @Nullable Instant at) {
    this(type, message, nodeId, retryable, detail, at, null);
  }

  public static Failure of(String type, String message) {
    return new Failure(type, message, "", false, null, null);
  }

  /** What a worker says of its failure, of no node; the detail is all that it said. */
  public static Failure of(FailureDetails details, @Nullable Instant at) {
    return new Failure(
        details.type(), details.message(), "", !details.nonRetriable(), details.toJson(), at);
  }

  /** The same failure, seen at a node and a time. */
  public Failure at(String where, Instant when) {
    return new Failure(type, message, where, retryable, detail, when, end, seen);
  }

  /** The same failure, seen at a run. */
  public Failure at(NodeRun run, Instant when) {
    Seen here = new Seen(run.place().index(), run.attempt());
    return new Failure(type, message, run.place().nodeId(), retryable, detail, when, end, here);
  }

  /**
   * What stands behind the first dot of the type: the status of a call, the state of a database.
   */
  public String code() {
    int dot = type.indexOf('.');
    return dot < 0 ? "" : type.substring(dot + 1);
  }

  /** The same failure, ending an instance in another way. */
  public Failure ending(@Nullable End how) {
    return new Failure(type, message, nodeId, retryable, detail, at, how, seen);
  }

  /** The state of an instance that it ends. */
  public Status status() {
    return end == null ? Status.FAILED : end.status();
  }

  /** The reason of an instance that it ends. */
  public EndReason reason() {
    return end == null ? EndReason.ERROR : end.reason();
  }

  /** As an expression sees it: {@code {{error.type}}} and so on. */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("type", type);
    json.put("message", message);
    json.put("taskId", nodeId);
    json.put("index", seen == null ? null : (Object) (long) seen.index());
    json.put("attempt", seen == null ? null : (Object) (long) seen.attempt());
    json.put("retryable", retryable);
    json.put("code", code());
    json.put("detail", detail);
    json.put("at", at == null ? null : at.toEpochMilli());
    return json;
  }
}
