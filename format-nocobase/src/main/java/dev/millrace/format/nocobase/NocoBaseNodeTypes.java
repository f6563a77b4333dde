package dev.millrace.format.nocobase;

import dev.millrace.engine.graph.NodeType;
import dev.millrace.format.nocobase.node.FlowNodes;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import dev.millrace.format.nocobase.pure.Languages;
import dev.millrace.format.nocobase.pure.PureNodes;
import java.util.ArrayList;
import java.util.List;

/** The node types of NocoBase's workflow API, named {@code nocobase.<type>} in graphs. */
public final class NocoBaseNodeTypes {

  private NocoBaseNodeTypes() {}

  /** All types, with NocoBase's languages. */
  public static List<NodeType> standard(Languages languages) {
    List<NodeType> types = all(languages);
    types.addAll(PureNodes.all(languages));
    return types;
  }

  /**
   * The types that branch, wait or hand work over, with an implementation of NocoBase's
   * expressions.
   */
  public static List<NodeType> all(NocoBaseExpressions expressions) {
    return new ArrayList<>(FlowNodes.all(expressions));
  }
}
