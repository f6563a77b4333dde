package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.math.MathFunctions.Two;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Comparisons, logic and questions about values. */
final class MathRelations {
  private MathRelations() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    two(all, "equal", (a, b) -> MathValues.equal(a, b, "equal"));
    two(all, "unequal", (a, b) -> !MathValues.equal(a, b, "unequal"));
    two(all, "smaller", (a, b) -> compare(a, b, "smaller") < 0);
    two(all, "smallerEq", (a, b) -> compare(a, b, "smallerEq") <= 0);
    two(all, "larger", (a, b) -> compare(a, b, "larger") > 0);
    two(all, "largerEq", (a, b) -> compare(a, b, "largerEq") >= 0);
    two(all, "compare", (a, b) -> compare(a, b, "compare"));
    two(all, "compareText", (a, b) -> Math.signum(strict(a, 0).compareTo(strict(b, 1))));
    two(all, "compareNatural", MathRelations::natural);
    two(all, "equalText", (a, b) -> strict(a, 0).equals(strict(b, 1)));
    two(all, "and", (a, b) -> MathEvaluator.truth(a) && MathEvaluator.truth(b));
    two(all, "or", (a, b) -> MathEvaluator.truth(a) || MathEvaluator.truth(b));
    two(all, "xor", (a, b) -> MathEvaluator.truth(a) ^ MathEvaluator.truth(b));
    all.put(
        "not",
        given -> {
          MathFunctions.count(given, "not", 1, 1);
          return MathFunctions.each(given, given.get(0), value -> !MathEvaluator.truth(value));
        });
    all.put("deepEqual", given -> deepEqual(given.get(0), given.get(1), 0));
    test(all, "isInteger", value -> number(value) == Math.rint(number(value)));
    test(all, "isNaN", value -> Double.isNaN(number(value)));
    test(all, "isZero", value -> number(value) == 0);
    test(all, "isPositive", value -> number(value) > 0);
    test(all, "isNegative", value -> number(value) < 0);
    test(all, "isNumeric", value -> value instanceof Number || value instanceof Boolean);
    test(
        all,
        "hasNumericValue",
        value ->
            value instanceof Number
                || value instanceof Boolean
                || (value instanceof String text
                    && !text.isBlank()
                    && !Double.isNaN(Coercions.toNumber(text))));
    all.put(
        "isPrime",
        given ->
            MathFunctions.each(
                given,
                given.get(0),
                value -> {
                  double number = number(value);
                  for (double factor = 2; factor * factor <= number; factor++) {
                    given.budget().step();
                    if (number % factor == 0) {
                      return false;
                    }
                  }
                  return number >= 2;
                }));
    all.put(
        "typeOf",
        given -> given.get(0) instanceof List<?> ? "Matrix" : MathValues.typeOf(given.get(0)));
    return all;
  }

  private static void two(Map<String, ScriptFunction> all, String name, Two function) {
    all.put(
        name,
        given -> {
          MathFunctions.count(given, name, 2, 2);
          return MathFunctions.pairs(given, given.get(0), given.get(1), function);
        });
  }

  private static void test(
      Map<String, ScriptFunction> all, String name, Predicate<@Nullable Object> test) {
    all.put(
        name,
        given -> {
          MathFunctions.count(given, name, 1, 1);
          return MathFunctions.each(given, given.get(0), test::test);
        });
  }

  private static double number(@Nullable Object value) {
    return MathValues.number(value, "test", 0);
  }

  private static String strict(@Nullable Object value, int index) {
    if (value instanceof String text) {
      return text;
    }
    throw ScriptException.type(
        "Unexpected type of argument in function compareText (expected: string or Array or Matrix,"
            + " actual: "
            + MathValues.typeOf(value)
            + ", index: "
            + index
            + ")");
  }

  private static String text(@Nullable Object value) {
    return value == null ? "null" : Coercions.toText(value);
  }

  private static double compare(@Nullable Object left, @Nullable Object right, String function) {
    double a = MathValues.number(left, function, 0);
    double b = MathValues.number(right, function, 1);
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Double.NaN;
    }
    return MathValues.nearlyEqual(a, b) ? 0 : Double.compare(a, b);
  }

  /** Orders values of any types: numbers as numbers, all else by its text. */
  static double natural(@Nullable Object left, @Nullable Object right) {
    return left instanceof Number && right instanceof Number
        ? compare(left, right, "compareNatural")
        : Math.signum(text(left).compareTo(text(right)));
  }

  private static boolean deepEqual(@Nullable Object left, @Nullable Object right, int depth) {
    if (left instanceof List<?> a && right instanceof List<?> b) {
      if (a.size() != b.size()) {
        return false;
      }
      for (int i = 0; i < a.size(); i++) {
        if (!deepEqual(a.get(i), b.get(i), depth + 1)) {
          return false;
        }
      }
      return true;
    }
    if (left instanceof List<?> || right instanceof List<?>) {
      return false;
    }
    return MathValues.equal(left, right, "deepEqual");
  }
}
