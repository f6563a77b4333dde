package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The functions and constants that expressions of math.js see. */
public final class MathFunctions {
  private static final Map<String, Object> VALUES = values();

  private MathFunctions() {}

  /** The names of all functions and constants, sorted. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(new TreeSet<>(VALUES.keySet()));
  }

  /** A function or constant, or null. */
  static @Nullable Object value(String name) {
    return VALUES.get(name);
  }

  private static Map<String, Object> values() {
    Map<String, Object> values = new HashMap<>();
    values.put("pi", Math.PI);
    values.put("PI", Math.PI);
    values.put("tau", 2 * Math.PI);
    values.put("e", Math.E);
    values.put("E", Math.E);
    values.put("phi", (1 + Math.sqrt(5)) / 2);
    values.put("LN2", Math.log(2));
    values.put("LN10", Math.log(10));
    values.put("LOG2E", 1 / Math.log(2));
    values.put("LOG10E", 1 / Math.log(10));
    values.put("SQRT2", Math.sqrt(2));
    values.put("SQRT1_2", Math.sqrt(0.5));
    values.put("Infinity", Double.POSITIVE_INFINITY);
    values.put("NaN", Double.NaN);
    values.putAll(MathArithmetic.all());
    values.putAll(MathRelations.all());
    values.putAll(MathStatistics.all());
    values.putAll(MathLists.all());
    values.putAll(MathTexts.all());
    return values;
  }

  /** A function of one number, applied to each element of lists. */
  static ScriptFunction each(String name, DoubleUnaryOperator function) {
    return given -> {
      count(given, name, 1, 1);
      return each(
          given,
          given.get(0),
          value -> (Object) function.applyAsDouble(MathValues.number(value, name, 0)));
    };
  }

  /** What is done with one element. */
  interface One {
    @Nullable Object of(@Nullable Object value);
  }

  /** What is done with two elements. */
  interface Two {
    @Nullable Object of(@Nullable Object left, @Nullable Object right);
  }

  static @Nullable Object each(Arguments given, @Nullable Object value, One function) {
    given.budget().step();
    if (!(value instanceof List<?> list)) {
      return function.of(value);
    }
    List<@Nullable Object> results = new ArrayList<>(list.size());
    given.budget().enter();
    for (Object element : list) {
      results.add(each(given, element, function));
    }
    given.budget().leave();
    return results;
  }

  /** Applies a function to pairs of elements; a scalar goes with each element of a list. */
  static @Nullable Object pairs(
      Arguments given, @Nullable Object left, @Nullable Object right, Two function) {
    given.budget().step();
    if (!(left instanceof List<?>) && !(right instanceof List<?>)) {
      return function.of(left, right);
    }
    List<?> lefts = left instanceof List<?> list ? list : null;
    List<?> rights = right instanceof List<?> list ? list : null;
    if (lefts != null && rights != null && lefts.size() != rights.size()) {
      throw MathValues.mismatch(lefts.size(), rights.size());
    }
    int size = lefts != null ? lefts.size() : rights == null ? 0 : rights.size();
    List<@Nullable Object> results = new ArrayList<>(size);
    given.budget().enter();
    for (int i = 0; i < size; i++) {
      results.add(
          pairs(
              given,
              lefts == null ? left : lefts.get(i),
              rights == null ? right : rights.get(i),
              function));
    }
    given.budget().leave();
    return results;
  }

  /** Refuses a number of arguments that a function does not take. */
  static void count(Arguments given, String name, int min, int max) {
    if (given.size() < min) {
      throw ScriptException.type(
          "Too few arguments in function "
              + name
              + " (expected: number or Array or Matrix, index: "
              + given.size()
              + ")");
    }
    if (given.size() > max) {
      throw ScriptException.type(
          "Too many arguments in function "
              + name
              + " (expected: "
              + max
              + ", actual: "
              + given.size()
              + ")");
    }
  }
}
