package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.format.nocobase.node.NocoBaseExpressions.Outcome;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Test runs of single nodes that only calculate: {@code flow_nodes:test}. Thread-safe. */
public final class NodeTests {
  private final Languages languages;
  private final Map<String, PureNode> nodes = new LinkedHashMap<>();

  public NodeTests(Languages languages) {
    this.languages = languages;
    nodes.put("calculation", new CalculationNode(languages));
    nodes.put("dynamic-calculation", new DynamicCalculationNode(languages));
    nodes.put("dateCalculation", new DateCalculationNode(languages));
    nodes.put("json-query", new JsonQueryNode(languages));
    nodes.put("json-variable-mapping", new JsonVariableMappingNode(languages));
  }

  /** The node types that can be tried here. */
  public List<String> types() {
    return java.util.stream.Stream.concat(
            nodes.keySet().stream(), java.util.stream.Stream.of("condition", "multi-conditions"))
        .toList();
  }

  /**
   * Tries a configuration in which the caller has replaced the variables; those left are missing.
   *
   * @param now the moment of the run
   * @return what the node came to; empty for a type that cannot be tried here
   */
  public Optional<Job> test(String type, Map<?, ?> config, Instant now) {
    return test(type, config, new Nothing(now));
  }

  /** Tries a configuration in a scope. */
  public Optional<Job> test(String type, Map<?, ?> config, ExpressionScope scope) {
    return switch (type) {
      case "condition" -> Optional.of(CalculationNode.job(languages.condition(config, scope)));
      case "multi-conditions" -> Optional.of(conditions(config, scope));
      default -> Optional.ofNullable(nodes.get(type)).map(node -> node.calculate(config, scope));
    };
  }

  /** The last value up to the first condition that is true. */
  private Job conditions(Map<?, ?> config, ExpressionScope scope) {
    Object last = null;
    if (config.get("conditions") instanceof List<?> conditions) {
      for (Object condition : conditions) {
        Map<?, ?> one = condition instanceof Map<?, ?> map ? map : Map.of();
        Outcome outcome = languages.condition(one, scope);
        if (outcome.error() != null) {
          return Job.error(outcome.error());
        }
        last = outcome.value();
        if (Boolean.TRUE.equals(last)) {
          break;
        }
      }
    }
    return Job.resolved(last);
  }

  private record Nothing(Instant now) implements ExpressionScope {
    @Override
    public boolean has(String root) {
      return root.equals("now");
    }

    @Override
    public @Nullable Object value(String root) {
      return root.equals("now") ? now.toString() : null;
    }
  }
}
