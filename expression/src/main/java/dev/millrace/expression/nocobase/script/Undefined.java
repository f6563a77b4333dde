package dev.millrace.expression.nocobase.script;

import org.jspecify.annotations.Nullable;

/** The value of what does not exist, other than null. */
public enum Undefined {
  VALUE;

  /** Whether a value is null or undefined. */
  public static boolean orNull(@Nullable Object value) {
    return value == null || value == VALUE;
  }

  @Override
  public String toString() {
    return "undefined";
  }
}
