package dev.millrace.runtime.activity;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failed attempt.
 *
 * <p>{@code type} is one of the process API's error types ({@code timeout, io, constraint, abort,
 * resource_unavailable, too_large, unknown}) or an open dotted code ({@code http.503, sql.23505,
 * script.TypeError}).
 */
public final class ActivityException extends Exception {

  private final String type;
  private final boolean retryable;
  private final transient @Nullable Object detail;
  private final @Nullable Duration retryAfter;

  public ActivityException(String type, String message, boolean retryable) {
    this(type, message, retryable, null, null);
  }

  /**
   * Names every part.
   *
   * @param detail plain JSON shown to error handlers, or null
   * @param retryAfter the least delay before a retry that the other side asked for, or null
   */
  public ActivityException(
      String type,
      String message,
      boolean retryable,
      @Nullable Object detail,
      @Nullable Duration retryAfter) {
    super(message);
    this.type = type;
    this.retryable = retryable;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  public String type() {
    return type;
  }

  public boolean retryable() {
    return retryable;
  }

  public @Nullable Object detail() {
    return detail;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
