package dev.millrace.format.nocobase.node;

import dev.millrace.engine.graph.NodeType;
import java.util.List;

/** The node types that branch, wait, or hand work over. */
public final class FlowNodes {

  private FlowNodes() {}

  /** All of them. */
  public static List<NodeType> all(NocoBaseExpressions expressions) {
    return List.of(
        new ConditionNode(expressions),
        new MultiConditionsNode(expressions),
        new LoopNode(expressions),
        new ParallelNode(),
        new TransactionNode(),
        new DelayNode(expressions),
        new EndNode(),
        new ManualNode(expressions),
        new CopyNode(expressions),
        new RequestNode(expressions, "request", true, "Sends an HTTP request."),
        new ScriptNode(expressions),
        new RequestNode(expressions, "mailer", true, "Sends an e-mail."),
        new SqlNode(expressions),
        new DataNode(expressions, "create", "Creates a record."),
        new DataNode(expressions, "update", "Updates records."),
        new DataNode(expressions, "destroy", "Deletes records."),
        new DataNode(expressions, "query", "Reads records."),
        new DataNode(expressions, "aggregate", "Counts or adds up records."),
        new RequestNode(expressions, "notification", true, "Sends a notification."),
        new ResponseMessageNode(expressions),
        new ResponseNode(expressions),
        new SubflowNode(expressions));
  }
}
