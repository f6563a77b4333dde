package dev.millrace.server;

import dev.millrace.runtime.Health;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The paths for who runs the server: alive, ready, metrics. */
final class Operations {
  static final String LIVE = "/livez";
  static final String READY = "/readyz";

  /** Where programs made for a Dapr sidecar ask, and what they expect: 204 or 500. */
  static final String HEALTHZ = "/v1.0/healthz";

  static final String HEALTHZ_OUTBOUND = HEALTHZ + "/outbound";

  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;

  private final Supplier<Health> health;
  private final Metrics metrics;

  Operations(Supplier<Health> health, Metrics metrics) {
    this.health = health;
    this.metrics = metrics;
  }

  /** Paths that need no token: they say nothing but how the server is. */
  static Set<String> openPaths() {
    return Set.of(LIVE, READY, HEALTHZ, HEALTHZ_OUTBOUND);
  }

  void register(Routes.Builder routes) {
    routes
        .route("GET", LIVE, request -> Response.json(OK, Map.of("status", "alive")))
        .route("GET", READY, request -> ready())
        .route("GET", HEALTHZ, request -> sidecar())
        .route("GET", HEALTHZ_OUTBOUND, request -> sidecar())
        .route(
            "GET",
            "/metrics",
            request ->
                Response.of(
                    OK, Metrics.CONTENT_TYPE, metrics.text().getBytes(StandardCharsets.UTF_8)));
  }

  private Response sidecar() {
    return health.get().ready()
        ? Response.empty(NO_CONTENT)
        : Response.json(
            INTERNAL,
            Map.of("errorCode", "ERR_HEALTH_NOT_READY", "message", "the server is not ready"));
  }

  private Response ready() {
    Health now = health.get();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", now.state().name().toLowerCase(Locale.ROOT));
    if (!now.detail().isEmpty()) {
      answer.put("detail", now.detail());
    }
    return Response.json(now.ready() ? OK : UNAVAILABLE, answer);
  }
}
