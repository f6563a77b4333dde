package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.Api.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The Dapr workflow API's calls over plain HTTP. Safe for all threads. */
record WorkflowCalls(Api api) {

  static String fresh() {
    return "http-" + UUID.randomUUID();
  }

  /** Starts an instance with a raw input and returns the answer. */
  Answer tryStart(String workflow, String id, @Nullable String input) {
    return api.postText(
        "/v1.0/workflows/dapr/" + encoded(workflow) + "/start?instanceID=" + encoded(id),
        input,
        null);
  }

  String start(String workflow, @Nullable String input) {
    String id = fresh();
    Answer answer = tryStart(workflow, id, input).expect(202);
    assertThat(answer.text()).isEqualTo("{\"instanceID\":\"" + id + "\"}");
    return id;
  }

  Answer tryGet(String id) {
    return api.get("/v1.0/workflows/dapr/" + encoded(id));
  }

  JsonNode get(String id) {
    return tryGet(id).expect(200).json();
  }

  /** Performs one of pause, resume, terminate, purge, or raiseEvent/NAME without a payload. */
  Answer act(String id, String action) {
    return api.postText("/v1.0/workflows/dapr/" + encoded(id) + "/" + action, null, null);
  }

  Answer raise(String id, String event, @Nullable String payload) {
    return api.postText(
        "/v1.0/workflows/dapr/" + encoded(id) + "/raiseEvent/" + encoded(event), payload, null);
  }

  JsonNode awaitStatus(String id, String status) {
    Api.until(id + " is " + status, () -> status(get(id)).equals(status));
    return get(id);
  }

  static String status(JsonNode instance) {
    return instance.path("runtimeStatus").asString("");
  }

  static String property(JsonNode instance, String name) {
    return instance.path("properties").path("dapr.workflow." + name).asString("<absent>");
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
