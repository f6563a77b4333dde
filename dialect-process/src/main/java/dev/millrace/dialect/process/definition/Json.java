package dev.millrace.dialect.process.definition;

import dev.millrace.engine.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads members of JSON objects without complaint: a member of the wrong kind reads as absent, its
 * complaint is the business of {@link DefinitionShape}.
 */
final class Json {
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int SHOWN_LENGTH_MAX = 60;
  private static final int INTEGER_DIGITS_MAX = 20;
  private static final double MILLIS_PER_SECOND = 1000;

  /** A hundred years: longer waits are as good as endless and would overflow dates. */
  static final long MILLIS_MAX = 100L * 366 * 24 * 3600 * 1000;

  private Json() {}

  static Map<?, ?> object(@Nullable Object parent, String key) {
    return JsonValue.get(parent, key) instanceof Map<?, ?> map ? map : Map.of();
  }

  static List<?> list(@Nullable Object parent, String key) {
    return JsonValue.get(parent, key) instanceof List<?> list ? list : List.of();
  }

  static List<String> texts(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  static String text(@Nullable Object parent, String key) {
    return JsonValue.text(parent, key, "");
  }

  static boolean flag(@Nullable Object parent, String key) {
    return Boolean.TRUE.equals(JsonValue.get(parent, key));
  }

  /** Whether it counts as not given: null or the empty text. */
  static boolean blank(@Nullable Object value) {
    return value == null || "".equals(value);
  }

  /** A whole number that fits a long, also written as {@code 3.0}; null for anything else. */
  static @Nullable Long integer(@Nullable Object value) {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof BigDecimal number
        && Math.abs((long) number.scale()) < INTEGER_DIGITS_MAX
        && number.precision() < INTEGER_DIGITS_MAX) {
      try {
        return number.longValueExact();
      } catch (ArithmeticException e) {
        return null;
      }
    }
    return null;
  }

  /** An integer member cut to the range of an int, or the fallback. */
  static int integer(@Nullable Object parent, String key, int fallback) {
    Long value = integer(JsonValue.get(parent, key));
    return value == null ? fallback : Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** A number, also one written as text; null for anything else. */
  static @Nullable BigDecimal number(@Nullable Object value) {
    return switch (value) {
      case Long number -> BigDecimal.valueOf(number);
      case BigInteger number -> new BigDecimal(number);
      case BigDecimal number -> number;
      case String text when text.strip().length() <= INTEGER_DIGITS_MAX && !text.isBlank() ->
          parsed(text.strip());
      case null, default -> null;
    };
  }

  private static @Nullable BigDecimal parsed(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Seconds as milliseconds, at most {@link #MILLIS_MAX}; 0 for what is no positive number. */
  static long millis(@Nullable Object seconds) {
    BigDecimal number = number(seconds);
    if (number == null || number.signum() <= 0) {
      return 0;
    }
    double millis = number.doubleValue() * MILLIS_PER_SECOND;
    return millis >= MILLIS_MAX ? MILLIS_MAX : Math.max(1, Math.round(millis));
  }

  /** The path of a member; a name that is no plain word stands in brackets. */
  static String member(String path, String name) {
    return PLAIN_NAME.matcher(name).matches()
        ? path + "." + name
        : path + "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']";
  }

  static String element(String path, int index) {
    return path + "[" + index + "]";
  }

  /** A value for messages, cut short. */
  static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> '"' + shortened(text) + '"';
      case Boolean flag -> flag.toString();
      // The text of a hostile number can be as long as its exponent is large.
      case BigInteger number when number.bitLength() > Long.SIZE -> "a very large number";
      case BigDecimal number when number.precision() > INTEGER_DIGITS_MAX -> "a very long number";
      case Number number -> number.toString();
      case List<?> list -> "a list";
      case Map<?, ?> map -> "an object";
      default -> "a " + value.getClass().getSimpleName();
    };
  }

  private static String shortened(String text) {
    if (text.length() <= SHOWN_LENGTH_MAX) {
      return text;
    }
    // Not between the halves of a surrogate pair.
    boolean split = Character.isHighSurrogate(text.charAt(SHOWN_LENGTH_MAX - 1));
    return text.substring(0, split ? SHOWN_LENGTH_MAX - 1 : SHOWN_LENGTH_MAX) + "…";
  }
}
