package dev.millrace.data;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Checks what requests say about pages. */
final class Pages {

  private static final int DIGITS_MAX = 18;

  private Pages() {}

  /** A whole number of at least 1, given as number or text; the fallback when nothing is given. */
  static long number(String name, @Nullable Object value, long fallback) {
    return switch (value) {
      case null -> fallback;
      case Long number -> positive(name, number);
      case Integer number -> positive(name, number);
      case BigDecimal number -> text(name, number.toPlainString());
      case String text when text.isBlank() -> fallback;
      case String text -> text(name, text.strip());
      default -> throw bad(name, value);
    };
  }

  private static long text(String name, String value) {
    if (value.length() > DIGITS_MAX || !value.matches("-?[0-9]+")) {
      throw bad(name, value);
    }
    return positive(name, Long.parseLong(value));
  }

  private static long positive(String name, long value) {
    if (value < 1) {
      throw bad(name, value);
    }
    return value;
  }

  private static DataException bad(String name, Object value) {
    String shown = String.valueOf(value);
    return new DataException(
        DataException.Kind.BAD_VALUE,
        name + " must be a whole number of at least 1, found " + Names.shortened(shown));
  }
}
