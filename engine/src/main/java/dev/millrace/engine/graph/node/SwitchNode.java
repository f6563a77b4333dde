package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A choice between named cases. */
final class SwitchNode implements NodeType {
  private static final String OTHERWISE = "default";

  @Override
  public String name() {
    return "switch";
  }

  @Override
  public String summary() {
    return "Goes on by the name of the first case that matches, or by default.";
  }

  @Override
  public Category category() {
    return Category.GATEWAY;
  }

  @Override
  public Nature nature() {
    return Nature.PURE;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.required(
                "cases",
                "array",
                "Cases {name, value} or {name, when}, tried in order; their names are the "
                    + "outcomes.")
            .as(Content.CASES),
        ParameterSpec.optional("value", "any", "What the values of the cases are compared with."));
  }

  @Override
  public Set<String> outcomes() {
    return Set.of("*", OTHERWISE);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "value",
        "gold",
        "cases",
        List.of(Map.of("name", "premium", "value", "gold"), Map.of("name", "other", "when", true)));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          Object cases = parameters.value("cases");
          if (!(cases instanceof List<?> list)) {
            throw NodeParameters.mismatch("cases", "a list", cases);
          }
          Object value = parameters.value("value");
          for (Object each : list) {
            if (!(each instanceof Map<?, ?> branch)) {
              throw NodeParameters.mismatch("cases", "objects with a name", each);
            }
            String name = name(branch);
            if (matches(context, branch, name, value)) {
              return new Step.Done(name, name);
            }
          }
          return new Step.Done(OTHERWISE, OTHERWISE);
        });
  }

  private static String name(Map<?, ?> branch) {
    Object name = branch.get("name");
    if (!(name instanceof String text) || text.isBlank()) {
      throw NodeParameters.mismatch("cases", "a name in each case", name);
    }
    String outcome = text.strip();
    if (!Outcomes.normal(outcome) || outcome.equals(Outcomes.ALWAYS)) {
      throw NodeParameters.mismatch(
          "cases", "names other than error, timeout, rejected and always", outcome);
    }
    return outcome;
  }

  private static boolean matches(
      NodeContext context, Map<?, ?> branch, String name, @Nullable Object value) {
    Object when = branch.get("when");
    if (when != null && !when.equals("")) {
      return context.expressions().test(when, context.scope());
    }
    if (!branch.containsKey("value")) {
      throw new ConstraintException(
          "parameter cases: expected value or when in case "
              + NodeParameters.shown(name)
              + ", found neither");
    }
    return same(context.expressions().resolve(branch.get("value"), context.scope()), value);
  }

  /** Equality as of conditions: numbers by value, a scalar and a text by their text. */
  private static boolean same(@Nullable Object left, @Nullable Object right) {
    if (left instanceof Number && right instanceof Number) {
      BigDecimal one = NodeParameters.decimal(left);
      BigDecimal other = NodeParameters.decimal(right);
      return (one != null && other != null) ? one.compareTo(other) == 0 : left.equals(right);
    }
    if (left instanceof String text && scalar(right)) {
      return text.equals(String.valueOf(right));
    }
    if (right instanceof String text && scalar(left)) {
      return text.equals(String.valueOf(left));
    }
    return Objects.equals(left, right);
  }

  private static boolean scalar(@Nullable Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }
}
