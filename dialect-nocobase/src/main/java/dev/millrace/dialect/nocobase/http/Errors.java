package dev.millrace.dialect.nocobase.http;

import dev.millrace.transport.ErrorFormat;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Errors in the words of NocoBase's workflow API: {@code {"errors":[{"message":"…","code":"…"}]}}.
 * Only codes that its clients know are written.
 */
public final class Errors {
  /** For a problem that has no code its clients know. */
  private static final String NO_CODE = "error";

  /** Renders problems of this API's paths, those of the listener included. */
  public static final ErrorFormat FORMAT = (problem, traceId) -> render(problem);

  private Errors() {}

  /** 400 with a message. */
  public static Problem bad(String message) {
    return Problem.badRequest(NO_CODE, message);
  }

  /** 400 with one entry for each message. */
  public static Problem bad(List<String> messages) {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (String message : messages) {
      entries.add(Map.of("message", message));
    }
    return Problem.badRequest(NO_CODE, messages.isEmpty() ? "Bad Request" : messages.getFirst())
        .withDetails(entries);
  }

  /** Any status with a message. */
  public static Problem of(int status, String message) {
    return Problem.of(status, NO_CODE, message);
  }

  /**
   * Any status with a message and a code that clients know.
   *
   * @param code in capitals, as {@code EMPTY_TOKEN}
   */
  public static Problem of(int status, String code, String message) {
    return Problem.of(status, code, message);
  }

  /** 400 in the default words. */
  public static Problem badRequest() {
    return bad("Bad Request");
  }

  /** 404 in the default words. */
  public static Problem notFound() {
    return of(404, "Not Found");
  }

  /** 403 for what the role does not allow. */
  public static Problem noPermissions() {
    return of(403, "No permissions");
  }

  /** The body of a problem. */
  public static Response render(Problem problem) {
    List<Object> errors = new ArrayList<>();
    for (Object detail : problem.details()) {
      if (detail instanceof Map<?, ?> entry && entry.containsKey("message")) {
        errors.add(detail);
      }
    }
    if (errors.isEmpty()) {
      Map<String, @Nullable Object> error = new LinkedHashMap<>();
      error.put("message", problem.getMessage());
      if (known(problem.code())) {
        error.put("code", problem.code());
      }
      errors.add(error);
    }
    return Response.json(problem.status(), Map.of("errors", errors));
  }

  private static boolean known(String code) {
    return code.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || c == '_');
  }
}
