package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** The global exception node. */
final class ErrorCatchNode implements NodeType {
  private static final String ON = "on";

  @Override
  public String name() {
    return "error-catch";
  }

  @Override
  public String summary() {
    return "Takes errors that no node handled; its output describes the error.";
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
                ON,
                "array",
                "The types of errors it takes, as timeout or http.5*; all without it. Of several"
                    + " such nodes the first that takes an error is given it.")
            .asRaw());
  }

  @Override
  public Map<String, Object> example() {
    return Map.of();
  }

  @Override
  public Step enter(NodeContext context) {
    Object event = context.scope().value("failure-event");
    return Step.Done.of(event == null ? context.scope().value("error") : event);
  }
}
