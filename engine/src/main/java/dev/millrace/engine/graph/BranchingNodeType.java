package dev.millrace.engine.graph;

import org.jspecify.annotations.Nullable;

/**
 * A kind of node that runs parts of the graph as its own: its bodies ({@link Node#bodies}). It
 * opens them with {@link Step.Open} and is asked again at each end. Pure and stateless as any node
 * type; what it must remember from one body to the next is the progress of its last answer.
 *
 * <p>Every answer but {@link Step.Open} ends the node, and with it all its bodies that are still
 * open.
 */
public interface BranchingNodeType extends NodeType {

  /**
   * Asked when a body has ended: nothing is left in it that moves or waits.
   *
   * @param context as at the entry; the parameters are those resolved then, unless an attempt
   *     failed since
   */
  Step scopeEnded(NodeContext context, ScopeEnd end);

  /**
   * Asked when what the node waited for before it opened any body has come: persons have answered,
   * an event arrived. Unless it says otherwise the node then ends with it.
   *
   * @param outcome as {@code approved}
   */
  default Step waitEnded(NodeContext context, String outcome, @Nullable Object output) {
    return new Step.Done(output, outcome);
  }
}
