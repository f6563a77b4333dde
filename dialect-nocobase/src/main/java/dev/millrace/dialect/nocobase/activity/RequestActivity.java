package dev.millrace.dialect.nocobase.activity;

import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code request} in the terms of the activity {@code http}, whose bounds and checks
 * of addresses hold. Thread-safe.
 */
final class RequestActivity implements Activity {
  private static final String JSON = "application/json";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String CONTENT_TYPE = "Content-Type";
  private static final long DEFAULT_TIMEOUT_MILLIS = 5_000;
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
    long timeout = given == null || given <= 0 ? DEFAULT_TIMEOUT_MILLIS : given;
    Object answer;
    try {
      answer =
          http.run(
              new ActivityInput(
                  parameters(config, timeout),
                  input.roots(),
                  input.idempotencyKey(),
                  input.attempt(),
                  input.timeout()));
    } catch (ActivityException e) {
      throw failure(e, timeout);
    }
    if (Boolean.TRUE.equals(config.get("onlyData"))) {
      return JsonValue.get(answer, "body");
    }
    return shown(answer);
  }

  private static Map<String, @Nullable Object> shown(@Nullable Object answer) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("status", JsonValue.get(answer, "status"));
    shown.put("statusText", "");
    shown.put("headers", JsonValue.get(answer, "headers"));
    shown.put("data", JsonValue.get(answer, "body"));
    return shown;
  }

  private static Map<String, @Nullable Object> parameters(
      Map<String, @Nullable Object> config, long timeout) {
    String method = JsonValue.text(config, "method", "POST").toUpperCase(Locale.ROOT);
    String type = JsonValue.text(config, "contentType", JSON);
    Map<String, @Nullable Object> headers = pairs(config.get("headers"));
    headers.keySet().removeIf(CONTENT_TYPE::equalsIgnoreCase);
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("method", method);
    parameters.put("url", JsonValue.text(config, "url", "").strip());
    if (!method.equals("GET") && config.get("data") != null) {
      headers.put(CONTENT_TYPE, type);
      parameters.put("body", type.equals(FORM) ? pairs(config.get("data")) : config.get("data"));
    }
    parameters.put("headers", headers);
    parameters.put("query", pairs(config.get("params")));
    parameters.put("timeout", BigDecimal.valueOf(timeout).movePointLeft(3));
    parameters.put("followRedirects", true);
    return parameters;
  }

  /** A list of {@code {name, value}} as an object. */
  private static Map<String, @Nullable Object> pairs(@Nullable Object list) {
    Map<String, @Nullable Object> pairs = new LinkedHashMap<>();
    if (list instanceof List<?> all) {
      for (Object pair : all) {
        String name = JsonValue.text(pair, "name", "");
        Object value = JsonValue.get(pair, "value");
        if (!name.isEmpty() && value != null) {
          pairs.put(name, value instanceof String ? value : String.valueOf(value));
        }
      }
    }
    return pairs;
  }

  private static ActivityException failure(ActivityException e, long timeout) {
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    boolean late = e.type().equals("timeout");
    if (late) {
      detail.put("message", "timeout of %dms exceeded".formatted(timeout));
      detail.put("code", "ECONNABORTED");
    } else if (e.type().startsWith(STATUS)) {
      detail.put(
          "message", "Request failed with status code " + e.type().substring(STATUS.length()));
      detail.put("status", JsonValue.get(e.detail(), "status"));
      detail.put("statusText", "");
      detail.put("data", JsonValue.get(e.detail(), "body"));
    } else {
      detail.put("message", String.valueOf(e.getMessage()));
      detail.put("code", e.type().equals("io") ? "ECONNREFUSED" : "ERR_BAD_REQUEST");
    }
    return new ActivityException(
        late ? ABORTED : FAILED, String.valueOf(detail.get("message")), false, detail, null);
  }
}
