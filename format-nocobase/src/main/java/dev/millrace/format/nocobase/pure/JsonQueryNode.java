package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.node.NocoBaseExpressions.Outcome;
import java.util.Map;

/** Queries JSON in one of three languages. */
final class JsonQueryNode extends PureNode {
  private final Languages languages;

  JsonQueryNode(Languages languages) {
    super("json-query", "Takes parts of JSON by JMESPath, JSONPath or JSONata.");
    this.languages = languages;
  }

  @Override
  Job calculate(Map<?, ?> config, ExpressionScope scope) {
    Outcome outcome =
        languages.query(
            CalculationNode.text(config.get("engine")),
            languages.resolve(config.get("source"), scope),
            CalculationNode.text(languages.resolve(config.get("expression"), scope)),
            config.get("model"),
            scope);
    return outcome.error() == null
        ? Job.resolved(outcome.value())
        : new Job(JobStatus.ERROR, null, outcome.error());
  }
}
