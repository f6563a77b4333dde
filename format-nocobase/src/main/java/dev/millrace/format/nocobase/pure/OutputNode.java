package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import dev.millrace.format.nocobase.node.NocoBaseNode;
import java.util.Map;

/** Sets the output of the execution; the last one wins. */
final class OutputNode extends NocoBaseNode {
  private final NocoBaseExpressions expressions;

  OutputNode(NocoBaseExpressions expressions) {
    super("output", "Sets what the workflow gives.", Nature.PURE);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    return new Step.SetOutput(expressions.resolve(config.get("value"), context.scope()));
  }
}
