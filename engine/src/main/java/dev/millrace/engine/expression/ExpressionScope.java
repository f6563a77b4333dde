package dev.millrace.engine.expression;

import org.jspecify.annotations.Nullable;

/**
 * What an expression can see: named roots, each a JSON value in the plain form of {@link
 * dev.millrace.engine.JsonValue}. A root is looked up only when an expression mentions it.
 */
public interface ExpressionScope {

  /** The root that is the context of a query where it is not the input. */
  String CONTEXT = "";

  /** Whether the root exists in this scope; a missing root reads as null. */
  boolean has(String root);

  /** The value of a root, or null where it is missing or JSON null. */
  @Nullable Object value(String root);

  /**
   * The value of a root of which only one member is asked for; the others may be left out where
   * they cost something.
   */
  default @Nullable Object value(String root, String member) {
    return value(root);
  }
}
