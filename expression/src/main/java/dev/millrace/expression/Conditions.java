package dev.millrace.expression;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The condition objects of the process API: {@code {type,value1,operation,value2}} with values that
 * are already resolved.
 */
final class Conditions {
  private static final int NUMBER_LENGTH_MAX = 1_000;

  private Conditions() {}

  /** Whether an object is a condition at all. */
  static boolean isCondition(Map<?, ?> object) {
    return object.containsKey("operation");
  }

  /**
   * Tests one condition.
   *
   * @throws ExpressionException for an unknown type or operation and for values that don't fit
   */
  static boolean test(Map<?, ?> condition) {
    Object left = condition.get("value1");
    Object right = condition.get("value2");
    String operation = JsonValue.text(condition, "operation", "").strip().toLowerCase(Locale.ROOT);
    String type = JsonValue.text(condition, "type", "").strip().toLowerCase(Locale.ROOT);
    return switch (type) {
      case "string" -> testText(operation, left, right);
      case "number", "integer", "float" -> testNumbers(operation, left, right);
      case "" ->
          (isNumeric(operation) || (left instanceof Number && right instanceof Number))
              ? testNumbers(operation, left, right)
              : testText(operation, left, right);
      default ->
          throw new ExpressionException(
              "expected the condition type string or number, found \"" + type + "\"");
    };
  }

  private static boolean isNumeric(String operation) {
    return switch (operation) {
      case "gt", "gte", "lt", "lte" -> true;
      default -> false;
    };
  }

  private static boolean testText(
      String operation, @Nullable Object value1, @Nullable Object value2) {
    String left = JsonText.interpolated(value1);
    String right = JsonText.interpolated(value2);
    return switch (operation) {
      case "equal" -> left.equals(right);
      case "not_equal" -> !left.equals(right);
      case "contain" -> left.contains(right);
      case "not_contain" -> !left.contains(right);
      case "start_with" -> left.startsWith(right);
      case "not_start_with" -> !left.startsWith(right);
      case "end_with" -> left.endsWith(right);
      case "not_end_with" -> !left.endsWith(right);
      // The process API puts the pattern first.
      case "regex" ->
          new BoundedPattern(BoundedPattern.compile(left, 0), Deadline.start()).find(right);
      default ->
          throw new ExpressionException(
              "expected a string operation (equal, not_equal, contain, not_contain, start_with,"
                  + " not_start_with, end_with, not_end_with, regex), found \""
                  + operation
                  + "\"");
    };
  }

  private static boolean testNumbers(
      String operation, @Nullable Object value1, @Nullable Object value2) {
    int order = number("value1", value1).compareTo(number("value2", value2));
    return switch (operation) {
      case "equal" -> order == 0;
      case "not_equal" -> order != 0;
      case "gt" -> order > 0;
      case "gte" -> order >= 0;
      case "lt" -> order < 0;
      case "lte" -> order <= 0;
      default ->
          throw new ExpressionException(
              "expected a number operation (gt, gte, lt, lte, equal, not_equal), found \""
                  + operation
                  + "\"");
    };
  }

  private static BigDecimal number(String name, @Nullable Object value) {
    BigDecimal number = PathComparison.decimal(value);
    if (number != null) {
      return number;
    }
    if (value instanceof String text && text.length() <= NUMBER_LENGTH_MAX) {
      try {
        return new BigDecimal(text.strip());
      } catch (NumberFormatException e) {
        throw new ExpressionException(
            "expected a number as " + name + ", found \"" + text + "\"", e);
      }
    }
    throw new ExpressionException("expected a number as " + name + ", found " + kind(value));
  }

  /** The JSON kind of a value, for messages. */
  static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean flag -> "a boolean";
      case String text -> "a text";
      case Number number -> "a number";
      case Map<?, ?> map -> "an object";
      default -> "a list";
    };
  }
}
