package dev.millrace.server.client;

import dev.millrace.engine.JsonValue;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Speaks to a server over its HTTP API. Thread-safe. */
public final class ApiClient {
  /** A server that was started without saying where. */
  public static final String DEFAULT_SERVER = "http://127.0.0.1:3500";

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(330);
  private static final int FIRST_ERROR = 400;

  private final String server;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final HttpClient http;

  /**
   * A client of one server.
   *
   * @param server as {@code http://127.0.0.1:3500}
   * @param token null for none
   * @param user on whose behalf, null for nobody's
   * @param ca PEM file of whom to trust, null for whom the machine trusts
   * @throws ApiException when the file cannot be used
   */
  public ApiClient(
      String server, @Nullable String token, @Nullable String user, @Nullable Path ca) {
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT);
    this.http = ca == null ? client.build() : client.sslContext(Trust.of(ca)).build();
    this.server = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    if (token != null && !token.isEmpty()) {
      headers.put("Authorization", "Bearer " + token);
    }
    if (user != null && !user.isEmpty()) {
      headers.put("X-Millrace-User", encoded(user));
    }
  }

  /** A path segment or query value as it stands in a URL. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The answer to a GET. */
  public @Nullable Object get(String path) {
    return send("GET", path, null, Map.of());
  }

  /** The answer to a request with a JSON body. */
  public @Nullable Object send(String method, String path, byte @Nullable [] body) {
    return send(method, path, body, Map.of());
  }

  /**
   * The JSON that the server answers.
   *
   * @throws ApiException when it cannot be reached or answers an error
   */
  public @Nullable Object send(
      String method, String path, byte @Nullable [] body, Map<String, String> more) {
    HttpResponse<byte[]> response = exchange(request(method, path, body, more));
    Object answer = read(response.body());
    if (response.statusCode() >= FIRST_ERROR) {
      throw refusal(response.statusCode(), answer);
    }
    return answer;
  }

  private HttpRequest request(
      String method, String path, byte @Nullable [] body, Map<String, String> more) {
    try {
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(URI.create(server + path)).timeout(ANSWER);
      headers.forEach(builder::header);
      more.forEach(builder::header);
      if (body == null) {
        return builder.method(method, HttpRequest.BodyPublishers.noBody()).build();
      }
      return builder
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
          .build();
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          ApiException.UNUSABLE,
          "expected a server as http://127.0.0.1:3500, found %s: %s"
              .formatted(server, e.getMessage()),
          e);
    }
  }

  private HttpResponse<byte[]> exchange(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new ApiException(
          ApiException.UNREACHABLE,
          "cannot reach the server at %s (%s); start one with ./millrace serve, or name another"
                  .formatted(server, why(e))
              + " with --server",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(ApiException.UNUSABLE, "interrupted", e);
    }
  }

  private static String why(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "no such host is known";
      }
    }
    return failure.getMessage() == null ? "nothing listens there" : failure.getMessage();
  }

  private @Nullable Object read(byte[] body) {
    if (body.length == 0) {
      return null;
    }
    try {
      return Json.parse(body);
    } catch (JsonSyntaxException e) {
      throw new ApiException(
          ApiException.UNUSABLE, "expected JSON from " + server + ", found something else", e);
    }
  }

  private static ApiException refusal(int status, @Nullable Object answer) {
    if (JsonValue.get(answer, "errors") instanceof List<?> errors && !errors.isEmpty()) {
      // NocoBase's workflow API says it in a list.
      StringBuilder said = new StringBuilder();
      errors.forEach(one ->
          said.append(said.isEmpty() ? "" : "\n  ").append(JsonValue.text(one, "message", "")));
      return new ApiException(status, said.toString());
    }
    Object error = JsonValue.get(answer, "error");
    String code = JsonValue.text(error, "code", "http_" + status);
    StringBuilder text =
        new StringBuilder(code + ": " + JsonValue.text(error, "message", "status " + status));
    if (JsonValue.get(error, "details") instanceof List<?> details) {
      for (Object detail : details) {
        String message = JsonValue.text(detail, "message", "");
        String line = JsonValue.text(detail, "path", "") + ": " + message;
        // The message quotes the first one; with one fault, repeating it says nothing.
        if (!message.isEmpty() && !(details.size() == 1 && text.indexOf(line) >= 0)) {
          text.append("\n  ").append(line);
        }
      }
    }
    return new ApiException(
        status, text.toString(), error instanceof Map<?, ?> members ? members : null);
  }
}
