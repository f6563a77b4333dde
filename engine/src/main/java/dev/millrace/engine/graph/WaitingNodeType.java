package dev.millrace.engine.graph;

import dev.millrace.engine.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A kind of node that is asked again when what it waits for has come. Pure and stateless as any
 * node type; what it must remember is the recorded input of its run and its notes.
 */
public interface WaitingNodeType extends NodeType {

  /**
   * Asked when what the node waited for has come: an activity gave its result, persons have
   * answered, an event arrived, a time is reached, a child completed. Unless it says otherwise the
   * node then ends with it.
   *
   * @param context as at the entry; the parameters are those resolved then, unless an attempt
   *     failed since
   * @param outcome as {@code success} or {@code approved}
   */
  default Step waitEnded(NodeContext context, String outcome, @Nullable Object output) {
    return new Step.Done(output, outcome);
  }

  /**
   * Asked when what the node waited for has failed. Unless it says otherwise the node then fails
   * with it, which is where its policies of retry begin.
   */
  default Step waitFailed(NodeContext context, Failure failure) {
    return new Step.Failed(failure);
  }

  /**
   * Asked when somebody outside settles the run in place of what it waits for. Not asked while
   * bodies of the node are open.
   *
   * @param value what was told, plain JSON
   */
  default Step settled(NodeContext context, @Nullable Object value) {
    return waitEnded(context, Outcomes.SUCCESS, value);
  }
}
