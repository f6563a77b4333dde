package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A start by hand or through the API. */
final class ManualNode implements NodeType {

  @Override
  public String name() {
    return "manual";
  }

  @Override
  public List<String> aliases() {
    return List.of("start-trigger", "start");
  }

  @Override
  public String summary() {
    return "Starts the process by hand or through the API; its output is the input of the "
        + "instance.";
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
    return List.of();
  }

  @Override
  public Map<String, Object> example() {
    return Map.of();
  }

  @Override
  public Step enter(NodeContext context) {
    return StartEvent.handOnInput(context);
  }
}
