package dev.millrace.dialect.dapr;

import dev.millrace.transport.Request;
import java.util.List;
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

  AppIds(String defaultApp) {
    this.defaultApp = defaultApp;
  }

  String defaultApp() {
    return defaultApp;
  }

  /**
   * The application of an HTTP request: {@code ?appID=}, else the header {@code dapr-app-id}.
   *
   * @throws DaprProblem for a name that cannot be one
   */
  String of(Request request) {
    String asked = request.query("appID");
    if (asked != null && !asked.isEmpty()) {
      return of(asked);
    }
    List<String> headers = request.headerValues("dapr-app-id");
    return of(headers.isEmpty() ? null : headers.getFirst());
  }

  /**
   * The application named; null and empty are the default.
   *
   * @throws DaprProblem for a name that cannot be one
   */
  String of(@Nullable String named) {
    if (named == null || named.isEmpty()) {
      return defaultApp;
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
