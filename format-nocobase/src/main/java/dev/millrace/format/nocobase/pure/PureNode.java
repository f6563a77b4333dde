package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import dev.millrace.format.nocobase.node.NocoBaseNode;
import java.util.Map;

/** A node type whose job follows from its configuration and what it sees. */
abstract class PureNode extends NocoBaseNode {

  PureNode(String type, String summary) {
    super(type, summary, Nature.PURE);
  }

  /** Calculates. */
  abstract Job calculate(Map<?, ?> config, ExpressionScope scope);

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    return calculate(config, context.scope()).step();
  }
}
