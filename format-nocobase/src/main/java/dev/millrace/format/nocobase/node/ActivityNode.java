package dev.millrace.format.nocobase.node;

import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node that hands its work to the activity of its name. The activity is given the resolved
 * configuration, and beside it {@code stack} (the executions that led here, this one last) and
 * {@code $job}: {@code executionId, jobId, nodeId, workflowId, workflowKey}, and {@code
 * $transaction}, the name of an open transaction, inside one. Its result is that of the job. It
 * fails with a type of {@link JobStatus}, else as an error; the detail of the failure is the result
 * of the job then, and {@code {message}} where an error has none.
 */
class ActivityNode extends NocoBaseNode {

  private final NocoBaseExpressions expressions;
  private final boolean slow;

  /**
   * A type.
   *
   * @param slow whether an asynchronous workflow lets its caller go on meanwhile
   */
  ActivityNode(NocoBaseExpressions expressions, String type, boolean slow, String summary) {
    super(type, summary, Nature.ACTIVITY);
    this.expressions = expressions;
    this.slow = slow;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> resolved = resolved(context, config);
    Map<String, @Nullable Object> input = new LinkedHashMap<>(resolved);
    input.put("stack", stack(context));
    input.put("$job", job(context));
    String transaction = transaction(context);
    if (transaction != null) {
      input.put(TRANSACTION, transaction);
    }
    boolean background = slow && !sync(context) && !inTransaction(context);
    Step step = new Step.Waiting(new Wait.ForActivity(name(), List.of(), 0, true, background));
    return new Step.Recorded(step, input, notes(resolved), List.of());
  }

  /** What the activity is given of the configuration. */
  Map<String, @Nullable Object> resolved(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> resolved = new LinkedHashMap<>();
    config.forEach(
        (name, template) -> resolved.put(String.valueOf(name), resolve(template, context)));
    return resolved;
  }

  final @Nullable Object resolve(@Nullable Object template, NodeContext context) {
    return expressions.resolve(template, context.scope());
  }

  /** What the job shows while the activity runs. */
  @Nullable Notes notes(Map<String, @Nullable Object> resolved) {
    return null;
  }

  /** The ids of the executions that led here, the present one last. */
  static List<@Nullable Object> stack(NodeContext context) {
    List<@Nullable Object> stack =
        new ArrayList<>(
            context.origin().labels().get("stack") instanceof List<?> above ? above : List.of());
    stack.add(context.instanceId());
    return stack;
  }

  static Map<String, @Nullable Object> job(NodeContext context) {
    NodeRun run = context.run();
    Map<String, @Nullable Object> node = context.node().config();
    Map<String, @Nullable Object> job = new LinkedHashMap<>();
    job.put("executionId", context.instanceId());
    job.put("jobId", (context.instanceId() << InstanceState.ID_BITS) | run.id());
    job.put("nodeId", node.get("id"));
    job.put("nodeKey", context.node().id());
    job.put("workflowId", node.get("workflowId"));
    job.put("workflowKey", node.get("workflowKey"));
    return job;
  }
}
