package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Status;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import dev.millrace.store.sqlite.SqliteVerification;
import dev.millrace.transport.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code extension.concurrency} and {@code extension.onFailure} promise, over HTTP. */
class ConcurrencyServerTest {
  private static final String WAITS =
      "'tasks':[{'instId':'g','template':'signal','parameters':{'name':{'value':'go'}}}]";

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private MillraceServer server;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @BeforeEach
  void start() {
    Map<Setting, Object> flags =
        Map.of(
            Setting.DATA_DIR, directory.toString(), Setting.HTTP_PORT, "0", Setting.GRPC_PORT, "0");
    server = MillraceServer.open(new ConfigurationLoader(Map.of()).load(null, flags));
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
    assertThat(SqliteVerification.run(directory)).isEmpty();
  }

  private HttpResponse<String> send(String method, String path, @Nullable String body)
      throws Exception {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'));
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .method(method, publisher)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static @Nullable Object json(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Object json = Json.parse(answer.body());
    Object response = JsonValue.get(json, "response");
    return response == null ? json : response;
  }

  private String created(String document) throws Exception {
    Object answer = json(send("POST", "/api/process", document));
    assertThat(JsonValue.get(answer, "warnings")).isNull();
    return JsonValue.text(answer, "id", "");
  }

  private String created(String concurrency, String tasks) throws Exception {
    return created("{'name':'p','extension':{'concurrency':{" + concurrency + "}}," + tasks + "}");
  }

  private String started(String process, String input) throws Exception {
    return JsonValue.text(json(send("POST", "/api/process/" + process, input)), "id", "");
  }

  private void go(String instance) throws Exception {
    json(send("POST", "/api/processInst/" + instance + "/signals/go", "{}"));
  }

  private InstanceState ended(String instance) throws Exception {
    return server.engine().whenEnded(InstanceKey.of(instance)).get(30, TimeUnit.SECONDS);
  }

  private Status status(String instance) {
    return server.engine().instance(InstanceKey.of(instance)).join().orElseThrow().life().status();
  }

  private List<?> waiting(String instance) throws Exception {
    Object explained = json(send("GET", "/api/processInst/" + instance + "/actions/explain", null));
    return JsonValue.get(explained, "waiting") instanceof List<?> list ? list : List.of();
  }

  private HttpResponse<String> act(String instance, String action) throws Exception {
    return send("POST", "/api/processInst/" + instance + "/actions/" + action, "{}");
  }

  @Test
  void shouldLetInstancesWaitInTheOrderOfTheirStart() throws Exception {
    String process = created("'limit':1", WAITS);
    String first = started(process, "{}");
    String second = started(process, "{}");
    String third = started(process, "{}");
    assertThat(status(first)).isEqualTo(Status.RUNNING);
    assertThat(status(second)).isEqualTo(Status.PENDING);
    assertThat(JsonValue.text(json(send("GET", "/api/processInst/" + second, null)), "status", ""))
        .isEqualTo("started");
    assertThat(waiting(second))
        .singleElement()
        .satisfies(wait -> {
          assertThat(JsonValue.get(wait, "for")).isEqualTo("slot");
          assertThat(JsonValue.get(wait, "text"))
              .isEqualTo("waits for the only slot of " + process);
        });
    assertThat(act(second, "suspend").statusCode()).isEqualTo(409);
    go(second);
    go(third);

    go(first);
    assertThat(ended(first).life().status()).isEqualTo(Status.COMPLETED);
    InstanceState later = ended(third);
    assertThat(later.life().status()).isEqualTo(Status.COMPLETED);
    assertThat(ended(second).life().endedAt()).isBeforeOrEqualTo(later.life().endedAt());
  }

  @Test
  void shouldStopOneThatWaitsWithoutHavingBegun() throws Exception {
    String process = created("'limit':1,'onLimit':'queue'", WAITS);
    String first = started(process, "{}");
    String second = started(process, "{}");
    String third = started(process, "{}");
    json(act(second, "stop"));
    assertThat(ended(second).graph().runs()).isEmpty();
    assertThat(status(second)).isEqualTo(Status.CANCELED);
    go(third);
    go(first);
    assertThat(ended(third).life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldLetThemWaitOverARestart() throws Exception {
    String process = created("'limit':2", WAITS);
    String first = started(process, "{}");
    String second = started(process, "{}");
    String third = started(process, "{}");
    go(third);
    server.close();
    start();
    assertThat(status(third)).isEqualTo(Status.PENDING);
    go(first);
    assertThat(ended(third).life().status()).isEqualTo(Status.COMPLETED);
    assertThat(status(second)).isEqualTo(Status.RUNNING);
  }

  @Test
  void shouldRefuseWhatIsTooMuchAndStoreNothing() throws Exception {
    String process = created("'limit':1,'onLimit':'reject'", WAITS);
    String first = started(process, "{}");
    HttpResponse<String> refused = send("POST", "/api/process/" + process, "{}");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    assertThat(refused.body())
        .contains("rate_limited")
        .contains("expected at most 1 running at once (concurrency), found as many");
    assertThat(JsonValue.get(json(send("GET", "/api/processInsts", null)), "total")).isEqualTo(1L);
    go(first);
    ended(first);
    assertThat(status(started(process, "{}"))).isEqualTo(Status.RUNNING);
  }

  @Test
  void shouldSkipWhatIsTooMuch() throws Exception {
    String process = created("'limit':1,'onLimit':'skip'", WAITS);
    started(process, "{}");
    Object skipped = json(send("GET", "/api/processInst/" + started(process, "{}"), null));
    assertThat(JsonValue.text(skipped, "status", "")).isEqualTo("stopped");
    assertThat(JsonValue.text(skipped, "error", ""))
        .contains("it needed the only slot of " + process + ", and none was free");
  }

  @Test
  void shouldStopTheOldestForTheNewest() throws Exception {
    String process = created("'limit':2,'onLimit':'cancelOldest'", WAITS);
    String first = started(process, "{}");
    String second = started(process, "{}");
    String third = started(process, "{}");
    InstanceState stopped = ended(first);
    assertThat(stopped.life().status()).isEqualTo(Status.TERMINATED);
    assertThat(String.valueOf(stopped.life().failure())).contains("began in its place");
    go(third);
    assertThat(ended(third).life().status()).isEqualTo(Status.COMPLETED);
    assertThat(status(second)).isEqualTo(Status.RUNNING);
  }

  @Test
  void shouldCountEachKeyForItself() throws Exception {
    String process = created("'limit':1,'onLimit':'reject','key':'{{input.customer}}'", WAITS);
    started(process, "{'customer':'ann'}");
    started(process, "{'customer':'ben'}");
    assertThat(send("POST", "/api/process/" + process, "{'customer':'ann'}").statusCode())
        .isEqualTo(429);
    HttpResponse<String> odd = send("POST", "/api/process/" + process, "{'customer':[1]}");
    assertThat(odd.statusCode()).isEqualTo(400);
    assertThat(odd.body()).contains("extension.concurrency.key").contains("found a list");
  }

  @Test
  void shouldFailAChildThatWouldWaitForAnInstanceThatWaitsForIt() throws Exception {
    String process = created("'limit':1", WAITS);
    String itself =
        "{'name':'p','extension':{'concurrency':{'limit':1}},'tasks':[{'instId':'c',"
            + "'template':'sub-workflow','parameters':{'child_workflow_id':{'value':'"
            + process
            + "'}}}]}";
    json(send("PUT", "/api/process/" + process, itself));
    InstanceState state = ended(started(process, "{}"));
    assertThat(state.life().status()).isEqualTo(Status.FAILED);
    assertThat(String.valueOf(state.life().failure()))
        .contains("deadlock")
        .contains("held by an instance above that waits for it");
  }

  @Test
  void shouldRunAFailedOneAgainOnlyWithASlot() throws Exception {
    String process =
        created(
            "'limit':1",
            "'tasks':[{'instId':'g','template':'signal','parameters':{'name':{'value':'go'}},"
                + "'connections':['t']},{'instId':'t','template':'throw','parameters':{"
                + "'message':{'value':'no'}}}]");
    String first = started(process, "{}");
    go(first);
    assertThat(ended(first).life().status()).isEqualTo(Status.FAILED);
    String second = started(process, "{}");
    HttpResponse<String> refused = act(first, "rerun");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.body()).contains("run it again when one is");
    json(act(second, "stop"));
    json(act(first, "rerun"));
  }

  @Test
  void shouldKeepAFastProcessWithinItsLimit() throws Exception {
    String process =
        created(
            "{'name':'p','engine':'fast','extension':{'concurrency':{'limit':1}},'tasks':["
                + "{'instId':'w','template':'delay','parameters':{'interval':{'value':0.2}}}]}");
    String first = started(process, "{}");
    String second = started(process, "{}");
    InstanceState one = ended(first);
    InstanceState two = ended(second);
    assertThat(two.life().status()).isEqualTo(Status.COMPLETED);
    assertThat(two.graph().runs().values().iterator().next().startAt())
        .isAfterOrEqualTo(one.life().endedAt());
  }

  @Test
  void shouldStartTheProcessThatIsToldOfAFailure() throws Exception {
    String handler =
        created("{'name':'h','output':'{{input}}','tasks':[{'instId':'s','template':'manual'}]}");
    String failing =
        created(
            "{'name':'f','extension':{'onFailure':{'process':'"
                + handler
                + "'}},'tasks':[{'instId':'t','name':'thrower','template':'throw','parameters':{"
                + "'message':{'value':'broken'}}}]}");
    String failed = started(failing, "{'order':7}");
    assertThat(ended(failed).life().status()).isEqualTo(Status.FAILED);
    Object list = null;
    for (int i = 0; i < 1_000 && !(list instanceof List<?> found && !found.isEmpty()); i++) {
      list =
          JsonValue.get(
              json(send("GET", "/api/processInsts?status=completed&procId=" + handler, null)),
              "list");
    }
    assertThat(list).isInstanceOf(List.class);
    String id = JsonValue.text(((List<?>) list).getFirst(), "id", "");
    Object told = ended(id).life().output();
    assertThat(told)
        .isInstanceOf(Map.class)
        .satisfies(map -> {
          assertThat(JsonValue.get(map, "error")).isEqualTo("broken");
          assertThat(JsonValue.get(map, "errorAppInstId")).isEqualTo("t");
          assertThat(JsonValue.get(map, "errorAppName")).isEqualTo("thrower");
          assertThat(JsonValue.get(map, "executionUid")).isEqualTo(failed);
          assertThat(JsonValue.get(map, "workflowId")).isEqualTo(failing);
          assertThat(JsonValue.get(map, "workflowName")).isEqualTo("f");
          assertThat(JsonValue.get(map, "createAt")).isInstanceOf(Long.class);
          assertThat(JsonValue.get(map, "errorDetail")).isInstanceOf(Map.class);
          assertThat(JsonValue.get(map, "input")).isEqualTo(Map.of("order", 7L));
        });
  }
}
