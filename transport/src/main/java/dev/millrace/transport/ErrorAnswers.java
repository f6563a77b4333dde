package dev.millrace.transport;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the observer of answers and renders errors in the format of their path, those of the
 * pipeline and those the HTTP reader finds before there is a request.
 */
final class ErrorAnswers implements DirectHandler {
  private static final System.Logger LOGGER = System.getLogger(ErrorAnswers.class.getName());

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

  private final Routes routes;
  private final Observer observer;
  private final HttpLimits limits;

  ErrorAnswers(Routes routes, Observer observer, HttpLimits limits) {
    this.routes = routes;
    this.observer = observer;
    this.limits = limits;
  }

  /** Tells the observer of an answer; its failures end in the log, not at the caller. */
  void observe(String route, String method, int status, long startNanos) {
    try {
      observer.onRequest(
          route,
          METHODS.contains(method) ? method : Observer.OTHER_METHOD,
          status,
          System.nanoTime() - startNanos);
    } catch (RuntimeException e) {
      LOGGER.log(System.Logger.Level.ERROR, "the observer of requests failed", e);
    }
  }

  /** The answer for a problem on a path; the segments are null when the path is unreadable. */
  Response render(
      Problem problem,
      @Nullable List<String> segments,
      Map<String, List<String>> requestHeaders,
      String traceId) {
    ErrorFormat format = segments == null ? ErrorFormat.DEFAULT : routes.errorFormat(segments);
    Response response;
    try {
      response = format.render(problem, traceId);
    } catch (RuntimeException e) {
      LOGGER.log(
          System.Logger.Level.ERROR, "an error could not be rendered, trace id " + traceId, e);
      response =
          ErrorFormat.DEFAULT.render(
              Problem.of(problem.status(), problem.code(), problem.getMessage()), traceId);
    }
    for (Map.Entry<String, String> header : format.headers(problem, requestHeaders).entrySet()) {
      response = response.withHeader(header.getKey(), header.getValue());
    }
    return response;
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType eventType,
      Status status,
      ServerResponseHeaders responseHeaders,
      @Nullable String message) {
    Response response =
        render(ofStatus(precise(status.code())), segments(request), Map.of(), Request.newTraceId());
    observe(Observer.NO_ROUTE, request.method(), response.status(), System.nanoTime());
    TransportResponse.Builder out =
        TransportResponse.builder()
            .status(Status.create(response.status()))
            .headers(responseHeaders)
            .keepAlive(false)
            .entity(response.body());
    response.headers().forEach((name, value) -> out.header(HeaderValues.create(name, value)));
    return out.build();
  }

  /** The reader calls an oversized header a bad request; the bytes taken tell the two apart. */
  private int precise(int status) {
    boolean header =
        status == 400 && ConnectionGuard.CURRENT.get().headerBytes() > limits.maxHeaderBytes();
    return header ? 431 : status;
  }

  private @Nullable List<String> segments(TransportRequest request) {
    String path = request.path();
    int query = path.indexOf('?');
    String rawPath = query < 0 ? path : path.substring(0, query);
    try {
      return routes.segments(rawPath);
    } catch (Problem e) {
      return routes.unreadable(rawPath);
    }
  }

  /** What the HTTP reader's statuses mean; its own messages may hold what the caller sent. */
  static Problem ofStatus(int status) {
    return switch (status) {
      case 413 -> Problem.of(status, "too_large", "expected a smaller request body");
      case 414 -> Problem.of(status, "url_too_long", "expected a shorter URL");
      case 415 ->
          Problem.of(status, "unsupported_media_type", "expected a body without Content-Encoding");
      case 431 -> Problem.of(status, "header_too_large", "expected smaller or fewer headers");
      case 500 -> Problem.of(status, "internal", "the server failed; see its log");
      case 501 ->
          Problem.of(status, "not_implemented", "expected no Transfer-Encoding but chunked");
      case 505 -> Problem.of(status, "version_not_supported", "expected HTTP/1.1");
      default ->
          Problem.of(
              status >= 400 ? status : 400, "bad_request", "expected a well-formed HTTP request");
    };
  }
}
