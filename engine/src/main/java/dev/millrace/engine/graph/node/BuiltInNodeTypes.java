package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeType;
import java.util.List;

/** The node types that come with the engine. */
public final class BuiltInNodeTypes {

  private static final List<NodeType> ALL =
      List.of(
          new ManualNode(),
          new CronTimerNode(),
          new WebhookNode(),
          new SyncApiNode(),
          new FormNode(),
          new ConditionNode(),
          new SwitchNode(),
          new ParallelNode(),
          new AggregationNode(),
          new EventGatewayNode(),
          new LoopNode(),
          new SubWorkflowNode(),
          new IntervalNode(),
          new CallbackNode(),
          new SignalNode(),
          new ErrorCatchNode(),
          new ThrowNode(),
          new EndNode(),
          new TerminateNode(),
          new VariableNode(),
          new TransformNode(),
          new ValidateNode(),
          new ScriptNode(),
          new ActivityNode(),
          new HttpNode(),
          new DatabaseHandlerNode(),
          new ApprovalNode(),
          new FormTaskNode(),
          new MailNode());

  private BuiltInNodeTypes() {}

  /** All of them, in the order of the catalogue; stateless, so always the same objects. */
  public static List<NodeType> all() {
    return ALL;
  }
}
