package dev.millrace.format.nocobase;

import dev.millrace.engine.graph.NodeType;
import dev.millrace.format.nocobase.node.FlowNodes;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import java.util.ArrayList;
import java.util.List;

/** The node types of NocoBase's workflow API, named {@code nocobase.<type>} in graphs. */
public final class NocoBaseNodeTypes {

  private NocoBaseNodeTypes() {}

  /** All types over an implementation of NocoBase's expressions. */
  public static List<NodeType> all(NocoBaseExpressions expressions) {
    return new ArrayList<>(FlowNodes.all(expressions));
  }
}
