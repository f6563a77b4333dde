package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import dev.millrace.engine.graph.Step.OtherRun;
import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import dev.millrace.format.nocobase.node.NocoBaseNode;
import java.util.Map;

/** Declares a variable, which is its own result, or gives that of another node a new value. */
final class VariableNode extends NocoBaseNode {
  private final NocoBaseExpressions expressions;

  VariableNode(NocoBaseExpressions expressions) {
    super("variable", "Declares a variable or assigns a value to one.", Nature.PURE);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    Object value = expressions.resolve(config.get("value"), context.scope());
    Object target = config.get("target");
    if (target == null || "".equals(target)) {
      return Step.Done.of(value);
    }
    String key = String.valueOf(target);
    // A node is a root of what its workflow's expressions see.
    if (!context.scope().has(key)) {
      return JobStatus.error("target node by key \"" + key + "\" is not found");
    }
    return Step.Recorded.other(Step.Done.of(value), new OtherRun(key, value));
  }
}
