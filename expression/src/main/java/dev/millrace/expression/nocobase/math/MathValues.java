package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How math.js takes values: text that is a number counts as one, null never does. */
final class MathValues {

  /** How far apart, in proportion, numbers are that count as equal. */
  private static final double EPSILON = 1e-12;

  private MathValues() {}

  /** The name of a type in messages. */
  static String typeOf(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Number number -> "number";
      case Boolean flag -> "boolean";
      case String text -> "string";
      case List<?> list -> "Array";
      case Map<?, ?> map -> "Object";
      case ScriptFunction function -> "function";
      default -> "Date";
    };
  }

  /**
   * An argument as a number.
   *
   * @throws ScriptException when it cannot be one
   */
  static double number(@Nullable Object value, String function, int index) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Boolean flag -> flag ? 1 : 0;
      case String text -> number(text);
      case null, default -> throw unexpected(value, function, index);
    };
  }

  static ScriptException unexpected(@Nullable Object value, String function, int index) {
    return ScriptException.type(
        "Unexpected type of argument in function "
            + function
            + " (expected: number or string or boolean, actual: "
            + typeOf(value)
            + ", index: "
            + index
            + ")");
  }

  private static double number(String text) {
    double number = text.isBlank() ? 0 : Coercions.toNumber(text);
    if (Double.isNaN(number) && !text.strip().equals("NaN")) {
      throw ScriptException.error("Cannot convert \"" + text + "\" to a number");
    }
    return number;
  }

  /** Whether two numbers differ by no more than the noise of floating point. */
  static boolean nearlyEqual(double left, double right) {
    if (left == right) {
      return true;
    }
    if (!Double.isFinite(left) || !Double.isFinite(right)) {
      return false;
    }
    double difference = Math.abs(left - right);
    return difference <= Math.max(Math.abs(left), Math.abs(right)) * EPSILON;
  }

  /** The {@code ==} of math.js. */
  static boolean equal(@Nullable Object left, @Nullable Object right, String function) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    return nearlyEqual(number(left, function, 0), number(right, function, 1));
  }

  /** The numbers in lists of any depth. */
  static List<@Nullable Object> flat(List<?> values) {
    List<@Nullable Object> flat = new ArrayList<>();
    flatten(values, flat);
    return flat;
  }

  private static void flatten(List<?> values, List<@Nullable Object> flat) {
    for (Object value : values) {
      if (value instanceof List<?> inner) {
        flatten(inner, flat);
      } else {
        flat.add(value);
      }
    }
  }

  /** As {@code 2 x 3}. */
  static ScriptException mismatch(int left, int right) {
    return ScriptException.range("Dimension mismatch (" + left + " != " + right + ")");
  }
}
