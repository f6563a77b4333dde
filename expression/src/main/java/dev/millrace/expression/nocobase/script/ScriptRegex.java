package dev.millrace.expression.nocobase.script;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.expression.BoundedPattern;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A regular expression.
 *
 * @param pattern in Java's dialect, which agrees with JavaScript's on what is commonly written
 * @param global whether it means all matches
 */
record ScriptRegex(String source, String flags, Pattern pattern, boolean global) {

  static ScriptRegex of(String source, String flags) {
    int javaFlags = 0;
    for (int i = 0; i < flags.length(); i++) {
      switch (flags.charAt(i)) {
        case 'i' -> javaFlags |= Pattern.CASE_INSENSITIVE;
        case 'm' -> javaFlags |= Pattern.MULTILINE;
        case 's' -> javaFlags |= Pattern.DOTALL;
        case 'u' -> javaFlags |= Pattern.UNICODE_CASE;
        case 'g', 'y', 'd' -> {}
        default ->
            throw ScriptException.syntax(
                "Invalid flags supplied to RegExp constructor '" + flags + "'");
      }
    }
    try {
      return new ScriptRegex(
          source, flags, BoundedPattern.compile(source, javaFlags), flags.contains("g"));
    } catch (ExpressionException e) {
      throw ScriptException.syntax("Invalid regular expression: /" + source + "/");
    }
  }

  /** A matcher that gives up with the budget. */
  Matcher matcher(String text, Budget budget) {
    return new BoundedPattern(pattern, budget.deadline()).matcher(text);
  }

  @Override
  public String toString() {
    return "/" + source + "/" + flags;
  }
}
