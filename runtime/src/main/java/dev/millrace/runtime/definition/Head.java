package dev.millrace.runtime.definition;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.store.query.Queries;

/** What a start needs to know of a definition: its newest revision. */
public record Head(DefinitionRef ref, long number, String owner, boolean enabled) {

  /** The head of a stored definition. */
  public static Head of(Queries.DefinitionView view) {
    return new Head(view.ref(), view.number(), view.owner(), view.enabled());
  }
}
