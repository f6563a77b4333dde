package dev.millrace.expression.nocobase.script;

/** An error of an expression, as {@code TypeError: x is not a function}. */
public final class ScriptException extends RuntimeException {
  private final String kind;

  private ScriptException(String kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** The expression could not be parsed. */
  public static ScriptException syntax(String message) {
    return new ScriptException("SyntaxError", message);
  }

  /** A value has a type that the operation does not take. */
  public static ScriptException type(String message) {
    return new ScriptException("TypeError", message);
  }

  /** A bound was met, or a number is outside what a function takes. */
  public static ScriptException range(String message) {
    return new ScriptException("RangeError", message);
  }

  /** Any other error. */
  public static ScriptException error(String message) {
    return new ScriptException("Error", message);
  }

  /** The kind and the message, as JavaScript writes an error. */
  public String text() {
    return kind + ": " + getMessage();
  }
}
