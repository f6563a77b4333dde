package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.graph.NodeType;
import java.util.List;

/** The node types that only calculate. */
public final class PureNodes {
  private PureNodes() {}

  /** All of them. */
  public static List<NodeType> all(Languages languages) {
    return List.of(
        new CalculationNode(languages),
        new DynamicCalculationNode(languages),
        new DateCalculationNode(languages),
        new OutputNode(languages),
        new JsonQueryNode(languages),
        new JsonVariableMappingNode(languages),
        new VariableNode(languages));
  }
}
