package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The process API over real HTTP. Safe for all threads. Remembers the last exchanges so that a
 * failing test can show them.
 */
public final class Api implements AutoCloseable {

  private static final String JSON = "application/json";
  private static final int REMEMBERED_EXCHANGES = 40;
  private static final int REMEMBERED_TEXT = 4_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(40);
  private static final List<String> FINAL = List.of("completed", "failed", "stopped");

  private final URI base;
  private final HttpClient client;
  private final Deque<String> exchanges = new ConcurrentLinkedDeque<>();

  Api(URI base) {
    this.base = base;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** One answer; {@link #json} parses the body. */
  public record Answer(int status, HttpHeaders headers, String text) {

    public JsonNode json() {
      return Json.parse(text);
    }

    public Answer expect(int expected) {
      assertThat(status).as("status of the answer %s", text).isEqualTo(expected);
      return this;
    }

    /** Expects the error body with this status and code. */
    public Answer expectError(int expected, String code) {
      expect(expected);
      assertThat(headers.firstValue("content-type").orElse(""))
          .as("content type of the error")
          .startsWith("application/json");
      assertThat(json().at("/error/code").asString("")).as("code in %s", text).isEqualTo(code);
      return this;
    }
  }

  public Answer get(String path) {
    return send("GET", path, null, Map.of());
  }

  public Answer post(String path, @Nullable Object body) {
    return send("POST", path, Json.text(body), Map.of("Content-Type", JSON));
  }

  public Answer postAs(String user, String path, Object body) {
    return send(
        "POST",
        path,
        Json.text(body),
        Map.of(
            "Content-Type",
            JSON,
            "X-Millrace-User",
            URLEncoder.encode(user, StandardCharsets.UTF_8)));
  }

  /** A POST that may be repeated without doing its work twice. */
  public Answer postOnce(String idempotencyKey, String path, Object body) {
    return send(
        "POST",
        path,
        Json.text(body),
        Map.of("Content-Type", JSON, "Idempotency-Key", idempotencyKey));
  }

  /** A POST with more headers. */
  Answer postWith(Map<String, String> more, String path, Object body) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Content-Type", JSON);
    return send("POST", path, Json.text(body), headers);
  }

  public Answer put(String path, Object body) {
    return send("PUT", path, Json.text(body), Map.of("Content-Type", JSON));
  }

  /** Any text with any content type, or none of both. */
  public Answer postText(String path, @Nullable String text, @Nullable String contentType) {
    return send(
        "POST", path, text, contentType == null ? Map.of() : Map.of("Content-Type", contentType));
  }

  private Answer send(
      String method, String path, @Nullable String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(PATIENCE)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    Answer answer = send(request.build());
    remember(method + " " + path + " " + body + "\n  -> " + answer.status() + " " + answer.text());
    return answer;
  }

  private Answer send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      remember(request.method() + " " + request.uri() + " -> " + e);
      throw new UncheckedIOException(request.method() + " " + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void remember(String line) {
    // Polling repeats the same exchange; one copy says it.
    if (line.equals(exchanges.peekLast())) {
      return;
    }
    exchanges.addLast(
        line.length() > REMEMBERED_TEXT ? line.substring(0, REMEMBERED_TEXT) + "…" : line);
    if (exchanges.size() > REMEMBERED_EXCHANGES) {
      exchanges.pollFirst();
    }
  }

  /** The last exchanges, oldest first. */
  public String story() {
    return String.join(System.lineSeparator(), exchanges);
  }

  public void forget() {
    exchanges.clear();
  }

  /** Stores a definition and returns its id. */
  String create(Definition definition) {
    return idOf(post("/api/process", definition.body()).expect(200));
  }

  /** Starts an instance and returns its id. */
  String start(String processId, @Nullable Object input) {
    return idOf(post("/api/process/" + processId, input).expect(200));
  }

  /** Stores and starts; returns the instance's id. */
  String run(Definition definition, @Nullable Object input) {
    return start(create(definition), input);
  }

  /** Stores, starts, waits for the end; returns the ended instance. */
  JsonNode runToEnd(Definition definition, @Nullable Object input) {
    return awaitEnd(run(definition, input));
  }

  static String idOf(Answer answer) {
    String id = answer.json().at("/response/id").asString("");
    assertThat(id).as("response.id in %s", answer.text()).isNotEmpty();
    return id;
  }

  public JsonNode instance(String id) {
    return get("/api/processInst/" + id).expect(200).json();
  }

  /** Performs {@code POST /api/processInst/{id}/actions/{action}}. */
  Answer act(String id, String action) {
    return post("/api/processInst/" + id + "/actions/" + action, Json.object());
  }

  JsonNode awaitEnd(String id) {
    until("instance " + id + " ends", () -> FINAL.contains(status(instance(id))));
    return instance(id);
  }

  JsonNode awaitStatus(String id, String status) {
    until("instance " + id + " is " + status, () -> status(instance(id)).equals(status));
    return instance(id);
  }

  /** Waits until the task's newest runtime has this status. */
  JsonNode awaitTask(String id, String taskId, String status) {
    until(
        "task " + taskId + " of " + id + " is " + status,
        () -> {
          List<JsonNode> runtimes = runtimes(instance(id), taskId);
          return !runtimes.isEmpty() && status(runtimes.getLast()).equals(status);
        });
    return instance(id);
  }

  /** Open work items of a user, oldest first. */
  List<JsonNode> items(String user) {
    String name = URLEncoder.encode(user, StandardCharsets.UTF_8);
    JsonNode list =
        get("/api/taskInsts?user=" + name + "&limit=20&offset=0")
            .expect(200)
            .json()
            .at("/response/list");
    return elements(list);
  }

  /** The id of the user's only open work item, once it is there. */
  String awaitItem(String user) {
    until("an item for " + user, () -> items(user).size() == 1);
    return items(user).getFirst().path("id").asString("");
  }

  public static void until(String what, BooleanSupplier condition) {
    await(what).atMost(PATIENCE).pollInterval(POLL_INTERVAL).until(condition::getAsBoolean);
  }

  public static String status(JsonNode node) {
    return node.path("status").asString("");
  }

  static JsonNode task(JsonNode instance, String taskId) {
    for (JsonNode task : instance.path("tasks")) {
      if (taskId.equals(task.path("instId").asString(""))) {
        return task;
      }
    }
    throw new AssertionError("expected a task " + taskId + ", found " + instance.path("tasks"));
  }

  static List<JsonNode> runtimes(JsonNode instance, String taskId) {
    return elements(task(instance, taskId).path("runtimes"));
  }

  /** The task's only runtime. */
  static JsonNode runtime(JsonNode instance, String taskId) {
    List<JsonNode> runtimes = runtimes(instance, taskId);
    assertThat(runtimes).as("runtimes of %s", taskId).hasSize(1);
    return runtimes.getFirst();
  }

  /** Plain output of the task's only runtime. */
  static @Nullable Object output(JsonNode instance, String taskId) {
    return Json.plain(runtime(instance, taskId).path("output"));
  }

  static String errorType(JsonNode instance) {
    return instance.at("/errorDetail/type").asString("");
  }

  public static List<JsonNode> elements(JsonNode array) {
    List<JsonNode> elements = new ArrayList<>();
    for (JsonNode element : array) {
      elements.add(element);
    }
    return elements;
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
