package dev.millrace.expression.nocobase.script;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.expression.JsonText;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The names that every expression sees: those of JavaScript listed here, and the formulas. */
final class Globals {
  private static final Map<String, Object> VALUES = values();

  private Globals() {}

  /** The value of a global name, or undefined. */
  static Object value(String name) {
    Object value = VALUES.get(name);
    return value == null ? Undefined.VALUE : value;
  }

  /** What {@code new} makes. */
  static @Nullable Object construct(@Nullable Object target, String shown, Arguments arguments) {
    if (target instanceof Constructor type) {
      return type.made().call(arguments);
    }
    throw ScriptException.type(shown + " is not a constructor");
  }

  static boolean isInstance(@Nullable Object value, @Nullable Object type) {
    if (!(type instanceof Constructor constructor)) {
      throw ScriptException.type("Right-hand side of 'instanceof' is not callable");
    }
    return switch (constructor.name()) {
      case "Date" -> value instanceof DateValue || value instanceof java.time.Instant;
      case "Array" -> value instanceof List;
      case "Object" -> value instanceof Map || value instanceof List;
      case "RegExp" -> value instanceof ScriptRegex;
      case "Error" -> value instanceof FormulaError;
      default -> false;
    };
  }

  private static Map<String, Object> values() {
    Map<String, Object> values = new HashMap<>(Formulas.all());
    values.put("NaN", Double.NaN);
    values.put("Infinity", Double.POSITIVE_INFINITY);
    values.put("Math", math());
    values.put("JSON", json());
    values.put("parseInt", (ScriptFunction) Globals::parseInt);
    values.put("parseFloat", (ScriptFunction) Globals::parseFloat);
    values.put("isNaN", (ScriptFunction) given -> Double.isNaN(given.number(0)));
    values.put("isFinite", (ScriptFunction) given -> Double.isFinite(given.number(0)));
    values.put("Number", number());
    values.put(
        "String",
        plain(
            "String",
            given -> given.size() == 0 ? "" : given.text(0),
            Map.of(
                "fromCharCode",
                given -> {
                  StringBuilder text = new StringBuilder();
                  for (int i = 0; i < given.size(); i++) {
                    text.append((char) ScriptEvaluator.toInt(given.get(i)));
                  }
                  return text.toString();
                })));
    values.put("Boolean", plain("Boolean", given -> Coercions.truthy(given.get(0)), Map.of()));
    values.put("Array", array());
    values.put("Object", object());
    values.put("Date", date());
    ScriptFunction regex =
        given -> ScriptRegex.of(given.text(0), given.has(1) ? given.text(1) : "");
    values.put("RegExp", plain("RegExp", regex, Map.of()));
    ScriptFunction error = given -> new FormulaError(given.text(0));
    values.put("Error", plain("Error", error, Map.of()));
    return values;
  }

  private static Constructor plain(
      String name, ScriptFunction call, Map<String, ScriptFunction> members) {
    return new Constructor(name, call, call, members);
  }

  private static Map<String, Object> math() {
    Map<String, Object> math = new LinkedHashMap<>();
    math.put("PI", Math.PI);
    math.put("E", Math.E);
    math.put("LN2", Math.log(2));
    math.put("LN10", Math.log(Numbers.DECIMAL));
    math.put("SQRT2", Math.sqrt(2));
    Map<String, DoubleUnaryOperator> ofOne =
        Map.ofEntries(
            Map.entry("abs", Math::abs),
            Map.entry("ceil", Math::ceil),
            Map.entry("floor", Math::floor),
            // JavaScript rounds halves up, also negative ones.
            Map.entry("round", x -> Math.floor(x + 0.5)),
            Map.entry("trunc", x -> x < 0 ? Math.ceil(x) : Math.floor(x)),
            Map.entry("sign", Math::signum),
            Map.entry("sqrt", Math::sqrt),
            Map.entry("cbrt", Math::cbrt),
            Map.entry("exp", Math::exp),
            Map.entry("log", Math::log),
            Map.entry("log10", Math::log10),
            Map.entry("log2", x -> Math.log(x) / Math.log(2)),
            Map.entry("log1p", Math::log1p),
            Map.entry("sin", Math::sin),
            Map.entry("cos", Math::cos),
            Map.entry("tan", Math::tan),
            Map.entry("asin", Math::asin),
            Map.entry("acos", Math::acos),
            Map.entry("atan", Math::atan));
    ofOne.forEach((name, function) ->
        math.put(name, (ScriptFunction) given -> function.applyAsDouble(given.number(0))));
    Map<String, DoubleBinaryOperator> ofTwo = Map.of("pow", Math::pow, "atan2", Math::atan2);
    ofTwo.forEach((name, function) ->
        math.put(
            name,
            (ScriptFunction) given -> function.applyAsDouble(given.number(0), given.number(1))));
    math.put("max", fold(Double.NEGATIVE_INFINITY, Math::max));
    math.put("min", fold(Double.POSITIVE_INFINITY, Math::min));
    math.put("hypot", fold(0, Math::hypot));
    math.put("random", (ScriptFunction) MathFormulas::random);
    return math;
  }

  private static ScriptFunction fold(double start, DoubleBinaryOperator step) {
    return given -> {
      double value = start;
      for (int i = 0; i < given.size(); i++) {
        value = step.applyAsDouble(value, given.number(i));
      }
      return value;
    };
  }

