package dev.millrace.engine;

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
 */
public record Failure(
    String type,
    String message,
    String nodeId,
    boolean retryable,
    @Nullable Object detail,
    @Nullable Instant at,
    @Nullable End end) {

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

  /** The same failure, seen at a node and a time. */
  public Failure at(String where, Instant when) {
    return new Failure(type, message, where, retryable, detail, when, end);
  }

  /** The same failure, ending an instance in another way. */
  public Failure ending(@Nullable End how) {
    return new Failure(type, message, nodeId, retryable, detail, at, how);
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
    json.put("retryable", retryable);
    json.put("detail", detail);
    json.put("at", at == null ? null : at.toEpochMilli());
    return json;
  }
}
