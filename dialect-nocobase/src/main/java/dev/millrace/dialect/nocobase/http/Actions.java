package dev.millrace.dialect.nocobase.http;

import org.jspecify.annotations.Nullable;

/** The actions there are. Thread-safe. */
public interface Actions {
  /**
   * The action of a resource, or null when there is none.
   *
   * @param resource name; with its owner for an association, as {@code workflows.nodes}
   */
  @Nullable Action find(String resource, String action);

  /** Whether a name is that of a resource, so that it is served without a prefix too. */
  boolean knows(String resource);

  /** How an association of a collection goes; {@link Relation#MANY} when it is unknown. */
  Relation relation(String owner, String association);

  /** Kinds of associations that decide what the HTTP methods mean. */
  enum Relation {
    /** Rows that name the owner, and anything unknown. */
    MANY,
    /** One row that names the owner. */
    ONE,
    /** One row that the owner names. */
    BELONGS,
    /** Rows linked through a third collection. */
    LINKED
  }
}
