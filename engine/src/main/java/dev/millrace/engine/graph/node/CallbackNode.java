package dev.millrace.engine.graph.node;

import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A wait for a call of the node's own address. */
final class CallbackNode implements NodeType {

  @Override
  public String name() {
    return "callback";
  }

  @Override
  public List<String> aliases() {
    return List.of("wait-event", "receive");
  }

  @Override
  public String summary() {
    return "Waits for a call to /callback/{execution}/{node}; the body is the output.";
  }

  @Override
  public Category category() {
    return Category.EVENT;
  }

  @Override
  public Nature nature() {
    return Nature.WAIT;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(NodeParameters.TIMEOUT, NodeParameters.TIMEOUT_BRANCH);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("timeout", 3600L);
  }

  @Override
  public Step enter(NodeContext context) {
    return new Step.Waiting(new Wait.ForCallback());
  }
}
