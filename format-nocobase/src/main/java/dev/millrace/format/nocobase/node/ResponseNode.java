package dev.millrace.format.nocobase.node;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to a call of a webhook, {@code {statusCode, headers, body}}; ends the execution. */
final class ResponseNode extends NocoBaseNode {

  private static final long OK = 200;

  private final NocoBaseExpressions expressions;

  ResponseNode(NocoBaseExpressions expressions) {
    super("response", "Answers a webhook and ends the workflow.", Nature.PURE);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    Object status = config.get("statusCode");
    answer.put("statusCode", status == null ? OK : status);
    answer.put("headers", expressions.resolve(config.get("headers"), context.scope()));
    answer.put("body", expressions.resolve(config.get("body"), context.scope()));
    return new Step.EndInstance(Status.COMPLETED, EndReason.NONE, answer);
  }
}
