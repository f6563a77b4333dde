package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpLimits;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Routes;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges over real HTTP, with the bodies that a sidecar of 1.18.3 was seen to answer. */
class HttpExchangesTest {
  private static final String TOKEN_ONLY = "/v1.0/workflows/dapr/secret";
  private static final String DIRECT_INVOKE =
      "{\"errorCode\":\"ERR_DIRECT_INVOKE\",\"message\":\"failed getting app id either from the URL"
          + " path or the header dapr-app-id\"}";

  private final LiveEngine engine = new LiveEngine();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener listener;

  @BeforeEach
  void listen() {
    Routes.Builder routes = Routes.builder();
    engine.dialect().register(routes);
    Authenticator authenticator =
        head -> {
          if (head.path().equals(TOKEN_ONLY)) {
            throw Problem.of(401, "unauthorized", "expected a token");
          }
          return Authenticator.ALLOW_ALL.authenticate(head);
        };
    listener =
        new HttpListener(
            new ListenerSettings("127.0.0.1", 0, HttpLimits.DEFAULT, DaprDialect.openPaths()),
            routes.build(),
            authenticator,
            Observer.NONE);
    listener.start();
  }

  @AfterEach
  void stop() {
    listener.close();
    client.close();
    engine.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.0", "v1.0-beta1", "v1.0-alpha1"})
  void shouldStartAndShowInEveryVersion(String version) throws Exception {
    String workflows = "/" + version + "/workflows/any/";

    HttpResponse<String> started =
        send("POST", workflows + "EchoWF/start?instanceID=s1", "{\"a\": 1,  \"b\":[true]}");

    assertAnswer(started, 202, "{\"instanceID\":\"s1\"}");
    assertThat(started.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(started.headers().firstValue("Traceparent"))
        .contains("00-00000000000000000000000000000000-0000000000000000-00");
    assertAnswer(
        send("GET", workflows + "s1", ""),
        200,
        "{\"instanceID\":\"s1\",\"createdAt\":\"0001-01-01T00:00:00Z\",\"lastUpdatedAt\":"
            + "\"0001-01-01T00:00:00Z\",\"runtimeStatus\":\"PENDING\"}");
    finish("\"out\"");
    Map<?, ?> ended = object(send("GET", workflows + "s1", ""));
    assertThat(ended.get("workflowName")).isEqualTo("EchoWF");
    assertThat(ended.get("runtimeStatus")).isEqualTo("COMPLETED");
    assertThat(ended.get("createdAt")).asString().endsWith("Z").doesNotStartWith("0001");
    assertThat(Json.writeText(ended.get("properties")))
        .isEqualTo(
            "{\"dapr.workflow.input\":\"{\\\"a\\\": 1,  \\\"b\\\":[true]}\","
                + "\"dapr.workflow.output\":\"\\\"out\\\"\"}");
    assertAnswer(send("POST", workflows + "s1/terminate", ""), 202, "{}");
    assertAnswer(send("POST", workflows + "s1/pause", ""), 202, "{}");
    assertAnswer(send("POST", workflows + "s1/resume", "{}"), 202, "{}");
    assertAnswer(send("POST", workflows + "s1/raiseEvent/Go", "1"), 202, "{}");
    assertAnswer(send("POST", workflows + "s1/purge", ""), 202, "{}");
    assertThat(send("GET", workflows + "s1", "").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          EchoWF/start?instanceID=a.b | 400 | ERR_INSTANCE_ID_INVALID | workflow instance ID 'a.b' is invalid: only alphanumeric and underscore characters are allowed
          EchoWF/start?instanceID=a+b | 400 | ERR_INSTANCE_ID_INVALID | workflow instance ID 'a b' is invalid: only alphanumeric and underscore characters are allowed
          EchoWF/start?instanceID=a%09b | 400 | ERR_INSTANCE_ID_INVALID | workflow instance ID 'a\\tb' is invalid: only alphanumeric and underscore characters are allowed
          EchoWF/start?instanceID=a%00b | 400 | ERR_INSTANCE_ID_INVALID | workflow instance ID 'a\\u0000b' is invalid: only alphanumeric and underscore characters are allowed
          EchoWF/start?instanceID=a%FFb | 400 | ERR_INSTANCE_ID_INVALID | workflow instance ID 'a\ufffdb' is invalid: only alphanumeric and underscore characters are allowed
          EchoWF/start?instanceID=x%C2%B2 | 400 | ERR_INSTANCE_ID_INVALID | workflow instance ID 'x²' is invalid: only alphanumeric and underscore characters are allowed
          EchoWF/start?instanceID=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | 400 | ERR_INSTANCE_ID_TOO_LONG | workflow instance ID exceeds the max length of 64 characters
          nope/raiseEvent/Go | 500 | ERR_RAISE_EVENT_WORKFLOW | error raising event on workflow 'nope': failed to raise event Go on workflow nope: failed to raise event: no such instance exists
          nope/pause | 500 | ERR_PAUSE_WORKFLOW | error pausing workflow nope: failed to pause workflow nope: failed to suspend workflow: no such instance exists
          nope/resume | 500 | ERR_RESUME_WORKFLOW | error resuming workflow nope: failed to resume workflow nope: failed to resume workflow: no such instance exists
          nope/terminate | 404 | ERR_INSTANCE_ID_NOT_FOUND | unable to find workflow with the provided instance ID: nope%!(EXTRA *fmt.wrapError=failed to submit termination request:: no such instance exists)
          nope/purge | 404 | ERR_INSTANCE_ID_NOT_FOUND | unable to find workflow with the provided instance ID: nope%!(EXTRA *fmt.wrapError=failed to purge workflow state: failed to fetch workflow state: no such instance exists)
          """)
  void shouldRefuseInTheWordsOfTheSidecar(String path, int status, String tag, String message)
      throws Exception {
    assertAnswer(
        send("POST", "/v1.0/workflows/dapr/" + path, ""),
        status,
        "{\"errorCode\":\"%s\",\"message\":\"%s\"}".formatted(tag, message));
  }

  @Test
  void shouldReadPathsAsTheSidecarDoes() throws Exception {
    String workflows = "/v1.0/workflows/dapr/";
    assertAnswer(
        send("POST", workflows + "My%2FFlow/start?instanceID=n2", "1"),
        202,
        "{\"instanceID\":\"n2\"}");
    assertThat(object(send("GET", workflows + "n2/explain", "")).get("workflowName"))
        .isEqualTo("My/Flow");
    assertAnswer(
        send("POST", "/v1.0//workflows//dapr/EchoWF//start?instanceID=n7", "1"),
        202,
        "{\"instanceID\":\"n7\"}");
    assertAnswer(send("POST", workflows + "/start?instanceID=n4", "1"), 404, DIRECT_INVOKE);
    assertAnswer(
        send("GET", workflows + "a.b%20c%2Fd", ""),
        404,
        "{\"errorCode\":\"ERR_INSTANCE_ID_NOT_FOUND\",\"message\":\"unable to find workflow with"
            + " the provided instance ID: a.b c/d\"}");
    assertThat(send("GET", workflows + "%00", "").body()).startsWith("{\"errorCode\":\"ERROR\"");
  }

  @Test
  void shouldAnswerUnknownPathsWithTheSidecarsHeaders() throws Exception {
    HttpResponse<String> wrong = send("DELETE", "/v1.0/workflows/dapr/r1", "");

    assertThat(wrong.headers().firstValue("allow")).isEmpty();
    assertThat(wrong.headers().firstValue("traceparent"))
        .hasValue("00-00000000000000000000000000000000-0000000000000000-00");
  }

  @Test
  void shouldNotFindUnknownInstance() throws Exception {
    assertAnswer(
        send("GET", "/v1.0-beta1/workflows/dapr/not-found", ""),
        404,
        "{\"errorCode\":\"ERR_INSTANCE_ID_NOT_FOUND\",\"message\":\"unable to find workflow with"
            + " the provided instance ID: not-found\"}");
  }

  @Test
  void shouldRefuseSecondStartAndPurgeWhileActive() throws Exception {
    send("POST", "/v1.0/workflows/dapr/SleepWF/start?instanceID=r1", "");

    assertAnswer(
        send("POST", "/v1.0/workflows/dapr/EchoWF/start?instanceID=r1", "1"),
        500,
        "{\"errorCode\":\"ERR_START_WORKFLOW\",\"message\":\"error starting workflow 'EchoWF':"
            + " unable to start workflow: failed to start workflow: rpc error: code = AlreadyExists"
            + " desc = an active workflow with ID 'r1' already exists\"}");
    assertAnswer(
        send("POST", "/v1.0/workflows/dapr/r1/purge", ""),
        500,
        "{\"errorCode\":\"ERR_PURGE_WORKFLOW\",\"message\":\"error purging workflow r1: failed to"
            + " Purge workflow r1: failed to purge workflow state: orchestration has not yet"
            + " completed\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {bad    | (line 1:2): invalid value bad
          []      | (line 1:1): unexpected token [
          because | (line 1:1): invalid value because
          """)
  void shouldSayWhatIsWrongWithBody(String body, String found) throws Exception {
    assertAnswer(
        send("POST", "/v1.0/workflows/dapr/r1/pause", body),
        400,
        "{\"errorCode\":\"ERR_MALFORMED_REQUEST\",\"message\":\"failed deserializing HTTP body:"
            + " proto: syntax error %s\"}".formatted(found));
  }

  @Test
  void shouldTakeUnknownPathsForCallsOfOtherApps() throws Exception {
    assertAnswer(send("GET", "/v1.0/workflows/dapr/W/start", ""), 404, DIRECT_INVOKE);
    assertAnswer(send("POST", "/v1.0/workflows/dapr/W/Start", ""), 404, DIRECT_INVOKE);
    assertAnswer(send("DELETE", "/v1.0/workflows/dapr/r1", ""), 404, DIRECT_INVOKE);
    assertAnswer(send("GET", "/v1.0/state/x", ""), 404, DIRECT_INVOKE);
  }

  @Test
  void shouldRefuseWithoutTokenAsTheSidecarDoes() throws Exception {
    HttpResponse<String> refused = send("GET", TOKEN_ONLY, "");

    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).isEqualTo("invalid api token");
  }

  @Test
  void shouldAnswerHealthAndMetadata() throws Exception {
    assertAnswer(send("GET", "/v1.0/healthz", ""), 204, "");
    assertAnswer(send("GET", "/v1.0/healthz/outbound", ""), 204, "");
    assertAnswer(
        send("GET", "/v1.0/healthz?appid=other", ""),
        500,
        "{\"errorCode\":\"ERR_HEALTH_APPID_NOT_MATCH\",\"message\":\"dapr app-id does not match\"}");
    assertAnswer(send("PUT", "/v1.0/metadata/mykey", "value"), 204, "");
    Map<?, ?> metadata = object(send("GET", "/v1.0/metadata", ""));
    assertThat(metadata.get("id")).isEqualTo("default");
    assertThat(metadata.get("runtimeVersion")).isEqualTo("1.18.3");
    assertThat(metadata.get("extended"))
        .isEqualTo(Map.of("mykey", "value", "daprRuntimeVersion", "1.18.3"));
    assertThat(metadata.containsKey("workflows")).isFalse();
  }

  @Test
  void shouldListExplainAndShowHistory() throws Exception {
    send("POST", "/v1.0/workflows/dapr/EchoWF/start?instanceID=h1", "1");
    send("POST", "/v1.0/workflows/dapr/EchoWF/start?instanceID=h2", "1");

    assertThat(send("GET", "/v1.0/workflows/dapr/h1/explain", "").body())
        .contains("no worker of its application is connected");
    finish("2");
    assertThat(send("GET", "/v1.0/workflows/dapr/h1/history", "").body())
        .contains("\"executionStarted\"")
        .contains("\"executionCompleted\"")
        .contains("ORCHESTRATION_STATUS_COMPLETED");
    Map<?, ?> page = object(send("GET", "/v1.0/workflows/dapr?pageSize=1", ""));
    assertThat(page.get("continuationToken")).isEqualTo("h1");
    assertThat(send("GET", "/v1.0/workflows/dapr?pageSize=1&continuationToken=h1", "").body())
        .contains("\"h2\"")
        .doesNotContain("continuationToken");
  }

  @Test
  void shouldKeepAppsApart() throws Exception {
    send("POST", "/v1.0/workflows/dapr/EchoWF/start?instanceID=mine&appID=other", "1");

    assertThat(send("GET", "/v1.0/workflows/dapr/mine", "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/v1.0/workflows/dapr/mine?appID=other", "").statusCode())
        .isEqualTo(200);
    assertAnswer(
        send("GET", "/v1.0/workflows/dapr/mine?appID=a.b", ""),
        400,
        "{\"errorCode\":\"ERR_WORKFLOW_APP_ID_INVALID\",\"message\":\"workflow app ID 'a.b' is"
            + " invalid: only alphanumeric, dash and underscore characters are allowed\"}");
  }

  /** A worker that ends every workflow that waits for its first turn. */
  private void finish(String result) throws Exception {
    try (HandWorker worker = engine.worker()) {
      WorkItem turn = worker.nextTurn();
      worker.answerTurn(turn, HandWorker.complete(0, result));
    }
  }

  private static Map<?, ?> object(HttpResponse<String> answer) {
    return (Map<?, ?>) Objects.requireNonNull(Json.parse(answer.body()));
  }

  private static void assertAnswer(HttpResponse<String> answer, int status, String body) {
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }
}
