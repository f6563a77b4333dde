package dev.millrace.engine;

/** The canonical states of an instance. The words of each dialect are derived from them. */
public enum Status {
  PENDING,
  RUNNING,
  SUSPENDED,
  COMPLETED,
  FAILED,
  TERMINATED,
  CANCELED;

  /** Whether nothing more happens, unless a failed instance is run again. */
  public boolean terminal() {
    return switch (this) {
      case PENDING, RUNNING, SUSPENDED -> false;
      case COMPLETED, FAILED, TERMINATED, CANCELED -> true;
    };
  }
}
