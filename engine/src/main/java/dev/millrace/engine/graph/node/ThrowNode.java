package dev.millrace.engine.graph.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** An error raised on purpose. */
final class ThrowNode implements NodeType {

  @Override
  public String name() {
    return "throw";
  }

  @Override
  public String summary() {
    return "Fails with an error of a given type, to be caught like any other.";
  }

  @Override
  public Category category() {
    return Category.EVENT;
  }

  @Override
  public Nature nature() {
    return Nature.PURE;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
            "type", "string", "The type of the error, as order.rejected; unknown without it."),
        ParameterSpec.optional("message", "string", "What went wrong; names the node without it."),
        ParameterSpec.optional("detail", "any", "More about it, for error.detail."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("type", "order.rejected", "message", "the order has no lines");
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters ->
            new Step.Failed(
                new Failure(
                    parameters.text("type", "unknown"),
                    parameters.text("message", "raised by node " + context.node().id()),
                    "",
                    false,
                    parameters.value("detail"),
                    null)));
  }
}
