package dev.millrace.dialect.dapr;

import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.transport.ErrorFormat;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The forms in which this API answers over HTTP. */
final class HttpAnswers {
  static final List<String> VERSIONS = List.of("/v1.0", "/v1.0-beta1", "/v1.0-alpha1");

  /** Errors that are found before a handler runs. */
  static final ErrorFormat ERRORS =
      new ErrorFormat() {
        @Override
        public Response render(Problem problem, String traceId) {
          return error(problem);
        }

        @Override
        public Map<String, String> headers(Problem problem, Map<String, List<String>> request) {
          Map<String, String> headers = new LinkedHashMap<>(problem.headers());
          // A sidecar knows no wrong methods, only paths that it does not serve.
          headers.remove("Allow");
          headers.put(
              TRACEPARENT_HEADER, traceparent(request.getOrDefault(TRACEPARENT, List.of())));
          return headers;
        }
      };

  private static final int ACCEPTED = 202;
  private static final char DELETE = 0x7f;
  private static final long PATIENCE_SECONDS = 60;
  private static final String TRACEPARENT = "traceparent";
  private static final String TRACEPARENT_HEADER = "Traceparent";
  private static final String NO_TRACE = "00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-00";

  private HttpAnswers() {}

  /** A handler of this API, whose refusals become its error bodies. */
  interface Operation {
    Response run(Request request) throws InterruptedException;
  }

  static void route(Routes.Builder routes, String method, String pattern, Operation operation) {
    routes.route(
        method,
        pattern,
        request -> {
          Response response;
          try {
            response = operation.run(request);
          } catch (DaprProblem e) {
            response = error(e.httpStatus(), e.tag(), e.getMessage());
          }
          return traced(request, response);
        });
  }

  private static Response traced(Request request, Response response) {
    return response.withHeader(TRACEPARENT_HEADER, traceparent(request.headerValues(TRACEPARENT)));
  }

  /** What came is sent back, unless it cannot be a header. */
  private static String traceparent(List<String> given) {
    return given.isEmpty() || !given.getFirst().chars().allMatch(c -> c >= ' ' && c < DELETE)
        ? NO_TRACE
        : given.getFirst();
  }

  /** 202 with an empty object. */
  static Response accepted() {
    return Response.json(ACCEPTED, Map.of());
  }

  /** 202 with an id. */
  static Response accepted(String instanceId) {
    return Response.json(ACCEPTED, Map.of("instanceID", instanceId));
  }

  static Response error(int status, String tag, String message) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("errorCode", tag);
    body.put("message", message);
    return Response.json(status, body);
  }

  private static Response error(Problem problem) {
    return switch (problem.status()) {
      case 401 -> Response.text(problem.status(), "invalid api token");
      case 404, 405 -> directInvoke();
      case 413 -> error(400, "ERR_BODY_READ", "failed to read request body: stream too large");
      default -> error(problem.status(), "ERROR", problem.getMessage());
    };
  }

  /** What a sidecar answers for a path it does not serve: it takes it for a call of another app. */
  static Response directInvoke() {
    return error(
        404,
        "ERR_DIRECT_INVOKE",
        "failed getting app id either from the URL path or the header dapr-app-id");
  }

  /** The body as text; what is not UTF-8 is replaced. */
  static String bodyText(Request request) {
    return new String(request.body(), StandardCharsets.UTF_8);
  }

  /** Waits for the engine. */
  static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw DaprProblem.unavailable(
          "ERROR",
          "the engine did not answer within %d s; whether it acted is not known"
              .formatted(PATIENCE_SECONDS));
    } catch (ExecutionException e) {
      throw problem(e.getCause() == null ? e : e.getCause());
    }
  }

  private static RuntimeException problem(Throwable failure) {
    return switch (failure) {
      case DaprProblem e -> e;
      case EngineUnavailableException e ->
          DaprProblem.unavailable(
              "ERROR", e.getMessage() == null ? "try again later" : e.getMessage());
      case StatusRuntimeException e -> DaprProblem.of("ERROR", e.getStatus());
      default -> new IllegalStateException("the engine failed", failure);
    };
  }
}
