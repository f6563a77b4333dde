package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A race between the nodes that follow. */
final class EventGatewayNode implements NodeType {

  @Override
  public String name() {
    return "event-gateway";
  }

  @Override
  public List<String> aliases() {
    return List.of("race");
  }

  @Override
  public String summary() {
    return "Starts all nodes that follow; the first to finish cancels the others.";
  }

  @Override
  public Category category() {
    return Category.GATEWAY;
  }

  @Override
  public Nature nature() {
    return Nature.WAIT;
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
    return new Step.Race();
  }
}
