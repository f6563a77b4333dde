package dev.millrace.engine.expression;

/** An expression that could not be parsed or evaluated; the message says what and where. */
public final class ExpressionException extends RuntimeException {

  public ExpressionException(String message) {
    super(message);
  }

  public ExpressionException(String message, Throwable cause) {
    super(message, cause);
  }
}
