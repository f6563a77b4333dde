package dev.millrace.format.nocobase.node;

import dev.millrace.engine.graph.NodeType;
import java.util.List;

/** The node types that branch, wait, or hand work over. */
public final class FlowNodes {

  private FlowNodes() {}

  /** All of them. */
  public static List<NodeType> all(NocoBaseExpressions expressions) {
    return List.of(new ConditionNode(expressions), new EndNode());
  }
}
