package dev.millrace.transport.json;

/**
 * Bytes that are not JSON as {@link Json} accepts it. The message says what was expected and what
 * was found, without the position; it is safe to show to a caller.
 */
public final class JsonSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  JsonSyntaxException(String message, int line, int column) {
    super(message, null, false, false);
    this.line = line;
    this.column = column;
  }

  /** Line of the fault, counted from 1. */
  public int line() {
    return line;
  }

  /** Column of the fault in its line, counted from 1 in UTF-16 code units. */
  public int column() {
    return column;
  }
}
