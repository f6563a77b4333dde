package dev.millrace.format.nocobase.node;

import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.Map;

/**
 * Runs branch 1 when its condition is true and branch 0 when it is false. Its job is done once the
 * condition is known; what the branch comes to is handed on.
 */
final class ConditionNode extends NocoBaseNode implements BranchingNodeType {

  private final NocoBaseExpressions expressions;

  ConditionNode(NocoBaseExpressions expressions) {
    super("condition", "Goes on, or into one of two branches, by a condition.", Nature.WAIT);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    NocoBaseExpressions.Outcome outcome = expressions.condition(config, context.scope());
    if (outcome.error() != null) {
      return JobStatus.expressionError(outcome.error());
    }
    Object value = outcome.value();
    if (!outcome.truthy() && Boolean.TRUE.equals(config.get("rejectOnFalse"))) {
      return JobStatus.FAILED.step(value, "the condition is false");
    }
    // Other values than the two booleans choose no branch.
    String branch = Boolean.TRUE.equals(value) ? "1" : Boolean.FALSE.equals(value) ? "0" : "";
    return context.node().bodies().containsKey(branch)
        ? Step.Recorded.notes(Step.Open.one(branch, Map.of()), new Notes(value, null, null, true))
        : Step.Done.of(value);
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    return end.failure() == null
        ? Step.Done.of(shown(context))
        : new Step.Failed(end.failure(), shown(context));
  }
}
