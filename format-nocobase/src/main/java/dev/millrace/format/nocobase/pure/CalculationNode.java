package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.format.nocobase.node.NocoBaseExpressions.Outcome;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates an expression. */
final class CalculationNode extends PureNode {
  private final Languages languages;

  CalculationNode(Languages languages) {
    super("calculation", "Evaluates an expression of math.js, formula.js or text.");
    this.languages = languages;
  }

  @Override
  Job calculate(Map<?, ?> config, ExpressionScope scope) {
    return job(
        languages.calculate(text(config.get("engine")), text(config.get("expression")), scope));
  }

  /** A member that is text or a scalar, as text; null for none. */
  static @Nullable String text(@Nullable Object value) {
    return value == null || value instanceof Map ? null : String.valueOf(JsonValue.of(value));
  }

  static Job job(Outcome outcome) {
    return outcome.error() == null ? Job.resolved(outcome.value()) : Job.error(outcome.error());
  }
}
