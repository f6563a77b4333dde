package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.expression.ExpressionScope;
import java.util.Map;

/** Takes a date or a number through steps. */
final class DateCalculationNode extends PureNode {
  private final Languages languages;

  DateCalculationNode(Languages languages) {
    super("dateCalculation", "Calculates with dates, step by step.");
    this.languages = languages;
  }

  @Override
  Job calculate(Map<?, ?> config, ExpressionScope scope) {
    return CalculationNode.job(languages.date(config, scope));
  }
}
