package dev.millrace.activities.http;

import dev.millrace.activities.call.Json;
import dev.millrace.activities.call.Parameters;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one HTTP activity, checked.
 *
 * @param call the first request
 * @param redirects how many to follow
 * @param expected which statuses are a success
 * @param responseType {@code auto}, {@code json} or {@code text}
 * @param timeout for everything together, redirects included
 */
record HttpParameters(
    HttpCall call, int redirects, StatusRanges expected, String responseType, Duration timeout) {

  /** The most redirects that are followed. */
  static final int MOST_REDIRECTS = 3;

  /** The largest request body, characters. */
  static final int REQUEST_LIMIT = 5 * 1024 * 1024;

  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final Set<String> RESPONSE_TYPES = Set.of("auto", "json", "text");

  /** Headers that frame the message or name its target; setting them would mislead one side. */
  private static final Set<String> CLIENT_HEADERS =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "upgrade",
          "te",
          "trailer",
          "expect",
          "proxy-authorization");

  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");
  private static final String FORM = "application/x-www-form-urlencoded";

  static HttpParameters of(ActivityInput input) throws ActivityException {
    Parameters parameters = new Parameters("http", input.parameters());
    String method = parameters.text("method", "GET").toUpperCase(Locale.ROOT);
    if (!METHODS.contains(method)) {
      throw parameters.mismatch("method", "one of " + String.join(", ", METHODS), method);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("idempotency-key", printable(input.idempotencyKey()));
    headers.put("x-millrace-attempt", String.valueOf(input.attempt()));
    headers.put("accept", "*/*");
    for (Map.Entry<String, @Nullable Object> header : parameters.object("headers").entrySet()) {
      putHeader(parameters, headers, header.getKey(), header.getValue());
    }
    putAuthorization(parameters, headers);
    String body = body(parameters, headers);
    if (body != null && body.length() > REQUEST_LIMIT) {
      String message =
          "http: the request body may have at most %d characters, found %d"
              .formatted(REQUEST_LIMIT, body.length());
      throw new ActivityException("too_large", message, false);
    }
    String responseType = parameters.text("responseType", "auto");
    if (!RESPONSE_TYPES.contains(responseType)) {
      throw parameters.mismatch("responseType", "auto, json or text", responseType);
    }
    Duration timeout = parameters.seconds("timeout", DEFAULT_TIMEOUT, LONGEST_TIMEOUT);
    return new HttpParameters(
        new HttpCall(method, target(parameters), headers, body),
        redirects(parameters),
        StatusRanges.of(parameters),
        responseType,
        Parameters.shorter(timeout, input.timeout()));
  }

  private static HttpTarget target(Parameters parameters) throws ActivityException {
    String url = parameters.requiredText("url");
    StringBuilder query = new StringBuilder();
    for (Map.Entry<String, @Nullable Object> entry : parameters.object("query").entrySet()) {
      Object value = entry.getValue();
      List<?> values = value instanceof List<?> list ? list : one(value);
      for (Object each : values) {
        query.append(query.isEmpty() ? "" : "&").append(encode(entry.getKey())).append('=');
        query.append(encode(scalar(parameters, "query." + entry.getKey(), each)));
      }
    }
    if (!query.isEmpty()) {
      int fragment = url.indexOf('#');
      String whole = fragment < 0 ? url : url.substring(0, fragment);
      url = whole + (whole.indexOf('?') < 0 ? "?" : "&") + query;
    }
    try {
      return HttpTarget.parse(url);
    } catch (IllegalArgumentException e) {
      throw parameters.refuse(String.valueOf(e.getMessage()));
    }
  }

  private static void putHeader(
      Parameters parameters, Map<String, String> headers, String name, @Nullable Object value)
      throws ActivityException {
    if (value == null) {
      return;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (!HEADER_NAME.matcher(name).matches()) {
      throw parameters.refuse("a header name must be an HTTP token, found \"" + shown(name) + "\"");
    }
    if (CLIENT_HEADERS.contains(lower)) {
      throw parameters.refuse("the header \"" + name + "\" is set by the client");
    }
    String text = scalar(parameters, "headers." + name, value);
    if (!HEADER_VALUE.matcher(text).matches()) {
      throw parameters.refuse(
          "the header \"" + name + "\" must be printable ASCII without line breaks");
    }
    headers.put(lower, text);
  }

  private static void putAuthorization(Parameters parameters, Map<String, String> headers)
      throws ActivityException {
    Map<String, @Nullable Object> auth = parameters.object("auth");
    if (auth.isEmpty()) {
      return;
    }
    Parameters fields = new Parameters("http: auth", auth);
    String type = fields.text("type", "none").toLowerCase(Locale.ROOT);
    switch (type) {
      case "none" -> {}
      case "basic" -> {
        String user = fields.requiredText("username");
        if (user.indexOf(':') >= 0) {
          throw fields.refuse("parameter \"username\" must not hold a colon");
        }
        String pair = user + ":" + fields.text("password", "");
        byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
        headers.put("authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
      }
      case "bearer" ->
          putHeader(parameters, headers, "authorization", "Bearer " + fields.requiredText("token"));
      default -> throw fields.refuse("type must be none, basic or bearer, found \"" + type + "\"");
    }
  }

  private static @Nullable String body(Parameters parameters, Map<String, String> headers)
      throws ActivityException {
    Object body = parameters.value("body");
    if (body == null) {
      return null;
    }
    if (body instanceof String text) {
      if (text.isEmpty()) {
        return null;
      }
      headers.putIfAbsent("content-type", "text/plain; charset=utf-8");
      return text;
    }
    if (body instanceof Map<?, ?> && headers.getOrDefault("content-type", "").startsWith(FORM)) {
      List<String> pairs = new ArrayList<>();
      for (Map.Entry<String, @Nullable Object> field :
          parameters.asObject("body", body).entrySet()) {
        String value = scalar(parameters, "body." + field.getKey(), field.getValue());
        pairs.add(encode(field.getKey()) + "=" + encode(value));
      }
      return String.join("&", pairs);
    }
    headers.putIfAbsent("content-type", "application/json");
    return Json.write(body);
  }

  private static int redirects(Parameters parameters) throws ActivityException {
    return switch (parameters.value("followRedirects")) {
      case Boolean follow -> follow ? MOST_REDIRECTS : 0;
      case null, default ->
          parameters.integer("followRedirects", MOST_REDIRECTS, 0, MOST_REDIRECTS);
    };
  }

  private static String scalar(Parameters parameters, String name, @Nullable Object value)
      throws ActivityException {
    return switch (value) {
      case null -> "";
      case String text -> text;
      case Boolean flag -> String.valueOf(flag);
      case Number number -> String.valueOf(number);
      default -> throw parameters.mismatch(name, "text, a number or a boolean", value);
    };
  }

  private static List<?> one(@Nullable Object value) {
    return value == null ? List.of() : List.of(value);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** A key may hold any letters; outside printable ASCII they travel percent-encoded. */
  private static String printable(String key) {
    return HEADER_VALUE.matcher(key).matches() ? key : encode(key);
  }

  private static String shown(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }
}
