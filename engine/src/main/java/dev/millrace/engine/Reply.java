package dev.millrace.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a command. A rejection is a value; nothing was changed. */
public sealed interface Reply {

  /**
   * The command was applied and is durable.
   *
   * @param value what the command yields, plain JSON or null
   */
  record Accepted(@Nullable Object value) implements Reply {}

  /**
   * The command was refused.
   *
   * @param details one plain JSON object per fault, may be empty
   */
  record Rejected(Reason reason, String message, List<Object> details) implements Reply {
    public static Rejected of(Reason reason, String message) {
      return new Rejected(reason, message, List.of());
    }
  }

  /** Accepted without a value. */
  Accepted OK = new Accepted(null);
}
