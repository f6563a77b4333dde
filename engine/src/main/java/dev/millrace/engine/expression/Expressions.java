package dev.millrace.engine.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Evaluates the expressions inside definitions. Thread-safe, pure and bounded. */
public interface Expressions {

  /**
   * Resolves a template: a JSON value in which any string may hold {@code {{path}}} references or
   * be a whole {@code {% JSONata %}} expression. A string that is exactly one reference gives the
   * value with its type; mixed text gives text.
   *
   * @throws ExpressionException when an expression does not parse, fails or exceeds a bound
   */
  @Nullable Object resolve(@Nullable Object template, ExpressionScope scope);

  /**
   * Evaluates raw JSONata source (no delimiters needed, {@code {% %}} tolerated).
   *
   * @throws ExpressionException when it does not parse, fails or exceeds a bound
   */
  @Nullable Object evaluate(String source, ExpressionScope scope);

  /**
   * Tests a condition: a boolean, a template string, a condition object of the process API ({@code
   * {type,value1,operation,value2}}), or a list of those, all of which must hold.
   *
   * @throws ExpressionException when it cannot be evaluated to a boolean
   */
  boolean test(@Nullable Object condition, ExpressionScope scope);

  /**
   * Tests a list of conditions.
   *
   * @param relation {@code and} (all must hold; also the meaning of an empty text) or {@code or}
   * @throws ExpressionException when one cannot be evaluated to a boolean
   */
  boolean testAll(List<?> conditions, String relation, ExpressionScope scope);

  /**
   * Checks that every expression inside a template parses, without evaluating it.
   *
   * @throws ExpressionException naming the first fault
   */
  void check(@Nullable Object template);
}
