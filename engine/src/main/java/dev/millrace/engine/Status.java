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

  /** The word for it in messages to people, that of the process API. */
  public String word() {
    return switch (this) {
      case PENDING, RUNNING -> "started";
      case SUSPENDED -> "suspended";
      case COMPLETED -> "completed";
      case FAILED -> "failed";
      case TERMINATED, CANCELED -> "stopped";
    };
  }

  /** Whether nothing more happens, unless a failed instance is run again. */
  public boolean terminal() {
    return switch (this) {
      case PENDING, RUNNING, SUSPENDED -> false;
      case COMPLETED, FAILED, TERMINATED, CANCELED -> true;
    };
  }
}
