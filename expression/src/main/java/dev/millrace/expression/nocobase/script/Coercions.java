package dev.millrace.expression.nocobase.script;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JavaScript's conversions between types, and its comparisons. */
public final class Coercions {
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:\\d++(?:\\.\\d*+)?|\\.\\d++)(?:[eE][+-]?\\d{1,6})?");
  private static final Pattern INFINITE = Pattern.compile("[+-]?Infinity");

  /** Longest text that may be a number. */
  private static final int NUMBER_LENGTH_MAX = 1_000;

  private static final int HEXADECIMAL = 16;

  /** From here on JavaScript writes whole numbers with an exponent. */
  private static final double PLAIN_MAX = 1e21;

  private static final int EXPONENT_MIN = -6;

  private Coercions() {}

  /** Whether a value counts as true. */
  public static boolean truthy(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Undefined nothing -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0 && !Double.isNaN(number.doubleValue());
      case String text -> !text.isEmpty();
      default -> true;
    };
  }

  /** A value as a number; not a number where it is none. */
  public static double toNumber(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case Boolean flag -> flag ? 1 : 0;
      case Number number -> number.doubleValue();
      case String text -> parse(text);
      case DateValue date -> date.millis();
      case Instant instant -> instant.toEpochMilli();
      case List<?> list -> parse(toText(list));
      default -> Double.NaN;
    };
  }

  private static double parse(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      return 0;
    }
    if (stripped.length() > NUMBER_LENGTH_MAX) {
      return Double.NaN;
    }
    if (DECIMAL.matcher(stripped).matches()) {
      return Double.parseDouble(stripped);
    }
    if (INFINITE.matcher(stripped).matches()) {
      return stripped.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (stripped.length() > 2 && stripped.charAt(0) == '0') {
      int radix =
          switch (stripped.charAt(1)) {
            case 'x', 'X' -> HEXADECIMAL;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 0;
          };
      if (radix != 0) {
        return digits(stripped.substring(2), radix);
      }
    }
    return Double.NaN;
  }

  /** The number that a text begins with; not a number when it begins with none. */
  static double leadingNumber(String text) {
    Matcher number = DECIMAL.matcher(text.substring(0, Math.min(text.length(), NUMBER_LENGTH_MAX)));
    if (number.lookingAt()) {
      return Double.parseDouble(number.group());
    }
    Matcher infinite = INFINITE.matcher(text);
    return infinite.lookingAt() ? parse(infinite.group()) : Double.NaN;
  }

  /** Digits in a radix as a number; not a number when there are others. */
  static double digits(String text, int radix) {
    double number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), radix);
      if (digit < 0) {
        return Double.NaN;
      }
      number = number * radix + digit;
    }
    return number;
  }

  /**
   * A value as text.
   *
   * @throws ScriptException when the text would be too long
   */
  public static String toText(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> text;
      case Boolean flag -> flag.toString();
      case Number number -> toText(number);
      case List<?> list -> {
        StringBuilder text = new StringBuilder();
        join(list, ",", text, 0);
        yield text.toString();
      }
      case Map<?, ?> map -> "[object Object]";
      case Instant instant -> DateValue.of(instant).toString();
      case ScriptFunction function -> "function () { [native code] }";
      default -> value.toString();
    };
  }

  /** Appends the elements of a list, null and undefined as nothing. */
  static void join(List<?> list, String separator, StringBuilder text, int depth) {
    if (depth > Budget.VALUE_DEPTH_MAX) {
      throw ScriptException.range("Maximum call stack size exceeded");
    }
    boolean first = true;
    for (Object element : list) {
      if (!first) {
        text.append(separator);
      }
      first = false;
      if (element instanceof List<?> inner) {
        join(inner, ",", text, depth + 1);
      } else if (!Undefined.orNull(element)) {
        text.append(toText(element));
      }
      if (text.length() > Budget.TEXT_LENGTH_MAX) {
        throw ScriptException.range("Invalid string length");
      }
    }
  }

  private static String toText(Number number) {
    return switch (number) {
      case Double floating -> toText(floating.doubleValue());
      case BigDecimal decimal -> toText(decimal.doubleValue());
      default -> number.toString();
    };
  }

  /** A number as JavaScript writes it. */
  public static String toText(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    if (number == 0) {
      return "0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (number == Math.rint(number) && Math.abs(number) < PLAIN_MAX) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    if (exponent >= EXPONENT_MIN && exponent < digits.length()) {
      return shortest.toPlainString();
    }
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + "e"
        + (exponent < 0 ? "-" : "+")
        + Math.abs(exponent);
  }

  /** A value as error messages show it. */
  static String shown(@Nullable Object value) {
    int lengthMax = 80;
    String text =
        switch (value) {
          case String string -> "\"" + string + "\"";
          case List<?> list -> "[object Array]";
          case null, default -> toText(value);
        };
    return text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "…";
  }

  /** The name that {@code typeof} gives. */
  static String typeOf(@Nullable Object value) {
    return switch (value) {
      case Undefined nothing -> "undefined";
      case Boolean flag -> "boolean";
      case Number number -> "number";
      case String text -> "string";
      case ScriptFunction function -> "function";
      case null, default -> "object";
    };
  }

  private static boolean scalar(@Nullable Object value) {
    return value == null
        || value instanceof Undefined
        || value instanceof Boolean
        || value instanceof Number
        || value instanceof String;
  }

  /** A value as a scalar; dates become text, as everywhere but in orderings and arithmetic. */
  static @Nullable Object toScalar(@Nullable Object value) {
    return scalar(value) ? value : toText(value);
  }

  private static @Nullable Object toOrdered(@Nullable Object value) {
    return switch (value) {
      case DateValue date -> date.millis();
      case Instant instant -> (double) instant.toEpochMilli();
      case null, default -> toScalar(value);
    };
  }

  /** The {@code ==} of JavaScript. */
  public static boolean looselyEqual(@Nullable Object left, @Nullable Object right) {
    if (Undefined.orNull(left) || Undefined.orNull(right)) {
      return Undefined.orNull(left) && Undefined.orNull(right);
    }
    if (!scalar(left) && !scalar(right)) {
      return strictlyEqual(left, right);
    }
    Object a = toScalar(left);
    Object b = toScalar(right);
    if (a instanceof String text && b instanceof String other) {
      return text.equals(other);
    }
    return toNumber(a) == toNumber(b);
  }

  /** The {@code ===} of JavaScript; lists and objects are equal only to themselves. */
  @SuppressWarnings("ReferenceEquality") // That is what the operator says.
  public static boolean strictlyEqual(@Nullable Object left, @Nullable Object right) {
    if (left instanceof Number a && right instanceof Number b) {
      return a.doubleValue() == b.doubleValue();
    }
    if (left instanceof String || left instanceof Boolean) {
      return left.equals(right);
    }
    return left == right;
  }

  /** The {@code <} of JavaScript. */
  public static boolean less(@Nullable Object left, @Nullable Object right) {
    Object a = toOrdered(left);
    Object b = toOrdered(right);
    if (a instanceof String text && b instanceof String other) {
      return text.compareTo(other) < 0;
    }
    return toNumber(a) < toNumber(b);
  }

  /** The {@code <=} of JavaScript. */
  public static boolean lessOrEqual(@Nullable Object left, @Nullable Object right) {
    Object a = toOrdered(left);
    Object b = toOrdered(right);
    if (a instanceof String text && b instanceof String other) {
      return text.compareTo(other) <= 0;
    }
    return toNumber(a) <= toNumber(b);
  }
}
