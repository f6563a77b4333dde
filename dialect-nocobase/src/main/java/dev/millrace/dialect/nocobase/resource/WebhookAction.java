package dev.millrace.dialect.nocobase.resource;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Execution;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.engine.JsonValue;
import dev.millrace.transport.Response;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST webhook:trigger/<key>}: starts the enabled workflow of a key with what was sent.
 * Where its configuration has {@code basicAuth: {username, password}}, the caller must give them.
 */
final class WebhookAction implements Action {
  private static final String TYPE = "webhook";

  /** Headers that say who calls, not what is said. */
  private static final Set<String> KEPT_BACK = Set.of("authorization", "cookie", "x-api-key");

  /** Headers that belong to the connection. */
  private static final Set<String> NOT_TO_SET =
      Set.of("connection", "content-length", "transfer-encoding", "upgrade", "set-cookie");

  private static final int OK = 200;
  private static final int MAX_STATUS = 599;

  private final Versions versions;
  private final Dispatcher dispatcher;
  private final Supplier<String> ids;

  WebhookAction(Versions versions, Dispatcher dispatcher, Supplier<String> ids) {
    this.versions = versions;
    this.dispatcher = dispatcher;
    this.ids = ids;
  }

  @Override
  public Answer act(ActionRequest request) throws InterruptedException {
    if (!request.http().method().equals("POST")) {
      throw Errors.of(405, "Method Not Allowed").withHeader("Allow", "POST");
    }
    Object key = request.parameters().key();
    Version version =
        versions
            .enabled(String.valueOf(key))
            .filter(found -> found.type().equals(TYPE))
            .orElseThrow(Errors::notFound);
    checkCaller(version, request);
    Event event =
        new Event(version, context(request), ids.get(), List.of(), false, null)
            .traced(request.trace());
    if (!version.sync()) {
      Calls.await(dispatcher.start(event));
      return new Answer.Whole(Response.text(200, "ok"));
    }
    Optional<Execution> execution = dispatcher.run(event);
    if (execution.isEmpty() || !execution.get().resolved()) {
      throw Errors.of(500, "Workflow failed");
    }
    return new Answer.Whole(answer(execution.get().response()));
  }

  /** What the workflow answers: {@code {statusCode, headers, body}}, or ok. */
  private static Response answer(@Nullable Object given) {
    if (given == null) {
      return Response.text(OK, "ok");
    }
    Long code = Parameters.number(JsonValue.get(given, "statusCode"));
    int status = code == null || code < OK || code > MAX_STATUS ? OK : code.intValue();
    Object body = JsonValue.get(given, "body");
    Response response =
        switch (body) {
          case null -> Response.empty(status);
          case String text -> Response.text(status, text);
          default -> Response.json(status, body);
        };
    if (JsonValue.get(given, "headers") instanceof List<?> headers) {
      for (Object header : headers) {
        String name = JsonValue.text(header, "name", "");
        if (!name.isEmpty() && !NOT_TO_SET.contains(name.toLowerCase(Locale.ROOT))) {
          response = with(response, name, JsonValue.text(header, "value", ""));
        }
      }
    }
    return response;
  }

  private static Response with(Response response, String name, String value) {
    try {
      return response.withHeader(name, value);
    } catch (IllegalArgumentException e) {
      throw Errors.of(500, "Workflow failed: a header of its answer has control characters");
    }
  }

  private static void checkCaller(Version version, ActionRequest request) {
    Object basic = version.config().get("basicAuth");
    String username = JsonValue.text(basic, "username", "");
    if (username.isEmpty()) {
      return;
    }
    String expected =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(
                    (username + ":" + JsonValue.text(basic, "password", "")).getBytes(UTF_8));
    String given = request.http().header("authorization");
    if (given == null || !MessageDigest.isEqual(given.getBytes(UTF_8), expected.getBytes(UTF_8))) {
      throw Errors.of(401, "Unauthorized")
          .withHeader("WWW-Authenticate", "Basic realm=\"webhook\"");
    }
  }

  private static Map<String, @Nullable Object> context(ActionRequest request) {
    Map<String, @Nullable Object> headers = new LinkedHashMap<>();
    request
        .http()
        .headers()
        .forEach((name, values) -> {
          if (!KEPT_BACK.contains(name)) {
            headers.put(name, String.join(", ", values));
          }
        });
    Map<String, @Nullable Object> query = new LinkedHashMap<>();
    request.http().query().forEach((name, values) -> query.put(name, values.getFirst()));
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("headers", headers);
    context.put("query", query);
    context.put("body", request.body());
    return context;
  }
}
