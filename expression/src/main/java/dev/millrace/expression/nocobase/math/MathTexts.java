package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.Numbers;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.ScriptFunction;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text and conversions. */
final class MathTexts {
  private static final int PRECISION_MAX = 100;

  private MathTexts() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("concat", MathTexts::concat);
    all.put(
        "string",
        given ->
            MathFunctions.each(
                given, given.get(0), value -> value == null ? "null" : Coercions.toText(value)));
    all.put(
        "number",
        given ->
            given.size() == 0
                ? (Object) 0.0
                : MathFunctions.each(
                    given,
                    given.get(0),
                    value -> value == null ? 0.0 : MathValues.number(value, "number", 0)));
    all.put(
        "boolean",
        given ->
            MathFunctions.each(
                given,
                given.get(0),
                value ->
                    value instanceof String text
                        ? truth(text)
                        : (Object) MathEvaluator.truth(value)));
    all.put("bignumber", given -> typed("BigNumber", given));
    all.put("format", MathTexts::format);
    all.put("lowercase", given -> given.text(0).toLowerCase(Locale.ROOT));
    all.put("uppercase", given -> given.text(0).toUpperCase(Locale.ROOT));
    all.put("hex", given -> inRadix(given, "0x", 16));
    all.put("oct", given -> inRadix(given, "0o", 8));
    all.put("bin", given -> inRadix(given, "0b", 2));
    return all;
  }

  private static boolean truth(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> {
        double number = Coercions.toNumber(text);
        if (text.isBlank() || Double.isNaN(number)) {
          throw ScriptException.error("Cannot convert \"" + text + "\" to a boolean");
        }
        yield number != 0;
      }
    };
  }

  /** A number of a type that JSON shows with its name. */
  private static Map<String, Object> typed(String type, Arguments given) {
    Object value = given.size() == 0 ? (Object) 0.0 : given.get(0);
    Map<String, Object> typed = new java.util.LinkedHashMap<>();
    typed.put("mathjs", type);
    typed.put("value", Coercions.toText(MathValues.number(value, "bignumber", 0)));
    return typed;
  }

  private static Object concat(Arguments given) {
    if (given.values().stream().allMatch(value -> value instanceof List<?>)) {
      List<@Nullable Object> all = new ArrayList<>();
      if (given.size() > 1 && MathLists.isMatrix(MathLists.list(given.get(0)))) {
        return sideBySide(given);
      }
      for (Object list : given.values()) {
        given.budget().steps(MathLists.list(list).size());
        all.addAll(MathLists.list(list));
      }
      return all;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < given.size(); i++) {
      if (given.get(i) == null || given.get(i) instanceof Map<?, ?>) {
        throw MathValues.unexpected(given.get(i), "concat", i);
      }
      text.append(given.text(i));
      given.budget().build(text.length());
    }
    return text.toString();
  }

  /** Matrices joined row by row. */
  private static List<@Nullable Object> sideBySide(Arguments given) {
    List<@Nullable Object> rows = new ArrayList<>();
    int height = MathLists.list(given.get(0)).size();
    for (int row = 0; row < height; row++) {
      List<@Nullable Object> cells = new ArrayList<>();
      for (Object matrix : given.values()) {
        List<?> all = MathLists.list(matrix);
        if (all.size() != height) {
          throw MathValues.mismatch(all.size(), height);
        }
        given.budget().steps(MathLists.list(all.get(row)).size());
        cells.addAll(MathLists.list(all.get(row)));
      }
      rows.add(cells);
    }
    return rows;
  }

  private static String format(Arguments given) {
    Object value = given.get(0);
    if (value instanceof List<?> list) {
      StringBuilder text = new StringBuilder();
      given.budget().enter();
      for (Object element : list) {
        List<@Nullable Object> one = new ArrayList<>(given.values());
        one.set(0, element);
        text.append(text.isEmpty() ? "" : ", ").append(format(new Arguments(one, given.call())));
        given.budget().build(text.length());
      }
      given.budget().leave();
      return "[" + text + "]";
    }
    if (!(value instanceof Number)) {
      return value == null
          ? "null"
          : value instanceof String text ? "\"" + text + "\"" : Coercions.toText(value);
    }
    double number = MathValues.number(value, "format", 0);
    if (!Double.isFinite(number)) {
      return Coercions.toText(number);
    }
    if (given.get(1) instanceof Map<?, ?> options && "fixed".equals(options.get("notation"))) {
      int decimals = digits(options.get("precision"), 0);
      String pattern = "0" + (decimals > 0 ? "." + "0".repeat(decimals) : "");
      return Numbers.format(number, pattern);
    }
    Object precision =
        given.get(1) instanceof Map<?, ?> options ? options.get("precision") : given.get(1);
    if (!(precision instanceof Number)) {
      return Coercions.toText(number);
    }
    BigDecimal rounded =
        new BigDecimal(number).round(new MathContext(digits(precision, PRECISION_MAX)));
    return Coercions.toText(rounded.doubleValue());
  }

  private static int digits(@Nullable Object value, int fallback) {
    int digits = value instanceof Number number ? number.intValue() : fallback;
    if (digits < 0 || digits > PRECISION_MAX) {
      throw ScriptException.error("precision must be between 0 and " + PRECISION_MAX);
    }
    return digits;
  }

  private static String inRadix(Arguments given, String prefix, int radix) {
    double number = MathValues.number(given.get(0), "format", 0);
    if (number != Math.rint(number) || !(Math.abs(number) < Long.MAX_VALUE)) {
      throw ScriptException.error("Value must be an integer");
    }
    return (number < 0 ? "-" : "") + prefix + Long.toString((long) Math.abs(number), radix);
  }
}
