package dev.millrace.expression.nocobase;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.DateValue;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.Undefined;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The basic logic of conditions: {@code {group:{type:and|or,calculations:[…]}}}, nested, around
 * {@code {calculator,operands:[a,b]}}. Comparisons are JavaScript's loose ones; dates compare as
 * moments. Thread-safe.
 */
public final class BasicLogic {
  private final NocoBaseTemplates templates;

  public BasicLogic(NocoBaseTemplates templates) {
    this.templates = templates;
  }

  /**
   * Resolves the placeholders of a calculation and tests it; what is missing counts as true.
   *
   * @return a boolean, or why it failed
   */
  public Outcome test(@Nullable Object calculation, ExpressionScope scope) {
    try {
      return new Outcome.Value(logic(templates.resolveNatural(calculation, scope)));
    } catch (ScriptException e) {
      return Outcome.Failed.of(e);
    } catch (ExpressionException e) {
      return new Outcome.Failed("Error: " + e.getMessage());
    }
  }

  private static boolean logic(@Nullable Object calculation) {
    if (!(calculation instanceof Map<?, ?> map)) {
      return true;
    }
    if (map.get("group") instanceof Map<?, ?> group) {
      List<?> calculations = group.get("calculations") instanceof List<?> list ? list : List.of();
      return "or".equals(group.get("type"))
          ? calculations.stream().anyMatch(BasicLogic::logic)
          : calculations.stream().allMatch(BasicLogic::logic);
    }
    Object calculator = map.get("calculator");
    if (Undefined.orNull(calculator)
        || "".equals(calculator)
        || !(map.get("operands") instanceof List<?> operands)
        || operands.isEmpty()) {
      return true;
    }
    Object left = operands.getFirst();
    Object right = operands.size() > 1 ? operands.get(1) : Undefined.VALUE;
    return compare(Coercions.toText(calculator), left, right);
  }

  private static boolean compare(String calculator, @Nullable Object left, @Nullable Object right) {
    return switch (calculator) {
      case "equal", "==" -> equal(left, right);
      case "notEqual", "!=" -> !equal(left, right);
      case "gt", ">" -> ordered(right, left, false);
      case "gte", ">=" -> ordered(right, left, true);
      case "lt", "<" -> ordered(left, right, false);
      case "lte", "<=" -> ordered(left, right, true);
      case "includes" -> includes(left, right);
      case "notIncludes" -> !includes(left, right);
      case "startsWith" -> written(left).startsWith(written(right));
      case "notStartsWith" -> !written(left).startsWith(written(right));
      case "endsWith" -> written(left).endsWith(written(right));
      case "notEndsWith" -> !written(left).endsWith(written(right));
      default ->
          throw ScriptException.error(
              "no calculator function registered for \"" + calculator + "\"");
    };
  }

  private static boolean equal(@Nullable Object left, @Nullable Object right) {
    if (left instanceof Instant || right instanceof Instant) {
      return comparable(left, right) && millis(left) == millis(right);
    }
    return Coercions.looselyEqual(left, right);
  }

  private static boolean ordered(
      @Nullable Object smaller, @Nullable Object larger, boolean orEqual) {
    if (smaller instanceof Instant || larger instanceof Instant) {
      if (!comparable(smaller, larger)) {
        return false;
      }
      double a = millis(smaller);
      double b = millis(larger);
      return orEqual ? a <= b : a < b;
    }
    return orEqual ? Coercions.lessOrEqual(smaller, larger) : Coercions.less(smaller, larger);
  }

  /** Whether two values, one of them a date, can be compared as moments. */
  private static boolean comparable(@Nullable Object left, @Nullable Object right) {
    return !Undefined.orNull(left)
        && !Undefined.orNull(right)
        && !(left instanceof Boolean)
        && !(right instanceof Boolean);
  }

  private static double millis(@Nullable Object value) {
    return switch (value) {
      case Instant instant -> DateValue.of(instant).millis();
      case String text -> DateValue.parse(text).millis();
      case null, default -> Coercions.toNumber(value);
    };
  }

  private static boolean includes(@Nullable Object all, @Nullable Object one) {
    if (all instanceof List<?> list) {
      return list.stream().anyMatch(element -> Coercions.strictlyEqual(element, one));
    }
    requireValue(all, "includes");
    if (all instanceof String text) {
      return text.contains(Coercions.toText(one));
    }
    throw ScriptException.type("a.includes is not a function");
  }

  /** Any value but null as text: numbers and lists begin and end as they are written. */
  private static String written(@Nullable Object value) {
    requireValue(value, "toString");
    return Coercions.toText(value);
  }

  private static void requireValue(@Nullable Object value, String method) {
    if (Undefined.orNull(value)) {
      throw ScriptException.type(
          "Cannot read properties of " + Coercions.toText(value) + " (reading '" + method + "')");
    }
  }
}
