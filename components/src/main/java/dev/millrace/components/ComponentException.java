package dev.millrace.components;

/** A component cannot be used as its file says. The message says what was expected and found. */
public final class ComponentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String property;

  /**
   * A refusal of one property.
   *
   * @param property the name in {@code spec.metadata}; empty when it is none of them
   */
  public ComponentException(String property, String message) {
    super(message);
    this.property = property;
  }

  /** As the other, with what led to it. */
  public ComponentException(String property, String message, Throwable cause) {
    super(message, cause);
    this.property = property;
  }

  /** The name in {@code spec.metadata}; empty when it is none of them. */
  public String property() {
    return property;
  }
}
