package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A fork: every edge is taken. */
final class ParallelNode implements NodeType {

  @Override
  public String name() {
    return "parallel";
  }

  @Override
  public String summary() {
    return "Goes on along all of its edges at once.";
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
    return List.of();
  }

  @Override
  public Map<String, Object> example() {
    return Map.of();
  }

  @Override
  public Step enter(NodeContext context) {
    return Step.Done.of(null);
  }
}
