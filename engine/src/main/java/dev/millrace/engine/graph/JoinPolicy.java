package dev.millrace.engine.graph;

import java.util.List;
import java.util.Set;

/**
 * When a node with several incoming edges runs.
 *
 * @param count arrivals needed for {@link Kind#COUNT} (1 for any)
 * @param of the nodes that must arrive, for {@link Kind#SPECIFIC}
 * @param incoming the nodes with an edge to the join, in definition order
 * @param strict whether {@link Kind#ALL} waits for every edge even if one can no longer arrive
 * @param cancelRest whether the other branches are stopped once it runs
 * @param fork the node whose scope separates its arrivals, empty for the root scope
 * @param closesScope whether its token leaves that scope
 * @param upstream the nodes from which it can be reached without passing the fork or itself
 * @param timeoutMillis from the first arrival, 0 for none
 */
public record JoinPolicy(
    Kind kind,
    int count,
    List<String> of,
    List<String> incoming,
    boolean strict,
    boolean cancelRest,
    Merge merge,
    String fork,
    boolean closesScope,
    Set<String> upstream,
    long timeoutMillis) {

  /** How many arrivals it needs. */
  public enum Kind {
    ALL,
    COUNT,
    SPECIFIC
  }

  /** How the outputs of the arrivals become one. */
  public enum Merge {
    KEYED,
    ARRAY,
    SHALLOW
  }
}
