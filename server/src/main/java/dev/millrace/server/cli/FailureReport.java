package dev.millrace.server.cli;

import dev.millrace.server.client.ApiException;
import dev.millrace.transport.json.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says that a command failed: in words, or to a program that asked for JSON as {@code
 * {"error":{"code","message",…}}}, with what else a server said of it.
 */
record FailureReport(PrintWriter err, boolean json) {
  private static final List<String> NAMES = List.of("-o", "--output");
  private static final String JSON = "json";

  /**
   * Reads off the arguments whether JSON is wanted: they may be what is wrong, so that nothing has
   * been parsed.
   */
  static FailureReport of(PrintWriter err, String... arguments) {
    boolean json = false;
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      String value = i + 1 < arguments.length && NAMES.contains(argument) ? arguments[i + 1] : "";
      for (String name : NAMES) {
        if (argument.startsWith(name) && argument.length() > name.length()) {
          String rest = argument.substring(name.length());
          value = rest.startsWith("=") ? rest.substring(1) : rest;
        }
      }
      json |= value.toLowerCase(Locale.ROOT).equals(JSON);
    }
    return new FailureReport(err, json);
  }

  /**
   * Prints a failure.
   *
   * @param more what people are told besides
   */
  void print(int exitCode, Exception thrown, Consumer<PrintWriter> more) {
    if (json) {
      Map<String, @Nullable Object> error = new LinkedHashMap<>();
      error.put("code", code(exitCode));
      error.put("message", String.valueOf(thrown.getMessage()));
      if (thrown instanceof ApiException api && api.error() != null) {
        api.error().forEach((name, value) -> error.put(String.valueOf(name), value));
      }
      error.put("exitCode", (long) exitCode);
      Map<String, @Nullable Object> report = new LinkedHashMap<>();
      report.put("error", error);
      err.println(Json.writeText(report));
    } else {
      err.println("millrace: " + thrown.getMessage());
      more.accept(err);
    }
    err.flush();
  }

  /** The word for an exit code, where no server gave one. */
  private static String code(int exitCode) {
    return switch (exitCode) {
      case ExitCodes.USAGE -> "usage";
      case ExitCodes.NOT_FOUND -> "not_found";
      case ExitCodes.CONFLICT -> "conflict";
      case ExitCodes.UNREACHABLE -> "unreachable";
      default -> "failed";
    };
  }
}
