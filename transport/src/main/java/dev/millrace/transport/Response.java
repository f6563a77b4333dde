package dev.millrace.transport;

import dev.millrace.transport.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer: status, headers and a body held in memory. Immutable, except that the body array is
 * not copied; do not change it after handing it over.
 */
public final class Response {
  private static final String CONTENT_TYPE = "Content-Type";
  private static final int MIN_STATUS = 200;
  private static final int MAX_STATUS = 599;
  private static final byte[] EMPTY = {};

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  private Response(int status, Map<String, String> headers, byte[] body) {
    if (status < MIN_STATUS || status > MAX_STATUS) {
      throw new IllegalArgumentException("expected a status from 200 to 599, found " + status);
    }
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** An answer without a body. */
  public static Response empty(int status) {
    return new Response(status, Map.of(), EMPTY);
  }

  /**
   * A JSON answer.
   *
   * @throws IllegalArgumentException for a value JSON cannot express
   */
  public static Response json(int status, @Nullable Object value) {
    return of(status, "application/json", Json.write(value));
  }

  /** Plain text in UTF-8. */
  public static Response text(int status, String text) {
    return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Any bytes. */
  public static Response of(int status, String contentType, byte[] body) {
    checkHeader(CONTENT_TYPE, contentType);
    return new Response(status, Map.of(CONTENT_TYPE, contentType), body);
  }

  /**
   * The same answer with a header set.
   *
   * @throws IllegalArgumentException for control characters in name or value
   */
  public Response withHeader(String name, String value) {
    checkHeader(name, value);
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.keySet().removeIf(name::equalsIgnoreCase);
    more.put(name, value);
    return new Response(status, more, body);
  }

  private static void checkHeader(String name, String value) {
    // A line break would let a value taken from a caller add headers or a second answer.
    boolean bad =
        name.isEmpty()
            || name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == ':')
            || value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f);
    if (bad) {
      throw new IllegalArgumentException("expected a header without control characters");
    }
  }

  /** HTTP status, 200 to 599. */
  public int status() {
    return status;
  }

  /** Headers besides those about the connection and the length. */
  public Map<String, String> headers() {
    return headers;
  }

  /** The body; empty for none. */
  public byte[] body() {
    return body;
  }
}
