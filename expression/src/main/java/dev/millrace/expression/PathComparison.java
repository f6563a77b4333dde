package dev.millrace.expression;

import dev.millrace.expression.PathStep.Comparison;
import dev.millrace.expression.PathStep.Operand;
import dev.millrace.expression.PathStep.Operator;
import dev.millrace.expression.PathStep.TruthKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Comparisons inside queries. Values of different kinds are never equal and never in order. */
final class PathComparison {

  private PathComparison() {}

  /** Whether a value of a query's path, which may be missing, satisfies its comparison. */
  static boolean holds(@Nullable Object value, boolean exists, Comparison comparison) {
    Operator operator = comparison.operator();
    Operand operand = comparison.operand();
    if (operator == null || operand == null) {
      return exists;
    }
    if (operand instanceof Operand.Truth(TruthKind kind)) {
      boolean truth = truth(value, exists, kind);
      return switch (operator) {
        case EQUAL -> truth;
        case NOT_EQUAL -> !truth;
        case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, LIKE, NOT_LIKE -> false;
      };
    }
    if (!exists) {
      return false;
    }
    return switch (operator) {
      case LIKE -> like(value, operand);
      case NOT_LIKE -> value instanceof String && !like(value, operand);
      case NOT_EQUAL -> {
        Integer order = order(value, operand);
        yield order == null ? comparable(value) : order != 0;
      }
      case EQUAL -> ordered(order(value, operand), operator);
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
          !(operand instanceof Operand.Null) && ordered(order(value, operand), operator);
    };
  }

  private static boolean ordered(@Nullable Integer order, Operator operator) {
    if (order == null) {
      return false;
    }
    return switch (operator) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
      case LIKE, NOT_LIKE -> false;
    };
  }

  private static boolean comparable(@Nullable Object value) {
    return !(value instanceof Map) && !(value instanceof List);
  }

  private static boolean like(@Nullable Object value, Operand operand) {
    return value instanceof String text
        && operand instanceof Operand.Text(String pattern)
        && Glob.matches(pattern, text);
  }

  private static @Nullable Integer order(@Nullable Object value, Operand operand) {
    return switch (operand) {
      case Operand.Text(String text) ->
          value instanceof String found ? (Integer) found.compareTo(text) : null;
      case Operand.Numeric(BigDecimal number) -> {
        BigDecimal found = decimal(value);
        yield found == null ? null : (Integer) found.compareTo(number);
      }
      case Operand.Flag(boolean flag) ->
          value instanceof Boolean found ? (Integer) Boolean.compare(found, flag) : null;
      case Operand.Null() -> value == null ? (Integer) 0 : null;
      case Operand.Truth truth -> null;
    };
  }

  /** A number as a decimal, or null for anything else. */
  static @Nullable BigDecimal decimal(@Nullable Object value) {
    return switch (value) {
      case Long number -> BigDecimal.valueOf(number);
      case Integer number -> BigDecimal.valueOf(number);
      case BigInteger number -> new BigDecimal(number);
      case BigDecimal number -> number;
      case null, default -> null;
    };
  }

  private static boolean truth(@Nullable Object value, boolean exists, TruthKind kind) {
    return switch (kind) {
      case EXISTING -> exists;
      case NULL_LIKE -> !exists || value == null;
      case TRUE_LIKE -> exists && trueLike(value);
      case FALSE_LIKE -> !exists || falseLike(value);
    };
  }

  private static boolean trueLike(@Nullable Object value) {
    if (value instanceof String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "1", "t", "true" -> true;
        default -> false;
      };
    }
    BigDecimal number = decimal(value);
    return Boolean.TRUE.equals(value) || (number != null && number.signum() != 0);
  }

  private static boolean falseLike(@Nullable Object value) {
    if (value instanceof String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "0", "f", "false" -> true;
        default -> false;
      };
    }
    BigDecimal number = decimal(value);
    return value == null || Boolean.FALSE.equals(value) || (number != null && number.signum() == 0);
  }
}
