package dev.millrace.data;

/** The database could not do what it should have: disk, connection, or a bug of ours. */
public final class DatabaseFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DatabaseFailure(String message, Throwable cause) {
    super(message, cause);
  }

  public DatabaseFailure(String message) {
    super(message);
  }
}
