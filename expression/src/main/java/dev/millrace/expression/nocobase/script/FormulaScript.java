package dev.millrace.expression.nocobase.script;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed expression of the engine formula.js. Immutable and thread-safe. */
public final class FormulaScript {

  /** Elements and members that a result may have in all. */
  private static final int RESULT_SIZE_MAX = 1_000_000;

  private final ScriptNode node;

  private FormulaScript(ScriptNode node) {
    this.node = node;
  }

  /**
   * Parses an expression.
   *
   * @throws ScriptException when it does not parse
   */
  public static FormulaScript parse(String source) {
    return new FormulaScript(ScriptParser.parse(source));
  }

  /**
   * Evaluates it.
   *
   * @param variables what its names mean besides the functions
   * @param now the moment that dates come from
   * @return plain JSON; a number as the whole result is rounded to nine decimals
   * @throws ScriptException when it fails or meets a bound
   */
  public @Nullable Object evaluate(Map<String, @Nullable Object> variables, Instant now) {
    return result(value(variables, new Arguments.Call(new Budget(), now.toEpochMilli())));
  }

  /**
   * Evaluates it on the terms of a larger evaluation; the value is as the language has it.
   *
   * @throws ScriptException when it fails or meets a bound
   */
  public @Nullable Object value(
      Map<String, ? extends @Nullable Object> variables, Arguments.Call call) {
    ScriptFrame frame = new ScriptFrame(null);
    variables.forEach(frame::declare);
    return new ScriptEvaluator(call).evaluate(node, frame);
  }

  /** A value as plain JSON, its numbers as they are. */
  public static @Nullable Object plain(@Nullable Object value) {
    return new Plain().of(value, 0);
  }

  /** A value as the result of an expression: plain JSON, numbers rounded. */
  public static @Nullable Object result(@Nullable Object value) {
    if (value instanceof Double || value instanceof BigDecimal) {
      return number(Numbers.result(((Number) value).doubleValue()));
    }
    return new Plain().of(value, 0);
  }

  /** A number in the plain form; null for one that JSON has not. */
  static @Nullable Object number(double number) {
    if (!Double.isFinite(number)) {
      return null;
    }
    double plainMax = 1e21;
    if (number == Math.rint(number) && Math.abs(number) < plainMax) {
      BigInteger whole = new BigDecimal(number).toBigInteger();
      return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
    }
    return BigDecimal.valueOf(number);
  }

  private static final class Plain {
    private int size;

    private @Nullable Object of(@Nullable Object value, int depth) {
      if (depth > Budget.VALUE_DEPTH_MAX || ++size > RESULT_SIZE_MAX) {
        throw ScriptException.range("the result is too large or nests too deeply");
      }
      return switch (value) {
        case null -> null;
        case Undefined nothing -> null;
        case Double number -> number(number);
        case Float number -> number(number.doubleValue());
        case Number number -> number;
        case DateValue date -> date.valid() ? date.iso() : null;
        case Instant instant -> DateValue.of(instant).iso();
        case FormulaError error -> error.text();
        case ScriptFunction function -> null;
        case ScriptRegex regex -> Map.of();
        case List<?> list -> {
          List<@Nullable Object> plain = new ArrayList<>(list.size());
          for (Object element : list) {
            plain.add(of(element, depth + 1));
          }
          yield Collections.unmodifiableList(plain);
        }
        case Map<?, ?> map -> {
          Map<String, @Nullable Object> plain = LinkedHashMap.newLinkedHashMap(map.size());
          for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() != Undefined.VALUE
                && !(entry.getValue() instanceof ScriptFunction)) {
              plain.put(String.valueOf(entry.getKey()), of(entry.getValue(), depth + 1));
            }
          }
          yield Collections.unmodifiableMap(plain);
        }
        default -> value;
      };
    }
  }
}
