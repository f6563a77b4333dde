package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.NocoBaseScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates an expression that a variable holds, over a scope that a variable holds. */
final class DynamicCalculationNode extends PureNode {
  private final Languages languages;

  DynamicCalculationNode(Languages languages) {
    super("dynamic-calculation", "Evaluates an expression found in data.");
    this.languages = languages;
  }

  @Override
  Job calculate(Map<?, ?> config, ExpressionScope scope) {
    Object dynamic = languages.resolve(config.get("expression"), scope);
    Object roots = languages.resolve(config.get("scope"), scope);
    Map<String, @Nullable Object> seen = new LinkedHashMap<>();
    if (roots instanceof Map<?, ?> map) {
      map.forEach((key, value) -> seen.put(String.valueOf(key), value));
    }
    Object expression = dynamic instanceof Map ? JsonValue.get(dynamic, "expression") : dynamic;
    return CalculationNode.job(
        languages.calculate(
            CalculationNode.text(JsonValue.get(dynamic, "engine")),
            CalculationNode.text(expression),
            NocoBaseScope.ofRoots(seen)));
  }
}
