package dev.millrace.engine.graph.node;

/** A parameter that cannot be used; the message says what was expected and what was found. */
final class ConstraintException extends RuntimeException {

  private static final long serialVersionUID = 1;

  ConstraintException(String message) {
    super(message, null, false, false);
  }
}
