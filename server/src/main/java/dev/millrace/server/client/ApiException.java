package dev.millrace.server.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call that gave no good answer, in words for the user. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The status of a call that no server answered. */
  public static final int UNREACHABLE = 0;

  /** The status of a call that could not even be made. */
  public static final int UNUSABLE = -1;

  private final int status;
  private final transient @Nullable Map<?, ?> error;

  ApiException(int status, String message) {
    this(status, message, (Map<?, ?>) null);
  }

  ApiException(int status, String message, @Nullable Map<?, ?> error) {
    super(message);
    this.status = status;
    this.error = error;
  }

  ApiException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.error = null;
  }

  /** What the server said is wrong, as it said it; null when no server did. */
  public @Nullable Map<?, ?> error() {
    return error;
  }

  /** The HTTP status, {@link #UNREACHABLE} or {@link #UNUSABLE}. */
  public int status() {
    return status;
  }
}
