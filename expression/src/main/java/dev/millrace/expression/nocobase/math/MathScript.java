package dev.millrace.expression.nocobase.math;

import dev.millrace.expression.nocobase.script.Arguments.Call;
import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.FormulaScript;
import dev.millrace.expression.nocobase.script.ScriptException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed expression of the engine math.js. Immutable and thread-safe. */
public final class MathScript {
  private final MathNode node;

  private MathScript(MathNode node) {
    this.node = node;
  }

  /**
   * Parses an expression.
   *
   * @throws ScriptException when it does not parse
   */
  public static MathScript parse(String source) {
    return new MathScript(MathParser.parse(source));
  }

  /**
   * Evaluates it.
   *
   * @param variables what its names mean besides the functions and constants
   * @param now the moment that chance follows from
   * @return plain JSON; a number as the whole result is rounded to nine decimals
   * @throws ScriptException when it fails or meets a bound
   */
  public @Nullable Object evaluate(Map<String, @Nullable Object> variables, Instant now) {
    Call call = new Call(new Budget(), now.toEpochMilli());
    return FormulaScript.result(new MathEvaluator(call, variables).evaluate(node));
  }
}
