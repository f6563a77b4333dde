package dev.millrace.engine.graph.node;

import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A wait for a named event. */
final class SignalNode implements NodeType {

  @Override
  public String name() {
    return "signal";
  }

  @Override
  public String summary() {
    return "Waits for an external event by name; its payload is the output.";
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
    return List.of(
        ParameterSpec.required("name", "string", "The name of the event."),
        ParameterSpec.optional(
            "key", "string", "Only an event with this correlation key is taken; any without it."),
        NodeParameters.TIMEOUT,
        NodeParameters.TIMEOUT_BRANCH);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("name", "payment-received", "key", "order-7");
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters ->
            new Step.Waiting(
                new Wait.ForEvent(parameters.requiredText("name"), parameters.text("key", ""))));
  }
}
