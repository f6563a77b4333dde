package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A value computed from others. */
final class TransformNode implements NodeType {

  @Override
  public String name() {
    return "transform";
  }

  @Override
  public String summary() {
    return "Computes a value with a JSONata expression or from a template.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.PURE;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
                "expression", "string", "JSONata source; either this or template is required.")
            .as(Content.EXPRESSION),
        ParameterSpec.optional(
            "template",
            "any",
            "A value in which expressions are replaced, used without expression."));
  }

  @Override
  public List<List<String>> requiredChoices() {
    return List.of(List.of("expression", "template"));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("template", Map.of("greeting", "hello"));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          String source = parameters.text("expression", "");
          if (!source.isEmpty()) {
            return Step.Done.of(context.expressions().evaluate(source, context.scope()));
          }
          if (parameters.given("template")) {
            return Step.Done.of(context.parameters().get("template"));
          }
          throw new ConstraintException(
              "expected the parameter expression or template, found neither");
        });
  }
}
