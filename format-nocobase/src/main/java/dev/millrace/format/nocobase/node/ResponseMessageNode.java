package dev.millrace.format.nocobase.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.Map;

/**
 * A message for the answer to the request that started the execution: its result, in the order of
 * the jobs. Without a request, which the label {@link #REQUEST} says, there is none.
 */
final class ResponseMessageNode extends NocoBaseNode {

  /** The label of instances that a request waits for. */
  static final String REQUEST = "request";

  private final NocoBaseExpressions expressions;

  ResponseMessageNode(NocoBaseExpressions expressions) {
    super("response-message", "Adds a message to the answer of the request.", Nature.PURE);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    boolean request = Boolean.TRUE.equals(context.origin().labels().get(REQUEST));
    return Step.Done.of(
        request ? expressions.resolve(config.get("message"), context.scope()) : null);
  }
}
