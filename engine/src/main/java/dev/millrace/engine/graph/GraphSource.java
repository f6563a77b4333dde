package dev.millrace.engine.graph;

import dev.millrace.engine.DefinitionRef;

/** Finds compiled graphs. A revision never changes, so the answer is always the same. */
@FunctionalInterface
public interface GraphSource {

  /**
   * The graph of a revision.
   *
   * @throws IllegalArgumentException when it does not exist
   */
  Graph graph(DefinitionRef ref);
}
