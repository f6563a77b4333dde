package dev.millrace.benchmarks;

import dev.millrace.engine.JsonValue;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * NocoBase's workflow API as far as the benchmarks need it. Each call has a connection of its own,
 * as the server closes those that are idle while something is measured.
 */
record NocobaseCalls(int port) {

  /** A collection with one number, named {@code n}. */
  void collection(String name) throws IOException {
    Map<String, Object> field = Map.of("name", "n", "type", "integer");
    json("POST", "/api/collections:create", Map.of("name", name, "fields", List.of(field)));
  }

  /**
   * An enabled workflow with so many calculations, each of which adds to {@code n}.
   *
   * @return its id
   */
  long workflow(String type, boolean sync, Map<String, Object> config, int nodes)
      throws IOException {
    Map<String, Object> values = Map.of("type", type, "sync", sync, "config", config);
    long workflow = id(json("POST", "/api/workflows:create", values));
    Long upstream = null;
    for (int i = 0; i < nodes; i++) {
      Map<String, Object> node = new LinkedHashMap<>();
      node.put("type", "calculation");
      node.put("upstreamId", upstream);
      node.put("config", Map.of("engine", "math.js", "expression", "{{$context.data.n}} + " + i));
      upstream = id(json("POST", "/api/workflows/%d/nodes:create".formatted(workflow), node));
    }
    json("POST", "/api/workflows:update?filterByTk=" + workflow, Map.of("enabled", true));
    return workflow;
  }

  /** The key that all versions of a workflow share. */
  String key(long workflow) throws IOException {
    Object answer = json("GET", "/api/workflows:get?filterByTk=" + workflow, null);
    return JsonValue.text(JsonValue.get(answer, "data"), "key", "");
  }

  /** How many executions of a workflow have ended well. */
  long ended(long workflow) throws IOException {
    String filter = filter(Map.of("workflowId", workflow, "status", 1));
    Object answer = json("GET", "/api/executions:list?pageSize=1&fields=id&" + filter, null);
    Object count = JsonValue.get(JsonValue.get(answer, "meta"), "count");
    if (count instanceof Number number) {
      return number.longValue();
    }
    throw new IOException("expected a count, found " + answer);
  }

  /** The parameter of a filter. */
  static String filter(Map<String, ?> conditions) {
    String json = new String(Json.write(conditions), StandardCharsets.UTF_8);
    return "filter=" + URLEncoder.encode(json, StandardCharsets.UTF_8);
  }

  private @Nullable Object json(String method, String path, @Nullable Object body)
      throws IOException {
    try (HttpConnection connection = new HttpConnection(port)) {
      return connection.json(method, path, body);
    }
  }

  private static long id(@Nullable Object answer) throws IOException {
    if (JsonValue.get(JsonValue.get(answer, "data"), "id") instanceof Number id) {
      return id.longValue();
    }
    throw new IOException("expected an id, found " + answer);
  }
}
