package dev.millrace.server;

import dev.millrace.transport.Authenticator;
import dev.millrace.transport.Caller;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.util.Map;

/**
 * Keeps callers that speak for one Dapr application to Dapr's API, which tells applications apart.
 * The process API, NocoBase's and the metrics show what is of all.
 *
 * @param callers who is asked first
 * @param apps the application of a caller, by the caller's name
 */
record AppBounds(Authenticator callers, Map<String, String> apps) implements Authenticator {
  /** All versions of Dapr's API begin so. */
  private static final String DAPR = "/v1.0";

  private static final int FORBIDDEN = 403;

  @Override
  public Caller authenticate(Request head) {
    Caller caller = callers.authenticate(head);
    String app = caller.authenticated() ? apps.get(caller.name()) : null;
    if (app != null && !head.path().startsWith(DAPR)) {
      throw Problem.of(
          FORBIDDEN,
          "forbidden",
          "expected a caller of all applications, found %s, who speaks for %s"
              .formatted(caller.name(), app));
    }
    return caller;
  }
}
