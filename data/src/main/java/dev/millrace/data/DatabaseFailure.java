package dev.millrace.data;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The database could not do what it should have: disk, connection, or a bug of ours. */
public final class DatabaseFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Class of the SQL states of failed connections. */
  private static final String CONNECTION = "08";

  /**
   * The server is being stopped, has crashed, is not up yet, or has no connection left: what it
   * says until it can be worked with again.
   */
  private static final Set<String> NOT_NOW = Set.of("57P01", "57P02", "57P03", "53300");

  private static final int MOST_CAUSES = 20;

  public DatabaseFailure(String message, Throwable cause) {
    super(message, cause);
  }

  public DatabaseFailure(String message) {
    super(message);
  }

  /** Whether the server of the database could not be reached, so that it may go well later. */
  public boolean away() {
    Throwable cause = this;
    for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
      if (cause instanceof SQLException sql && away(sql.getSQLState())) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean away(@Nullable String state) {
    return state != null && (state.startsWith(CONNECTION) || NOT_NOW.contains(state));
  }
}
