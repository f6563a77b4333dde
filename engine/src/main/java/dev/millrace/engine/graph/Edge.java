package dev.millrace.engine.graph;

import org.jspecify.annotations.Nullable;

/**
 * An arrow between nodes.
 *
 * @param on the outcome it carries, {@code always}, or empty for every normal outcome that no other
 *     edge of the node names
 * @param when guard, or null
 * @param otherwise taken when no guarded edge is
 */
public record Edge(String to, String on, @Nullable Object when, boolean otherwise) {

  public static Edge to(String node) {
    return new Edge(node, "", null, false);
  }

  public static Edge on(String outcome, String node) {
    return new Edge(node, outcome, null, false);
  }
}
