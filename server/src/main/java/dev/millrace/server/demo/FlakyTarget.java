package dev.millrace.server.demo;

import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A service to call in the demo that is down at first: for each {@code Idempotency-Key} it answers
 * 503 twice, then 200 for ever. Thread-safe.
 */
final class FlakyTarget {
  static final String PATH = "/demo/target/flaky";
  static final int FAILURES = 2;
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  /** Keys that are remembered; the oldest go first. */
  private static final int KEYS = 1_000;

  private final Map<String, Integer> calls =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > KEYS;
        }
      };

  void register(Routes.Builder routes) {
    routes.route("GET", PATH, this::answer).route("POST", PATH, this::answer);
  }

  private Response answer(Request request) {
    String header = request.header("Idempotency-Key");
    String key = header == null ? "" : header;
    int call;
    synchronized (calls) {
      call = calls.merge(key, 1, Integer::sum);
    }
    if (call <= FAILURES) {
      return Response.json(UNAVAILABLE, Map.of("error", "down, call " + call));
    }
    return Response.json(OK, Map.of("parcel", "P-4711", "calls", (long) call));
  }
}
