package dev.millrace.server.client;

/** A call that gave no good answer, in words for the user. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The status of a call that no server answered. */
  public static final int UNREACHABLE = 0;

  /** The status of a call that could not even be made. */
  public static final int UNUSABLE = -1;

  private final int status;

  ApiException(int status, String message) {
    super(message);
    this.status = status;
  }

  ApiException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** The HTTP status, {@link #UNREACHABLE} or {@link #UNUSABLE}. */
  public int status() {
    return status;
  }
}
