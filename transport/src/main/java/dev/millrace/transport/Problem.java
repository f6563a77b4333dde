package dev.millrace.transport;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An error meant for the caller: an HTTP status, a stable code for programs, a message for people
 * and details in plain JSON form. Thrown by handlers and rendered by the {@link ErrorFormat} of the
 * path. Carries no stack trace; it is an answer, not a fault of the server.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String text;
  // Not part of a serialized form: nothing serializes a Problem.
  private final transient List<Object> details;
  private final transient Map<String, String> headers;

  private Problem(
      int status, String code, String text, List<Object> details, Map<String, String> headers) {
    super(text, null, false, false);
    this.status = status;
    this.code = code;
    this.text = text;
    this.details = details;
    this.headers = headers;
  }

  /**
   * A problem without details.
   *
   * @param status 400 to 599
   * @param code stable lower-case word, as {@code not_found}
   */
  public static Problem of(int status, String code, String message) {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("expected an error status, found " + status);
    }
    return new Problem(status, code, message, List.of(), Map.of());
  }

  /** 400 with the given code. */
  public static Problem badRequest(String code, String message) {
    return of(400, code, message);
  }

  /** 404 {@code not_found}. */
  public static Problem notFound(String message) {
    return of(404, "not_found", message);
  }

  /** 409 with the given code. */
  public static Problem conflict(String code, String message) {
    return of(409, code, message);
  }

  /** 503 with the given code and a {@code Retry-After} of some seconds. */
  public static Problem unavailable(String code, String message, int retryAfterSeconds) {
    return of(503, code, message).withHeader("Retry-After", Integer.toString(retryAfterSeconds));
  }

  /** The same problem with these details, in plain JSON form, instead of any before. */
  public Problem withDetails(List<? extends Object> newDetails) {
    return new Problem(status, code, text, List.copyOf(newDetails), headers);
  }

  /** The same problem with one more detail, in plain JSON form. */
  public Problem withDetail(Object detail) {
    List<Object> more = new ArrayList<>(details);
    more.add(detail);
    return withDetails(more);
  }

  /** The same problem whose answer carries this header. */
  public Problem withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(status, code, text, details, more);
  }

  /** HTTP status, 400 to 599. */
  public int status() {
    return status;
  }

  /** Stable code for programs. */
  public String code() {
    return code;
  }

  /** Message for people. */
  @Override
  public String getMessage() {
    return text;
  }

  /** Details in plain JSON form; may be empty. */
  public List<Object> details() {
    return details;
  }

  /** Headers the answer must carry, whatever the format. */
  public Map<String, String> headers() {
    return headers;
  }
}
