package dev.millrace.transport;

import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One request, read in full. The path is decoded once and in normal form: no {@code .} or {@code
 * ..} segments, no control characters, no encoded slashes but below prefixes that are read with
 * tolerance. Belongs to the thread that handles it.
 */
public final class Request {
  private static final byte[] EMPTY = {};
  private static final int TRACE_START = 3;
  private static final int TRACE_END = 35;
  private static final int TRACEPARENT_CHARS = 55;
  private static final String NO_TRACE = "0".repeat(TRACE_END - TRACE_START);

  private final String method;
  private final String path;
  private final Query query;
  private final Map<String, List<String>> headers;
  private final String remoteAddress;
  private final Caller caller;
  private final Map<String, String> pathParameters;
  private final byte[] body;
  private @Nullable String traceId;

  /**
   * The query of a request.
   *
   * @param raw as sent, without the question mark
   * @param parameters decoded, in the order sent
   */
  record Query(String raw, Map<String, List<String>> parameters) {}

  /** The part before the body, as an {@link Authenticator} sees it. Header names in lower case. */
  Request(
      String method,
      String path,
      Query query,
      Map<String, List<String>> headers,
      String remoteAddress) {
    this.method = method;
    this.path = path;
    this.query = query;
    this.headers = headers;
    this.remoteAddress = remoteAddress;
    this.caller = Caller.ANONYMOUS;
    this.pathParameters = Map.of();
    this.body = EMPTY;
  }

  private Request(Request head, Caller caller, Map<String, String> pathParameters, byte[] body) {
    this.method = head.method;
    this.path = head.path;
    this.query = head.query;
    this.headers = head.headers;
    this.remoteAddress = head.remoteAddress;
    this.traceId = head.traceId;
    this.caller = caller;
    this.pathParameters = pathParameters;
    this.body = body;
  }

  Request complete(Caller who, Map<String, String> parameters, byte[] content) {
    return new Request(this, who, parameters, content);
  }

  /** HTTP method, as {@code GET}. */
  public String method() {
    return method;
  }

  /**
   * Normalized path as the caller asked for it, before any alias; a slash within a segment is
   * written {@code %2F}.
   */
  public String path() {
    return path;
  }

  /** Values of the {@code {names}} in the route's pattern. */
  public Map<String, String> pathParameters() {
    return pathParameters;
  }

  /**
   * One path parameter.
   *
   * @throws IllegalArgumentException when the route has no such name, a fault of the handler
   */
  public String pathParameter(String name) {
    String value = pathParameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "expected a path parameter of " + pathParameters.keySet() + ", found " + name);
    }
    return value;
  }

  /** All query parameters, decoded, in the order sent. */
  public Map<String, List<String>> query() {
    return query.parameters();
  }

  /**
   * The query as sent, without the question mark, for APIs whose parameters have a grammar of their
   * own. Its escapes were checked, but for prefixes that are read with tolerance: decoding them as
   * UTF-8 cannot fail.
   */
  public String rawQuery() {
    return query.raw();
  }

  /** First value of a query parameter, or null when it was not sent. */
  public @Nullable String query(String name) {
    List<String> values = query.parameters().get(name);
    return values == null ? null : values.getFirst();
  }

  /** All headers; names in lower case. */
  public Map<String, List<String>> headers() {
    return headers;
  }

  /** First value of a header in any case, or null when it was not sent. */
  public @Nullable String header(String name) {
    List<String> values = headerValues(name);
    return values.isEmpty() ? null : values.getFirst();
  }

  /** All values of a header in any case. */
  public List<String> headerValues(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /** The body as sent; empty for none. Not copied: do not change it. */
  public byte[] body() {
    return body;
  }

  /** The {@code Content-Type} as sent, or null. */
  public @Nullable String contentType() {
    return header("content-type");
  }

  /** IP address of the peer; of a proxy, if there is one. */
  public String remoteAddress() {
    return remoteAddress;
  }

  /** Who sent the request. */
  public Caller caller() {
    return caller;
  }

  /**
   * Trace id of 32 hexadecimal digits: the one of a valid {@code traceparent} header, otherwise
   * drawn at the first call.
   */
  public String traceId() {
    if (traceId == null) {
      String parent = header("traceparent");
      String given = parent == null ? null : traceIdOf(parent);
      traceId = given == null ? newTraceId() : given;
    }
    return traceId;
  }

  private static @Nullable String traceIdOf(String traceparent) {
    if (traceparent.length() < TRACEPARENT_CHARS || traceparent.charAt(TRACE_END) != '-') {
      return null;
    }
    String id = traceparent.substring(TRACE_START, TRACE_END);
    boolean hex = id.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return hex && !id.equals(NO_TRACE) ? id : null;
  }

  static String newTraceId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /**
   * The body as JSON in the plain form of {@link Json}, parsed anew at every call; null for an
   * empty body and for JSON {@code null}.
   *
   * @throws Problem 415 {@code unsupported_media_type} when a body came that is not declared as
   *     JSON, 400 {@code bad_json} with line and column when it is declared but is not
   */
  public @Nullable Object json() {
    if (body.length == 0) {
      return null;
    }
    String type = contentType();
    if (type == null || headerValues("content-type").size() > 1 || !isJson(type)) {
      throw Problem.of(
          415,
          "unsupported_media_type",
          "expected a body of type application/json in UTF-8, found "
              + (type == null ? "no Content-Type" : type));
    }
    try {
      return Json.parse(body);
    } catch (JsonSyntaxException e) {
      Map<String, Object> position = new LinkedHashMap<>();
      position.put("line", (long) e.line());
      position.put("column", (long) e.column());
      throw Problem.badRequest(
              "bad_json", "%s (line %d, column %d)".formatted(e.getMessage(), e.line(), e.column()))
          .withDetail(position);
    }
  }

  private static boolean isJson(String contentType) {
    if (contentType.equals("application/json")) {
      return true;
    }
    String lower = contentType.toLowerCase(Locale.ROOT);
    int semicolon = lower.indexOf(';');
    String type = (semicolon < 0 ? lower : lower.substring(0, semicolon)).trim();
    boolean json =
        type.equals("application/json")
            || (type.startsWith("application/") && type.endsWith("+json"));
    int charset = lower.indexOf("charset=");
    if (!json || charset < 0) {
      return json;
    }
    String name = lower.substring(charset + "charset=".length()).replace("\"", "").trim();
    return name.equals("utf-8") || name.startsWith("utf-8;");
  }
}
