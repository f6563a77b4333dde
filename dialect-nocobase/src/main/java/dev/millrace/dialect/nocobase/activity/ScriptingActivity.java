package dev.millrace.dialect.nocobase.activity;

import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code script} in the terms of the activity {@code script}: its arguments are
 * variables, its text is the body of an asynchronous function. Thread-safe.
 */
public final class ScriptingActivity implements Activity {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]{0,99}");

  /** A parameter that asks for {@code {value, error, log}} instead of the value: of test runs. */
  public static final String LOGGED = "$logged";

  private static final long LONGEST_TIMEOUT_MILLIS = 30_000;

  /** Collects what the script prints, up to 64 Ki characters and the line that goes beyond. */
  private static final String LISTENING =
      """
      let $log = "";
      const $note = (...values) => {
        if ($log.length < 65536) {
          $log += values.map((value) =>
            typeof value === "object" && value !== null && !(value instanceof Error)
              ? JSON.stringify(value) : String(value)).join(" ") + "\\n";
        }
      };
      const console = { log: $note, info: $note, warn: $note, error: $note, debug: $note };
      try {
        const value = await (async () => {
      """;

  private static final String LISTENED =
      """

        })();
        return { value, log: $log };
      } catch (error) {
        return { error: String(error), log: $log };
      }
      """;

  private static final String ARGUMENTS = "args";
  private static final String ERROR = "nocobase.error";
  private static final String PREFIX = "script.";

  private final Activity script;

  ScriptingActivity(Activity script) {
    this.script = script;
  }

  @Override
  public String name() {
    return "nocobase.script";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Map<String, @Nullable Object> config = input.parameters();
    StringBuilder code = new StringBuilder("return (async () => {");
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    if (config.get("arguments") instanceof Map<?, ?> given) {
      for (Map.Entry<?, ?> argument : given.entrySet()) {
        String name = String.valueOf(argument.getKey());
        if (!NAME.matcher(name).matches()) {
          String message = "expected the name of a variable as an argument, found " + name;
          throw new ActivityException(ERROR, message, false, message, null);
        }
        arguments.put(name, argument.getValue());
        code.append("const %s = params.%s.%s;".formatted(name, ARGUMENTS, name));
      }
    }
    boolean logged = Boolean.TRUE.equals(config.get(LOGGED));
    String content = JsonValue.text(config, "content", "");
    code.append(logged ? LISTENING + content + LISTENED : content).append("\n})();");
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("code", code.toString());
    parameters.put(ARGUMENTS, arguments);
    Long timeout = Parameters.number(config.get("timeout"));
    if (timeout != null && timeout > 0) {
      parameters.put(
          "timeout",
          BigDecimal.valueOf(Math.min(timeout, LONGEST_TIMEOUT_MILLIS)).movePointLeft(3));
    }
    try {
      return script.run(
          new ActivityInput(
              parameters, Map.of(), input.idempotencyKey(), input.attempt(), input.timeout()));
    } catch (ActivityException e) {
      String kind = e.type().startsWith(PREFIX) ? e.type().substring(PREFIX.length()) : "Error";
      String text = kind + ": " + e.getMessage();
      throw new ActivityException(ERROR, text, false, text, null);
    }
  }
}
