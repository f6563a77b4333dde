package dev.millrace.engine.code;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker says about a failure; kept and given back unchanged. */
public record FailureDetails(
    String type,
    String message,
    @Nullable String stackTrace,
    @Nullable FailureDetails inner,
    boolean nonRetriable) {

  /** The type of the failure of a child whose id is in use. */
  public static final String ALREADY_EXISTS = "WorkflowInstanceAlreadyExists";

  /** A failure found by the server. */
  public static FailureDetails of(String type, String message) {
    return new FailureDetails(type, message, null, null, false);
  }

  /** As plain JSON; {@link #fromJson} reads it. */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("errorType", type);
    json.put("errorMessage", message);
    json.put("stackTrace", stackTrace);
    json.put("innerFailure", inner == null ? null : inner.toJson());
    json.put("isNonRetriable", nonRetriable);
    return json;
  }

  /** What {@link #toJson} gave, or null for anything else. */
  public static @Nullable FailureDetails fromJson(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> map)
        || !(map.get("errorType") instanceof String type)
        || !(map.get("errorMessage") instanceof String message)) {
      return null;
    }
    return new FailureDetails(
        type,
        message,
        map.get("stackTrace") instanceof String trace ? trace : null,
        fromJson(map.get("innerFailure")),
        Boolean.TRUE.equals(map.get("isNonRetriable")));
  }
}
