package dev.millrace.expression.nocobase;

import dev.millrace.expression.nocobase.script.ScriptException;
import org.jspecify.annotations.Nullable;

/** What a calculation came to. */
public sealed interface Outcome {

  /**
   * It gave a value.
   *
   * @param value plain JSON; what is undefined, not a number or infinite is null
   */
  record Value(@Nullable Object value) implements Outcome {}

  /**
   * It failed.
   *
   * @param text the kind and the message, as {@code Error: Undefined symbol x}
   */
  record Failed(String text) implements Outcome {
    static Failed of(ScriptException fault) {
      return new Failed(fault.text());
    }

    /** What nobody foresaw, so that a user's text never ends as more than an error of its own. */
    static Failed unforeseen(RuntimeException fault) {
      return new Failed("Error: cannot be evaluated: " + fault.getClass().getSimpleName());
    }
  }
}
