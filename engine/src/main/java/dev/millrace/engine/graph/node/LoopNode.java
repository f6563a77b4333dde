package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/**
 * A loop over a part of the graph: its loop policy gives the rounds, and each round runs the body
 * once.
 */
final class LoopNode implements BranchingNodeType {

  @Override
  public String name() {
    return "loop";
  }

  @Override
  public String summary() {
    return "Runs the tasks of its body once per round of its loopHandler; its output is the array "
        + "of their outputs.";
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
    return List.of(
        ParameterSpec.required(
                "body",
                "string",
                "The task that each round begins with; what follows it is the body. The rounds "
                    + "are those of loopHandler.")
            .asRaw());
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("body", "task-each");
  }

  @Override
  public Step enter(NodeContext context) {
    return Step.Open.one("body", Map.of());
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    return end.failure() == null ? Step.Done.of(end.output()) : new Step.Failed(end.failure());
  }
}