  private static Map<String, Object> json() {
    return Map.of(
        "stringify",
        (ScriptFunction)
            given -> {
              Object space = given.get(2);
              int spacesMax = 10;
              String indent =
                  switch (space) {
                    case Number count ->
                        " ".repeat((int) Math.clamp(count.doubleValue(), 0, spacesMax));
                    case String text -> text.substring(0, Math.min(spacesMax, text.length()));
                    case null, default -> "";
                  };
              return JsonTexts.write(given.get(0), indent, given.budget());
            },
        "parse",
        (ScriptFunction)
            given -> {
              given.budget().build(given.text(0).length());
              try {
                return JsonText.read(given.text(0));
              } catch (ExpressionException e) {
                throw ScriptException.syntax(Coercions.shown(given.get(0)) + " is not valid JSON");
              }
            });
  }

  private static Constructor number() {
    return plain(
        "Number",
        given -> given.size() == 0 ? 0.0 : given.number(0),
        Map.of(
            "isInteger",
            given ->
                given.get(0) instanceof Number && given.number(0) == Math.rint(given.number(0)),
            "isFinite",
            given -> given.get(0) instanceof Number && Double.isFinite(given.number(0)),
            "isNaN",
            given -> given.get(0) instanceof Number && Double.isNaN(given.number(0)),
            "parseFloat",
            Globals::parseFloat,
            "parseInt",
            Globals::parseInt));
  }

  private static Constructor array() {
    ScriptFunction made =
        given -> {
          if (given.size() != 1 || !(given.get(0) instanceof Number)) {
            return new ScriptList(given.values());
          }
          double length = given.number(0);
          if (!(length >= 0) || length != Math.rint(length)) {
            throw ScriptException.range("Invalid array length");
          }
          given.budget().steps((long) length);
          ScriptList list = new ScriptList();
          for (int i = 0; i < length; i++) {
            list.add(Undefined.VALUE);
          }
          return list;
        };
    ScriptFunction from =
        given -> {
          List<@Nullable Object> elements =
              given.get(0) instanceof Map<?, ?> map
                  ? ofLength(map, given.budget())
                  : ScriptEvaluator.copy(given.get(0));
          given.budget().steps(elements.size());
          if (!given.has(1)) {
            return new ScriptList(elements);
          }
          ScriptList mapped = new ScriptList();
          for (int i = 0; i < elements.size(); i++) {
            mapped.add(given.invoke(given.function(1), elements.get(i), (double) i));
          }
          return mapped;
        };
    return plain(
        "Array",
        made,
        Map.of(
            "isArray",
            given -> given.get(0) instanceof List,
            "of",
            given -> new ScriptList(given.values()),
            "from",
            from));
  }

  private static List<@Nullable Object> ofLength(Map<?, ?> map, Budget budget) {
    double length = Coercions.toNumber(map.get("length"));
    ScriptList list = new ScriptList();
    for (int i = 0; i < length; i++) {
      budget.step();
      list.add(Undefined.VALUE);
    }
    return list;
  }

  private static Constructor object() {
    ScriptFunction assign =
        given -> {
          Map<String, @Nullable Object> all = new LinkedHashMap<>();
          for (Object value : given.values()) {
            if (value instanceof Map<?, ?> map) {
              all.putAll(Members.object(map, given.budget()));
            }
          }
          return all;
        };
    ScriptFunction fromEntries =
        given -> {
          Map<String, @Nullable Object> all = new LinkedHashMap<>();
          for (Object entry : ScriptEvaluator.copy(given.get(0))) {
            given.budget().step();
            List<@Nullable Object> pair = ScriptEvaluator.copy(entry);
            all.put(
                Coercions.toText(pair.isEmpty() ? Undefined.VALUE : pair.getFirst()),
                pair.size() < 2 ? Undefined.VALUE : pair.get(1));
          }
          return all;
        };
    return plain(
        "Object",
        given ->
            Undefined.orNull(given.get(0)) ? new LinkedHashMap<String, Object>() : given.get(0),
        Map.of(
            "keys",
            given -> new ScriptList(Members.object(given.get(0), given.budget()).keySet()),
            "values",
            given -> new ScriptList(Members.object(given.get(0), given.budget()).values()),
            "entries",
            given -> Members.entries(given.get(0), given.budget()),
            "assign",
            assign,
            "fromEntries",
            fromEntries));
  }

  private static Constructor date() {
    return new Constructor(
        "Date",
        given -> new DateValue(given.call().nowMillis()).toString(),
        given ->
            switch (given.size()) {
              case 0 -> new DateValue(given.call().nowMillis());
              case 1 -> DateFormulas.date(given.get(0));
              default -> new DateValue(DateFormulas.utc(given, given.number(1)));
            },
        Map.of(
            "now",
            given -> given.call().nowMillis(),
            "parse",
            given -> DateValue.parse(given.text(0)).millis(),
            "UTC",
            given -> DateFormulas.utc(given, given.number(1, 0))));
  }

  private static Object parseFloat(Arguments given) {
    return Coercions.leadingNumber(given.text(0).strip());
  }

  private static Object parseInt(Arguments given) {
    String text = given.text(0).strip();
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    int radix = given.integer(1, 0);
    int hexadecimal = 16;
    boolean prefixed = digits.startsWith("0x") || digits.startsWith("0X");
    if (prefixed && (radix == 0 || radix == hexadecimal)) {
      digits = digits.substring(2);
      radix = hexadecimal;
    }
    radix = radix == 0 ? Numbers.DECIMAL : radix;
    int end = 0;
    while (end < digits.length() && Character.digit(digits.charAt(end), radix) >= 0) {
      end++;
    }
    if (end == 0) {
      return Double.NaN;
    }
    double number = Coercions.digits(digits.substring(0, end), radix);
    return negative ? -number : number;
  }
}
