package dev.millrace.transport;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a {@link Problem} into the body an API promises. Each dialect registers its own with {@link
 * Routes.Builder#errorFormat}.
 */
@FunctionalInterface
public interface ErrorFormat {
  /** {@code {"error":{"code","message","details":[...],"traceId"}}}. */
  ErrorFormat DEFAULT =
      (problem, traceId) -> {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", problem.code());
        error.put("message", problem.getMessage());
        error.put("details", problem.details());
        error.put("traceId", traceId);
        return Response.json(problem.status(), Map.of("error", error));
      };

  /**
   * Renders a problem.
   *
   * @param traceId 32 hexadecimal digits that also stand in the log
   */
  Response render(Problem problem, String traceId);

  /**
   * The headers that are added to what was rendered: those of the problem.
   *
   * @param request headers of the request in lower case, as far as they are known
   */
  default Map<String, String> headers(Problem problem, Map<String, List<String>> request) {
    return problem.headers();
  }
}
