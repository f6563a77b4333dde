package dev.millrace.store;

/** The store could not do its work; the outcome of a commit in flight is unknown. */
public final class StoreException extends RuntimeException {

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
