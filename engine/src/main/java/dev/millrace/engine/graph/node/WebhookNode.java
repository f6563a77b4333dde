package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A start by an HTTP call that is answered at once. */
final class WebhookNode implements NodeType {

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public List<String> aliases() {
    return List.of("async-api");
  }

  @Override
  public String summary() {
    return "Starts the process by an HTTP call and answers at once; its output is {headers, "
        + "query, body}.";
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
    return StartEvent.HTTP_PARAMETERS;
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("module", "orders", "function", "create");
  }

  @Override
  public Step enter(NodeContext context) {
    return StartEvent.handOnInput(context);
  }
}
