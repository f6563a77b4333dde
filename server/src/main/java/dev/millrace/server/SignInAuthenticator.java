package dev.millrace.server;

import dev.millrace.transport.Authenticator;
import dev.millrace.transport.Caller;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.util.List;

/**
 * Where people sign in: NocoBase's workflow API checks its own tokens and answers in its own words;
 * the other APIs take tokens of the configuration and those of people who manage workflows.
 */
final class SignInAuthenticator implements Authenticator {
  private final Authenticator tokens;
  private final NocobaseParts nocobase;
  private final boolean needed;

  /**
   * An authenticator.
   *
   * @param tokens of the configuration
   * @param needed whether the other APIs ask for any
   */
  SignInAuthenticator(Authenticator tokens, NocobaseParts nocobase, boolean needed) {
    this.tokens = tokens;
    this.nocobase = nocobase;
    this.needed = needed;
  }

  @Override
  public Caller authenticate(Request head) {
    String path = head.path().substring(1);
    if (nocobase.serves(path.isEmpty() ? List.of() : List.of(path.split("/", -1)))) {
      return known(head);
    }
    if (!needed) {
      return Caller.ANONYMOUS;
    }
    Caller manager = nocobase.manager(head);
    if (manager != null) {
      return manager;
    }
    Caller caller = tokens.authenticate(head);
    if (!caller.authenticated()) {
      throw Problem.of(401, "unauthorized", "expected a bearer token of a user, found none")
          .withHeader("WWW-Authenticate", "Bearer realm=\"millrace\"");
    }
    return caller;
  }

  /** A caller of the configuration, or nobody: that API asks for more itself. */
  private Caller known(Request head) {
    try {
      return tokens.authenticate(head);
    } catch (Problem e) {
      return Caller.ANONYMOUS;
    }
  }
}
