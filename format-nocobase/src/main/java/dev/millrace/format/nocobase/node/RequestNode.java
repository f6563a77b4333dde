package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;

/** Work for an activity whose failure the author may want to ignore. */
final class RequestNode extends ActivityNode {

  RequestNode(NocoBaseExpressions expressions, String type, boolean slow, String summary) {
    super(expressions, type, slow, summary);
  }

  @Override
  public Step waitFailed(NodeContext context, Failure failure) {
    Step failed = super.waitFailed(context, failure);
    return failed instanceof Step.Failed(Failure _, Object result)
            && Boolean.TRUE.equals(config(context).get("ignoreFail"))
        ? Step.Done.of(result)
        : failed;
  }
}
