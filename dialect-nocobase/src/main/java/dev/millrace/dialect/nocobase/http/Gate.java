package dev.millrace.dialect.nocobase.http;

import dev.millrace.transport.Request;
import org.jspecify.annotations.Nullable;

/** Says who acts and what a role may do. Thread-safe. */
public interface Gate {
  /**
   * Who sends the request.
   *
   * @throws dev.millrace.transport.Problem 401 when a sign-in is needed
   */
  Identity identify(Request request);

  /** Whether requests of nobody are refused, except those of {@link #isPublic}. */
  boolean signInNeeded();

  /** A new token for the client of a request whose own has just expired; null for none. */
  @Nullable String renewedToken(Request request);

  /** Whether an action is open to requests of nobody, as {@code auth:signIn}. */
  boolean isPublic(String resource, String action);

  /**
   * Whether a role may do an action.
   *
   * @param resource with its owner for an association, as {@code workflows.nodes}
   */
  boolean allows(Identity identity, String resource, String action);
}
