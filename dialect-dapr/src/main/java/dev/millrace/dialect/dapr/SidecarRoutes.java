package dev.millrace.dialect.dapr;

import dev.millrace.runtime.Health;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.util.Set;
import java.util.function.Supplier;

/** The paths that clients poll before they begin, and what the server tells of itself. */
final class SidecarRoutes {
  static final String HEALTH = "/v1.0/healthz";
  static final String OUTBOUND = "/v1.0/healthz/outbound";
  private static final String METADATA = "/v1.0/metadata";
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_READY = 500;
  private static final int MAX_KEY_CHARS = 200;

  private final Supplier<Health> health;
  private final SidecarMetadata metadata;
  private final AppIds appIds;

  SidecarRoutes(Supplier<Health> health, SidecarMetadata metadata, AppIds appIds) {
    this.health = health;
    this.metadata = metadata;
    this.appIds = appIds;
  }

  /** Paths that need no token. */
  static Set<String> openPaths() {
    return Set.of(HEALTH, OUTBOUND);
  }

  void register(Routes.Builder routes) {
    routes.route("GET", HEALTH, this::healthy);
    routes.route(
        "GET",
        OUTBOUND,
        request ->
            health.get().ready()
                ? Response.empty(NO_CONTENT)
                : HttpAnswers.error(
                    NOT_READY, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));
    HttpAnswers.route(
        routes, "GET", METADATA, request -> Response.json(OK, metadata.json(appIds.of(request))));
    HttpAnswers.route(
        routes,
        "PUT",
        METADATA + "/{key}",
        request -> {
          String key = request.pathParameter("key");
          if (key.length() > MAX_KEY_CHARS) {
            throw DaprProblem.invalid(
                "ERR_MALFORMED_REQUEST",
                "expected a key of at most %d characters, found %d"
                    .formatted(MAX_KEY_CHARS, key.length()));
          }
          metadata.put(key, HttpAnswers.bodyText(request));
          return Response.empty(NO_CONTENT);
        });
  }

  private Response healthy(Request request) {
    String asked = request.query("appid");
    if (asked != null && !asked.isEmpty() && !asked.equals(appIds.defaultApp())) {
      return HttpAnswers.error(
          NOT_READY, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match");
    }
    Health now = health.get();
    return now.ready()
        ? Response.empty(NO_CONTENT)
        : HttpAnswers.error(
            NOT_READY, "ERR_HEALTH_NOT_READY", "dapr is not ready: [" + now.detail() + "]");
  }
}
