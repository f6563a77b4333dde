package dev.millrace.engine.graph.node;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** Stops the instance. */
final class TerminateNode implements NodeType {

  @Override
  public String name() {
    return "terminate";
  }

  @Override
  public String summary() {
    return "Stops the instance and everything that still runs in it.";
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
    return List.of(ParameterSpec.optional("output", "any", "The output of the stopped instance."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of();
  }

  @Override
  public Step enter(NodeContext context) {
    return new Step.EndInstance(
        Status.TERMINATED, EndReason.SYSTEM, context.parameters().get("output"));
  }
}
