package dev.millrace.server;

/** The server cannot start or cannot go on; the message is meant for the operator. */
public final class ServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean taken;

  public ServerException(String message) {
    super(message);
    this.taken = false;
  }

  public ServerException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * A failure with what caused it.
   *
   * @param taken see {@link #taken}
   */
  public ServerException(String message, Throwable cause, boolean taken) {
    super(message, cause);
    this.taken = taken;
  }

  /** Whether another process has what this one needs: the directory or the port. */
  public boolean taken() {
    return taken;
  }
}
