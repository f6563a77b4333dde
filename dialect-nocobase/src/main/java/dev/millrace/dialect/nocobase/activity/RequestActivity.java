package dev.millrace.dialect.nocobase.activity;

import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code request} in the terms of the activity {@code http}, whose bounds and checks
 * of addresses hold. Thread-safe.
 */
final class RequestActivity implements Activity {
  private static final Pattern URL = Pattern.compile("(?i)https?://[^\\s/?#].*");
  private static final String CONTENT_TYPE = "Content-Type";
  private static final long DEFAULT_TIMEOUT_MILLIS = 5_000;

  /** What the activity waits at most. */
  private static final long LONGEST_TIMEOUT_MILLIS = 600_000;

  private static final String FAILED = "nocobase.failed";
  private static final String ABORTED = "nocobase.aborted";
  private static final String STATUS = "http.";

  private final Activity http;

  RequestActivity(Activity http) {
    this.http = http;
  }

  @Override
  public String name() {
    return "nocobase.request";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Map<String, @Nullable Object> config = input.parameters();
    Long given = Parameters.number(config.get("timeout"));
    long timeout =
        given == null || given <= 0
            ? DEFAULT_TIMEOUT_MILLIS
            : Math.min(given, LONGEST_TIMEOUT_MILLIS);
    String url = JsonValue.text(config, "url", "").strip();
    if (!URL.matcher(url).matches()) {
      throw refused("Invalid URL", "ERR_INVALID_URL");
    }
    Object answer;
    try {
      answer =
          http.run(
              new ActivityInput(
                  parameters(config, url, timeout),
                  input.roots(),
                  input.idempotencyKey(),
                  input.attempt(),
                  input.timeout()));
    } catch (ActivityException e) {
      throw failure(e, url, timeout);
    }
    if (Boolean.TRUE.equals(config.get("onlyData"))) {
      return data(JsonValue.get(answer, "body"));
    }
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("status", JsonValue.get(answer, "status"));
    shown.put("statusText", StatusTexts.of(JsonValue.get(answer, "status")));
    shown.put("headers", JsonValue.get(answer, "headers"));
    shown.put("data", data(JsonValue.get(answer, "body")));
    return shown;
  }

  /** What was answered: JSON where it can be read as such, whatever it was declared as. */
  private static @Nullable Object data(@Nullable Object body) {
    if (!(body instanceof String text)) {
      return body == null ? "" : body;
    }
    try {
      return text.isBlank() ? text : Json.parse(text);
    } catch (JsonSyntaxException notJson) {
      return text;
    }
  }

  private static Map<String, @Nullable Object> parameters(
      Map<String, @Nullable Object> config, String url, long timeout) throws ActivityException {
    String method = JsonValue.text(config, "method", "POST").toUpperCase(Locale.ROOT);
    Map<String, @Nullable Object> headers = pairs(config.get("headers"));
    headers.keySet().removeIf(CONTENT_TYPE::equalsIgnoreCase);
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("method", method);
    parameters.put("url", url);
    Object data = config.get("data");
    if (!method.equals("GET") && data != null) {
      RequestBody body =
          RequestBody.of(JsonValue.text(config, "contentType", RequestBody.JSON), data);
      if (body == null) {
        throw refused("data: expected a list of {name, valueType: text, text}", "ERR_BAD_REQUEST");
      }
      headers.put(CONTENT_TYPE, body.type());
      parameters.put("body", body.text());
    }
    parameters.put("headers", headers);
    parameters.put("query", pairs(config.get("params")));
    parameters.put("timeout", BigDecimal.valueOf(timeout).movePointLeft(3));
    parameters.put("followRedirects", true);
    parameters.put("responseType", "text");
    return parameters;
  }

  /** A list of {@code {name, value}} as an object. */
  private static Map<String, @Nullable Object> pairs(@Nullable Object list) {
    Map<String, @Nullable Object> pairs = new LinkedHashMap<>();
    if (list instanceof List<?> all) {
      for (Object pair : all) {
        String name = JsonValue.text(pair, "name", "").strip();
        Object value = JsonValue.get(pair, "value");
        if (!name.isEmpty() && value != null) {
          pairs.put(name, String.valueOf(value).strip());
        }
      }
    }
    return pairs;
  }

  private static ActivityException refused(String message, String code) {
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("message", message);
    detail.put("code", code);
    return new ActivityException(FAILED, message, false, detail, null);
  }

  private static ActivityException failure(ActivityException e, String url, long timeout) {
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    boolean late = e.type().equals("timeout");
    if (late) {
      detail.put("message", "timeout of %dms exceeded".formatted(timeout));
      detail.put("code", "ECONNABORTED");
    } else if (e.type().startsWith(STATUS)) {
      String status = e.type().substring(STATUS.length());
      detail.put("message", "Request failed with status code " + status);
      detail.put("code", status.startsWith("5") ? "ERR_BAD_RESPONSE" : "ERR_BAD_REQUEST");
      detail.put("status", JsonValue.get(e.detail(), "status"));
      detail.put("statusText", StatusTexts.of(JsonValue.get(e.detail(), "status")));
      detail.put("data", data(JsonValue.get(e.detail(), "body")));
    } else {
      detail.put("message", String.valueOf(e.getMessage()));
      detail.put("code", code(e, url));
    }
    return new ActivityException(
        late ? ABORTED : FAILED, String.valueOf(detail.get("message")), false, detail, null);
  }

  /** The code of a request that nobody answered. */
  private static String code(ActivityException e, String url) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (!e.type().equals("io")) {
      return "ERR_BAD_REQUEST";
    }
    if (message.contains("unknown host")) {
      return "ENOTFOUND";
    }
    if (message.contains("tls with") && url.startsWith("https")) {
      return "EPROTO";
    }
    return message.contains("refused") ? "ECONNREFUSED" : "ECONNRESET";
  }
}
