package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import dev.millrace.engine.graph.WaitingNodeType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node type of NocoBase. It reads the node as the document has it ({@code Node.config}: {@code
 * config}, {@code id}, {@code title}, and {@code workflowId} and {@code sync} of its workflow) and
 * resolves templates itself. Stateless and thread-safe.
 */
public abstract class NocoBaseNode implements WaitingNodeType {

  /** What the names of NocoBase's node types begin with in a graph. */
  public static final String PREFIX = "nocobase.";

  /**
   * A variable of the bodies in which nothing may wait: the name of the open transaction that
   * record nodes work in. Also what activities are given it as.
   */
  static final String TRANSACTION = "$transaction";

  /** The label of an execution that lies in a transaction as a whole. */
  private static final String LABEL = "transaction";

  private final String type;
  private final String summary;
  private final Nature nature;

  /**
   * A type.
   *
   * @param type as NocoBase names it, as {@code multi-conditions}
   */
  protected NocoBaseNode(String type, String summary, Nature nature) {
    this.type = type;
    this.summary = summary;
    this.nature = nature;
  }

  @Override
  public final String name() {
    return PREFIX + type;
  }

  @Override
  public final String summary() {
    return summary;
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public final Nature nature() {
    return nature;
  }

  @Override
  public final List<ParameterSpec> parameters() {
    return List.of();
  }

  @Override
  public final Map<String, Object> example() {
    return Map.of();
  }

  @Override
  public final Step enter(NodeContext context) {
    try {
      return run(context, config(context));
    } catch (ExpressionException fault) {
      return JobStatus.error(String.valueOf(fault.getMessage()));
    }
  }

  /**
   * Runs the node up to its end or to its wait.
   *
   * @param config the configuration, unresolved
   * @throws ExpressionException which becomes an error with its message
   */
  protected abstract Step run(NodeContext context, Map<?, ?> config);

  /** The configuration of the node, unresolved. */
  protected static Map<?, ?> config(NodeContext context) {
    return context.node().config().get("config") instanceof Map<?, ?> map ? map : Map.of();
  }

  /** Whether the workflow answers its caller with what it came to. */
  protected static boolean sync(NodeContext context) {
    return Boolean.TRUE.equals(context.node().config().get("sync"));
  }

  /** The name of the transaction that the node lies in, null for none. */
  protected static @Nullable String transaction(NodeContext context) {
    Object inner = context.scope().value(TRANSACTION);
    Object name = inner == null ? context.origin().labels().get(LABEL) : inner;
    return name == null ? null : name.toString();
  }

  /** Whether the node lies in a body in which nothing may wait. */
  protected static boolean inTransaction(NodeContext context) {
    return transaction(context) != null;
  }

  /** The answer of a node that would have to wait where nothing may wait. */
  static Step.Failed refusedWait() {
    return JobStatus.error("Pending jobs are not allowed inside an open transaction scope");
  }

  /** What the run has shown so far, or null. */
  protected static @Nullable Object shown(NodeContext context) {
    NodeRun.Notes notes = context.run().notes();
    return notes == null ? null : notes.output();
  }

  @Override
  public Step waitFailed(NodeContext context, Failure failure) {
    JobStatus status = JobStatus.of(failure);
    boolean own = !status.failureType().equals(failure.type());
    Object result = failure.detail();
    if (result == null && own) {
      result = JobStatus.thrown(failure.message());
    }
    Failure known = status.failure(failure.message());
    return new Step.Failed(
        new Failure(
            known.type(),
            known.message(),
            "",
            failure.retryable(),
            failure.detail(),
            null,
            known.end()),
        result);
  }

  /**
   * Settles the run with {@code {status, result}}; without a result it keeps what it has shown.
   * Status 0 leaves it waiting.
   */
  @Override
  public Step settled(NodeContext context, @Nullable Object value) {
    boolean given = value instanceof Map<?, ?> map && map.containsKey("result");
    Object result = given ? JsonValue.get(value, "result") : shown(context);
    Step step =
        JobStatus.of(
                JsonValue.get(value, "status") instanceof Number number
                    ? number.longValue()
                    : JobStatus.RESOLVED.number())
            .step(result, "settled from outside");
    return step instanceof Step.Stay && given
        ? Step.Recorded.notes(step, notesWith(context, result))
        : step;
  }

  private static NodeRun.Notes notesWith(NodeContext context, @Nullable Object output) {
    NodeRun.Notes notes = context.run().notes();
    return notes == null
        ? NodeRun.Notes.ofOutput(output)
        : new NodeRun.Notes(output, notes.meta(), notes.log(), notes.decided());
  }
}
