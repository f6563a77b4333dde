package dev.millrace.dialect.dapr;

import dev.millrace.transport.Caller;
import dev.millrace.transport.Request;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which application a request is for. An application is a namespace of instances and workers;
 * requests that name none are for the default one.
 */
final class AppIds {
  private static final int MAX_CHARS = 64;
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]+");

  private final String defaultApp;
  private final Map<String, String> ofCallers;

  /**
   * Which applications there are.
   *
   * @param ofCallers the one application of a caller, by the caller's name; a caller that is not
   *     named speaks for all
   */
  AppIds(String defaultApp, Map<String, String> ofCallers) {
    this.defaultApp = defaultApp;
    this.ofCallers = ofCallers;
  }

  String defaultApp() {
    return defaultApp;
  }

  /**
   * The application of an HTTP request: {@code ?appID=}, else the header {@code dapr-app-id}.
   *
   * @throws DaprProblem for a name that cannot be one, or that the caller may not speak for
   */
  String of(Request request) {
    String asked = request.query("appID");
    if (asked != null && !asked.isEmpty()) {
      return of(asked, request.caller());
    }
    List<String> headers = request.headerValues("dapr-app-id");
    return of(headers.isEmpty() ? null : headers.getFirst(), request.caller());
  }

  /**
   * The application named; null and empty are the caller's own, or else the default.
   *
   * @throws DaprProblem for a name that cannot be one, or that the caller may not speak for
   */
  String of(@Nullable String named, Caller caller) {
    String own = caller.authenticated() ? ofCallers.get(caller.name()) : null;
    if (named == null || named.isEmpty()) {
      return own == null ? defaultApp : own;
    }
    if (own != null && !own.equals(named)) {
      throw DaprProblem.of(
          "ERR_PERMISSION_DENIED",
          Status.PERMISSION_DENIED.withDescription(
              "the token of %s is for application %s, found a request for application %s"
                  .formatted(caller.name(), own, named)));
    }
    if (named.length() > MAX_CHARS || !ALLOWED.matcher(named).matches()) {
      throw DaprProblem.invalid(
          "ERR_WORKFLOW_APP_ID_INVALID",
          "workflow app ID '%s' is invalid: only alphanumeric, dash and underscore characters are allowed"
              .formatted(named));
    }
    return named;
  }
}
