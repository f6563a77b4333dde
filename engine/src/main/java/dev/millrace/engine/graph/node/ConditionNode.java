package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A choice between true and false. */
final class ConditionNode implements NodeType {

  @Override
  public String name() {
    return "condition";
  }

  @Override
  public String summary() {
    return "Tests conditions and goes on by true or false; without any, the guards of its edges "
        + "choose.";
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
        ParameterSpec.optional(
                "condition_list", "array", "Conditions {type, value1, operation, value2}.")
            .as(Content.CONDITION),
        ParameterSpec.optional(
                "relation",
                "string",
                "and: all conditions must hold; or: one must. and without it.")
            .of("and", "or"),
        ParameterSpec.optional(
                "condition",
                "any",
                "Used without condition_list: an expression or a condition object.")
            .as(Content.CONDITION),
        ParameterSpec.optional("when", "any", "Another name of condition.").as(Content.CONDITION),
        ParameterSpec.optional(
            "true_branch", "string", "The node to go to when it holds: an edge on true."),
        ParameterSpec.optional(
            "false_branch", "string", "The node to go to when it does not: an edge on false."));
  }

  @Override
  public Set<String> outcomes() {
    return Set.of(Outcomes.TRUE, Outcomes.FALSE, Outcomes.SUCCESS);
  }

  @Override
  public List<List<String>> requiredChoices() {
    return List.of(List.of("condition_list", "condition", "when"));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "condition_list",
        List.of(
            Map.of(
                "index",
                0L,
                "type",
                "string",
                "value1",
                "vip",
                "operation",
                "equal",
                "value2",
                "vip")),
        "relation",
        "and");
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          String relation = parameters.choice("relation", List.of("and", "or"));
          Object conditions = conditions(parameters);
          if (conditions != null) {
            boolean holds =
                conditions instanceof List<?> list
                    ? context.expressions().testAll(list, relation, context.scope())
                    : context.expressions().test(conditions, context.scope());
            return new Step.Done(holds, holds ? Outcomes.TRUE : Outcomes.FALSE);
          }
          if (context.node().edges().stream().anyMatch(ConditionNode::guarded)) {
            return Step.Done.of(null);
          }
          throw new ConstraintException(
              "expected condition_list, condition, when, or edges with when, found none");
        });
  }

  /** What is to be tested, or null; an empty list counts as absent. */
  private static @Nullable Object conditions(NodeParameters parameters) {
    for (String name : List.of("condition_list", "condition", "when")) {
      Object value = parameters.value(name);
      if (value != null && !value.equals(List.of())) {
        return value;
      }
    }
    return null;
  }

  private static boolean guarded(Edge edge) {
    return edge.when() != null || edge.otherwise();
  }
}
