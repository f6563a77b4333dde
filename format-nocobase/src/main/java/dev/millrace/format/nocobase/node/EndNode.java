package dev.millrace.format.nocobase.node;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.Map;

/** Ends the execution, from any depth. */
final class EndNode extends NocoBaseNode {

  EndNode() {
    super("end", "Ends the workflow, resolved or failed.", Nature.PURE);
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    boolean failed = config.get("endStatus") instanceof Number number && number.longValue() < 0;
    if (!failed && inTransaction(context)) {
      return JobStatus.error(
          "an end node inside an open transaction scope ends as failed; to keep what was written,"
              + " let the branch end");
    }
    return failed
        ? new Step.EndInstance(
            Status.FAILED,
            EndReason.DECIDED,
            null,
            JobStatus.FAILED.failure("ended as failed by its end node"))
        : new Step.EndInstance(Status.COMPLETED, EndReason.NONE, null);
  }
}
