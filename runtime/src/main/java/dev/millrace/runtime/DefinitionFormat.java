package dev.millrace.runtime;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.graph.Graph;

/** Compiles the documents of one definition format. Pure and thread-safe. */
public interface DefinitionFormat {

  /** The name stored with each definition, as {@code process}. */
  String name();

  /**
   * Compiles a document that was accepted when it was saved.
   *
   * @throws IllegalArgumentException when it cannot be compiled
   */
  Graph compile(DefinitionRef ref, Object document);
}
