package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.local.EngineDecider;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts that are sent again with the same key, over a real engine. */
@Timeout(60)
class RepeatedStartTest {

  private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());
  private static final ProcessFormat FORMAT =
      new ProcessFormat(TYPES, new ProcessExpressions(), new JsonSchemas());

  private final HttpClient client = HttpClient.newHttpClient();
  private EngineRuntime runtime;
  private HttpListener listener;

  @BeforeEach
  void listen() {
    runtime =
        EngineRuntime.open(
            new MemoryStore(),
            RuntimeSettings.DEFAULT,
            List.of(FORMAT),
            List.of(),
            (graphs, environment) ->
                new EngineDecider(
                    new Engine(
                        graphs, environment, TYPES, new ProcessExpressions(), new JsonSchemas())));
    Routes.Builder routes = Routes.builder();
    new ProcessDialect(
            runtime,
            runtime.workers(),
            FORMAT,
            TYPES,
            new JsonSchemas(),
            new ProcessDialect.Settings(ZoneOffset.UTC, caller -> false))
        .register(routes);
    listener =
        new HttpListener(
            ListenerSettings.of("127.0.0.1", 0),
            routes.build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
  }

  @AfterEach
  void stop() {
    listener.close();
    runtime.close();
    client.close();
  }

  @Test
  void shouldAnswerTheSameWhateverBecameOfTheProcess() throws Exception {
    String process = id(send("POST", "/api/process", definition("enabled", ""), ""));
    String start = "/api/process/" + process;
    String first = send("POST", start, "{\"n\":1}", "trip-17");
    assertThat(id(first)).isNotEmpty();

    send("PUT", start, definition("enabled", "\"n\":{\"type\":\"string\"}"), "");
    assertThat(send("POST", start, "{\"n\":1}", "trip-17")).isEqualTo(first);
    assertThat(send("POST", start, "{\"n\":1}", "trip-18")).contains("\"code\":\"invalid_input\"");

    send("PUT", start, definition("disabled", ""), "");
    assertThat(send("POST", start, "{\"n\":1}", "trip-17")).isEqualTo(first);
    assertThat(send("POST", start, "{\"n\":1}", "trip-18")).contains("\"code\":\"not_startable\"");

    send("DELETE", start, null, "");
    assertThat(send("POST", start + "?wait=5", "{\"n\":1}", "trip-17"))
        .contains(id(first), "\"status\":\"completed\"");
    assertThat(send("POST", start, "{\"n\":2}", "trip-17")).contains("\"code\":\"conflict\"");
    assertThat(send("POST", start, "{\"n\":1}", "trip-18")).contains("\"code\":\"not_found\"");
  }

  @Test
  void shouldNotCountARepeatedStartAsAnother() throws Exception {
    String process =
        id(
            send(
                "POST",
                "/api/process",
                "{\"name\":\"p\",\"tasks\":[],\"extension\":{\"rateLimit\":0.001}}",
                ""));
    String first = send("POST", "/api/process/" + process, "{}", "k");

    assertThat(send("POST", "/api/process/" + process, "{}", "k")).isEqualTo(first);
    assertThat(send("POST", "/api/process/" + process, "{}", "other")).contains("rate_limited");
  }

  private static String definition(String status, String input) {
    return "{\"name\":\"p\",\"status\":\"%s\",\"inputDataSchema\":{%s},\"tasks\":[]}"
        .formatted(status, input);
  }

  private static String id(String answer) {
    return JsonValue.text(JsonValue.get(Json.parse(answer), "response"), "id", "");
  }

  private String send(String method, String path, @Nullable String body, String key)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    return answer.body();
  }
}
