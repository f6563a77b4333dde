package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.transport.json.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts that are sent again with the same key, over a real engine. */
@Timeout(60)
class RepeatedStartTest {

  private final HttpClient client = HttpClient.newHttpClient();
  private LiveDialect live;

  @BeforeEach
  void listen() {
    live = new LiveDialect();
  }

  @AfterEach
  void stop() {
    live.close();
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
        HttpRequest.newBuilder(live.uri(path))
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
