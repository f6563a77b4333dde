package dev.millrace.server;

import dev.millrace.transport.Authenticator;
import dev.millrace.transport.Caller;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.util.List;
import java.util.Map;

/**
 * Keeps callers that speak for one Dapr application out of NocoBase's workflow API, which shows the
 * executions of all.
 *
 * @param callers who is asked first
 * @param apps the application of a caller, by the caller's name
 */
record AppBounds(Authenticator callers, Map<String, String> apps, NocobaseParts nocobase)
    implements Authenticator {
  private static final int FORBIDDEN = 403;

  @Override
  public Caller authenticate(Request head) {
    Caller caller = callers.authenticate(head);
    String app = caller.authenticated() ? apps.get(caller.name()) : null;
    String path = head.path().substring(1);
    if (app != null && nocobase.serves(path.isEmpty() ? List.of() : List.of(path.split("/", -1)))) {
      throw Problem.of(
          FORBIDDEN,
          "forbidden",
          "expected a caller of all applications, found %s, who speaks for %s"
              .formatted(caller.name(), app));
    }
    return caller;
  }
}
