package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs branch 1 and, where that fails, another branch. Nothing may wait inside branch 1.
 *
 * <p>What is atomic: each step of the execution, and each write of a data node by itself. What is
 * not: the writes of several data nodes in branch 1. They are not rolled back when it fails; undo
 * them in the other branch.
 */
final class TransactionNode extends NocoBaseNode implements BranchingNodeType {

  private static final String RUN = "1";

  TransactionNode() {
    super(
        "transaction",
        "Runs a branch in which nothing may wait, and another one if it fails.",
        Nature.WAIT);
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    return context.node().bodies().containsKey(RUN)
        ? Step.Open.one(RUN, Map.of(TRANSACTION, true))
        : Step.Done.of(null);
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    if (!end.body().equals(RUN)) {
      return end.failure() == null
          ? ended(context, JobStatus.of(number(end.progress())), "branch 1 failed")
          : new Step.Failed(end.failure());
    }
    Failure failure = end.failure();
    if (failure == null) {
      return Step.Done.of(null);
    }
    JobStatus status = JobStatus.of(failure);
    for (String other : context.node().bodies().keySet()) {
      if (!other.equals(RUN)) {
        Map<String, @Nullable Object> progress = new LinkedHashMap<>();
        progress.put("status", (long) status.number());
        return new Step.Open(java.util.List.of(new Step.Body(other, Map.of())), progress);
      }
    }
    return ended(context, status, failure.message());
  }

  private static long number(@Nullable Object progress) {
    return JsonValue.get(progress, "status") instanceof Number number ? number.longValue() : -1;
  }

  private static Step ended(NodeContext context, JobStatus status, String message) {
    return Boolean.TRUE.equals(config(context).get("continueAfterRollback"))
        ? Step.Done.of(null)
        : status.step(null, message);
  }
}
