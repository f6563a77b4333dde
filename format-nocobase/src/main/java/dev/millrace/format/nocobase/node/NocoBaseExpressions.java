package dev.millrace.format.nocobase.node;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * NocoBase's templates and conditions, as its node types need them. The scope is the engine's: its
 * {@code input} is {@code $context}, its {@code tasks} {@code $jobsMapByNodeKey}, its {@code
 * $scopes} and {@code env} the roots of the same name. Pure, bounded and thread-safe.
 */
public interface NocoBaseExpressions {

  /**
   * Resolves a template to plain JSON. What is undefined is dropped from objects and null
   * elsewhere.
   *
   * @param roots further roots, which hide others
   * @throws ExpressionException when a bound is exceeded
   */
  @Nullable Object resolve(
      @Nullable Object template, ExpressionScope scope, Map<String, @Nullable Object> roots);

  /** Resolves a template over the scope alone. */
  default @Nullable Object resolve(@Nullable Object template, ExpressionScope scope) {
    return resolve(template, scope, Map.of());
  }

  /** Whether a text is a single placeholder that leads nowhere. */
  boolean undefined(String template, ExpressionScope scope);

  /**
   * Evaluates what a condition tests: {@code {engine, calculation, expression}}. Without any it is
   * true.
   */
  Outcome condition(Map<?, ?> config, ExpressionScope scope);

  /**
   * What an evaluation came to.
   *
   * @param value plain JSON, which need not be a boolean; null after an error
   * @param error the kind and the message, null when there is none
   */
  record Outcome(@Nullable Object value, @Nullable String error) {

    /** A value. */
    public static Outcome of(@Nullable Object value) {
      return new Outcome(value, null);
    }

    /** Whether JavaScript takes the value for true. */
    public boolean truthy() {
      return switch (value) {
        case null -> false;
        case Boolean bool -> bool;
        case String text -> !text.isEmpty();
        case Number number -> number.doubleValue() != 0;
        default -> true;
      };
    }
  }
}
