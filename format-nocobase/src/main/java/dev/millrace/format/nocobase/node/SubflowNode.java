package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs another workflow, {@code config.workflow} by its key, with {@code config.context} as its
 * context, and waits for its end; {@code process:ID} names a process, {@code code:APP/NAME} a
 * workflow that workers hold as code. Its result is the output of that execution; where it fails,
 * the job fails. It is ended with this execution.
 */
final class SubflowNode extends NocoBaseNode {

  /** How many executions may lie above a child. */
  private static final int DEPTH_MAX = 32;

  private final NocoBaseExpressions expressions;

  SubflowNode(NocoBaseExpressions expressions) {
    super("subflow", "Runs another workflow and waits for its output.", Nature.WAIT);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    if (inTransaction(context)) {
      // Its record nodes would wait for the transaction that waits for it.
      return refusedWait();
    }
    Object workflow = expressions.resolve(config.get("workflow"), context.scope());
    if (!(workflow instanceof String key) || key.isBlank()) {
      return JobStatus.error(
          "workflow: expected the key of a workflow, process:ID or code:APP/NAME, found "
              + workflow);
    }
    if (context.depth() >= DEPTH_MAX) {
      return JobStatus.error("expected at most " + DEPTH_MAX + " executions above another");
    }
    String named = DefinitionRef.definitionNamed(key);
    String definition =
        named != null
            ? named
            : DefinitionRef.codeApp(key) != null ? key : DefinitionRef.NOCOBASE + key;
    Map<String, @Nullable Object> labels = new LinkedHashMap<>();
    labels.put("stack", ActivityNode.stack(context));
    labels.put("parentExecutionId", context.instanceId());
    // A workflow may be called although it is disabled.
    labels.put(Command.Origin.DISABLED_TOO, true);
    Object input = expressions.resolve(config.get("context"), context.scope());
    return new Step.Waiting(
        new Wait.ForChild(
            context.childKey(definition),
            definition,
            0,
            input == null ? Map.of() : input,
            true,
            labels,
            sync(context)));
  }

  @Override
  public Step waitFailed(NodeContext context, Failure failure) {
    JobStatus status =
        failure.type().equals("canceled") ? JobStatus.ABORTED : JobStatus.of(failure);
    return (status == JobStatus.ERROR ? JobStatus.FAILED : status)
        .step(JobStatus.thrown(failure.message()), failure.message());
  }
}
