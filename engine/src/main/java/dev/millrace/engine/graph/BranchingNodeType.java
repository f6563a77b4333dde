package dev.millrace.engine.graph;

/**
 * A kind of node that runs parts of the graph as its own: its bodies ({@link Node#bodies}). It
 * opens them with {@link Step.Open} and is asked again at each end. Pure and stateless as any node
 * type; what it must remember from one body to the next is the progress of its last answer.
 *
 * <p>Every answer but {@link Step.Open} ends the node, and with it all its bodies that are still
 * open.
 */
public interface BranchingNodeType extends WaitingNodeType {

  /**
   * Asked when a body has ended: nothing is left in it that moves or waits.
   *
   * @param context as at the entry; the parameters are those resolved then, unless an attempt
   *     failed since
   */
  Step scopeEnded(NodeContext context, ScopeEnd end);
}
