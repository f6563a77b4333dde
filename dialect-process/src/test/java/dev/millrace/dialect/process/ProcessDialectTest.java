package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.EngineApi;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dialect over real HTTP; what the engine decides is the system tests' matter. */
class ProcessDialectTest {
  private static final String DOCUMENTED_BODY =
      """
      {"name":"Unknown","description":"","startTaskInstId":"","endTaskInstId":"","engine":"fast",\
      "status":"","creator":"admin","executor":"","timeout":0,"inputDataSchema":{},\
      "outputDataSchema":{},"error":"","extension":{},"metadata":{},"tasks":[]}\
      """;
  private static final String INSTANCE = "/api/processInst/" + States.KEY.uid();

  private final StoredEngine engine = new StoredEngine();
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener listener;

  @BeforeEach
  void listen() {
    NodeTypes types = new NodeTypes(List.of());
    JsonSchemas schemas = new JsonSchemas();
    Routes.Builder routes = Routes.builder();
    new ProcessDialect(
            engine,
            States.NO_WORKERS,
            new ProcessFormat(types, new ProcessExpressions(), schemas),
            types,
            schemas,
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
  void stop() throws Exception {
    listener.close();
    client.close();
  }

  @Test
  void shouldKeepDefinitionAsSent() throws Exception {
    HttpResponse<String> created = send("POST", "/api/process", DOCUMENTED_BODY);
    HttpResponse<String> read = send("GET", "/v1/process/proc-avxhke9u", null);

    assertThat(created.statusCode()).isEqualTo(200);
    assertThat(created.body()).isEqualTo("{\"response\":{\"id\":\"proc-avxhke9u\"}}");
    assertThat(read.body()).isEqualTo("{\"id\":\"proc-avxhke9u\"," + DOCUMENTED_BODY.substring(1));
    assertThat(read.headers().firstValue("ETag")).contains("\"1\"");
  }

  @Test
  void shouldReviseAndListDefinitions() throws Exception {
    send("POST", "/api/process", DOCUMENTED_BODY);

    HttpResponse<String> revised =
        send(
            "PUT",
            "/api/process/proc-avxhke9u",
            DOCUMENTED_BODY.replace("\"description\":\"\"", "\"description\":\"other\""),
            "If-Match",
            "\"1\"");

    assertThat(revised.body())
        .isEqualTo("{\"response\":{\"id\":\"proc-avxhke9u\",\"revision\":2}}");
    assertThat(engine.saves.getLast().expectedRevision()).isEqualTo(1);
    assertThat(send("GET", "/api/processes?name=Unk&status=enabled", null).body())
        .contains("\"revision\":2")
        .contains("\"total\":1");
    assertThat(send("GET", "/api/processes/proc-avxhke9u/versions", null).body())
        .contains("\"total\":2");
    assertThat(send("DELETE", "/api/process/proc-avxhke9u", null).statusCode()).isEqualTo(200);
    assertProblem(send("GET", "/api/process/proc-avxhke9u", null), 404, "not_found");
  }

  @Test
  void shouldKeepTheRevisionOfADefinitionSentAgainAsItIs() throws Exception {
    send("POST", "/api/process", DOCUMENTED_BODY);

    HttpResponse<String> again =
        send("PUT", "/api/process/proc-avxhke9u", DOCUMENTED_BODY, "If-Match", "\"1\"");

    assertThat(again.body()).isEqualTo("{\"response\":{\"id\":\"proc-avxhke9u\",\"revision\":1}}");
    assertThat(again.headers().firstValue("ETag")).contains("\"1\"");
    assertThat(engine.saves).hasSize(1);
  }

  @Test
  void shouldNameFaultsOfDefinitions() throws Exception {
    HttpResponse<String> refused = send("POST", "/api/process", "{\"tasks\":[]}");

    assertProblem(refused, 400, "invalid_definition");
    assertThat(refused.body()).contains("\"path\":\"$.name\"");
    assertProblem(send("POST", "/api/process", "[]"), 400, "invalid_definition");
    assertProblem(send("POST", "/api/process", null), 400, "invalid_definition");
    assertThat(engine.saves).isEmpty();
    assertThat(send("POST", "/api/process:validate", "{\"tasks\":[]}").body())
        .startsWith("{\"response\":{\"valid\":false,\"errors\":[{\"path\":\"$.name\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/process/nope",
        "/api/process/nope/task",
        "/api/processes/nope/versions",
        "/api/processInst/1",
        "/api/processInst/1/task",
        "/api/processInst/1/actions/explain",
        "/api/unknown"
      })
  void shouldNotFindWhatIsNotThere(String path) throws Exception {
    assertProblem(send("GET", path, null), 404, "not_found");
  }

  @Test
  void shouldStartWithAnyJson() throws Exception {
    send("POST", "/api/process", DOCUMENTED_BODY);
    String path = "/api/process/proc-avxhke9u";

    for (@Nullable String body : new @Nullable String[] {null, "null", "{}", "[1,2]"}) {
      assertThat(send("POST", path, body).body())
          .isEqualTo("{\"response\":{\"id\":\"" + States.KEY.uid() + "\"}}");
    }
    assertProblem(send("POST", path, "{\"a\":"), 400, "bad_json");
    assertProblem(
        send("POST", path, "x", "Content-Type", "text/plain"), 415, "unsupported_media_type");
    assertThat(engine.starts).hasSize(4);
    assertThat(engine.starts.getLast().input()).isEqualTo(List.of(1L, 2L));
    assertThat(engine.starts.getLast().revision()).isEqualTo(1);
    assertThat(engine.starts.getLast().origin())
        .isEqualTo(new Command.Origin("admin", "api", false));
  }

  @Test
  void shouldPassVariantsOfStart() throws Exception {
    send("POST", "/api/process", DOCUMENTED_BODY);

    send(
        "POST",
        "/api/process/proc-avxhke9u?test=true&executor=lisi",
        "{}",
        "Idempotency-Key",
        "k1");

    assertThat(engine.starts.getLast().origin()).isEqualTo(new Command.Origin("lisi", "api", true));
    assertThat(engine.starts.getLast().requestId())
        .extracting(EngineApi.RequestId::key)
        .isEqualTo("k1");
    assertProblem(
        send("POST", "/api/process/proc-avxhke9u?wait=forever", "{}"), 400, "invalid_input");
  }

  @Test
  void shouldCheckInputAgainstSchema() throws Exception {
    String schema =
        "\"inputDataSchema\":{\"n\":{\"type\":\"integer\",\"min\":0,\"max\":200,"
            + "\"required\":true},\"s\":{\"type\":\"string\",\"min\":2,\"max\":3,"
            + "\"required\":false,\"default\":\"ab\"}}";
    send("POST", "/api/process", DOCUMENTED_BODY.replace("\"inputDataSchema\":{}", schema));
    String path = "/api/process/proc-avxhke9u";

    for (@Nullable String body :
        new @Nullable String[] {null, "{}", "{\"n\":\"5\"}", "{\"n\":201}"}) {
      HttpResponse<String> refused = send("POST", path, body);
      assertProblem(refused, 400, "invalid_input");
      assertThat(refused.body()).contains("\"path\":\"$.n\"");
    }
    assertThat(send("POST", path, "{\"n\":5}").statusCode()).isEqualTo(200);
    assertThat(engine.starts).hasSize(1);
    assertThat(engine.starts.getFirst().input()).isEqualTo(Map.of("n", 5L, "s", "ab"));
  }

  @Test
  void shouldNotStartWhatIsDisabled() throws Exception {
    send(
        "POST",
        "/api/process",
        DOCUMENTED_BODY.replace("\"status\":\"\"", "\"status\":\"disabled\""));

    assertProblem(send("POST", "/api/process/proc-avxhke9u", "{}"), 409, "not_startable");
  }

  @Test
  void shouldWaitForTheEnd() throws Exception {
    send("POST", "/api/process", DOCUMENTED_BODY);
    engine.put(States.completed(42L));

    assertThat(send("POST", "/api/process/proc-avxhke9u?wait=10", "{}").body())
        .isEqualTo(
            "{\"response\":{\"id\":\"%s\",\"status\":\"completed\",\"output\":42}}"
                .formatted(States.KEY.uid()));
  }

  @Test
  void shouldReadAndSearchInstances() throws Exception {
    engine.put(States.completed("ok", States.done(1, "A", "ok")));

    assertThat(send("GET", INSTANCE, null).body()).contains("\"status\":\"completed\"");
    assertThat(send("GET", INSTANCE + "/A", null).body()).contains("\"runtimes\":[{\"index\":0");
    assertThat(send("GET", INSTANCE + "/actions/variables", null).body()).isEqualTo("{\"a\":1}");
    assertThat(send("GET", INSTANCE + "/actions/history", null).body()).contains("\"list\":[]");
    assertProblem(send("GET", INSTANCE + "/nope", null), 404, "not_found");
    String found =
        send("GET", "/api/processInsts?procId=proc-avxhke9u&status=completed", null).body();
    assertThat(found).contains(States.KEY.uid()).contains("\"nextCursor\":null");
    assertThat(send("GET", "/api/processInsts?status=failed", null).body()).contains("\"total\":0");
    assertProblem(send("GET", "/api/processInsts?status=odd", null), 400, "invalid_input");
    assertThat(send("GET", "/api/processInsts?metadata.x=y", null).body()).contains("\"total\":0");
  }

  @Test
  void shouldTurnActionsIntoCommands() throws Exception {
    engine.put(States.running());

    send("POST", INSTANCE + "/actions/suspend", null);
    send("POST", INSTANCE + "/actions/resume", "{}");
    send("POST", INSTANCE + "/actions/stop", null, "X-Millrace-User", "%E5%BC%A0");
    send("POST", INSTANCE + "/actions/rerun?from=B", "{\"variables\":{\"v\":1}}");
    send("PUT", INSTANCE + "/actions/variables", "{\"v\":2}");
    send("POST", INSTANCE + "/signals/paid", "{\"payload\":7,\"key\":\"o1\",\"ttl\":2}");
    send("POST", "/callback/777/A", "{\"x\":1}");

    assertThat(engine.commands)
        .containsExactly(
            new Command.SuspendInstance(States.KEY),
            new Command.ResumeInstance(States.KEY),
            new Command.TerminateInstance(States.KEY, EndReason.PERSON, "stopped by 张"),
            new Command.RerunInstance(States.KEY, "B", Map.of("v", 1L), Map.of()),
            new Command.SetVariables(States.KEY, Map.of("v", 2L)),
            new Command.RaiseEvent(States.KEY, "paid", "o1", 7L, "", 2_000),
            new Command.CompleteCallback(States.KEY, "777", "A", Map.of("x", 1L)));
  }

  @Test
  void shouldShowWhatIsSetAsideUntilItIsReleased() throws Exception {
    engine.put(States.completed("ok"));
    String release = INSTANCE + "/actions/release";
    assertProblem(send("POST", release, null), 409, "conflict");
    engine.setAside("a bug");

    assertThat(send("GET", "/api/processInsts?quarantined=true", null).body())
        .contains("\"total\":1");
    assertThat(send("GET", INSTANCE + "/actions/explain", null).body())
        .contains("\"cause\":\"a bug\"");
    assertThat(send("POST", release, null).statusCode()).isEqualTo(200);
    assertThat(send("GET", "/api/processInsts?quarantined=true", null).body())
        .contains("\"total\":0");
    assertThat(send("GET", INSTANCE + "/actions/explain", null).body())
        .contains("\"quarantine\":null");
  }

  @Test
  void shouldNameTheActionsThereAre() throws Exception {
    HttpResponse<String> answer = send("POST", INSTANCE + "/actions/fly", null);

    assertProblem(answer, 404, "not_found");
    assertThat(answer.body()).contains("[suspend, resume, stop, rerun, release]");
    assertProblem(
        send("POST", INSTANCE + "/actions/rerun", "{\"variable\":{}}"), 400, "invalid_input");
    assertThat(engine.commands).isEmpty();
  }

  @Test
  void shouldAnswerRejections() throws Exception {
    engine.put(States.running());
    engine.reply = Reply.Rejected.of(Reason.INVALID_STATE, "it runs");

    assertProblem(send("POST", INSTANCE + "/actions/resume", null), 409, "conflict");

    engine.draining = true;
    HttpResponse<String> answer = send("POST", INSTANCE + "/actions/resume", null);
    assertProblem(answer, 503, "unavailable");
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
  }

  @Test
  void shouldListAndSubmitTasksOfPersons() throws Exception {
    engine.put(
        States.running(),
        new HumanTask(
            "inst-xf2gh3xs9", "zhangsan", HumanTask.State.ALLOCATED, "", null, States.START));

    String list = send("GET", "/api/taskInsts?user=zhangsan&limit=20&offset=0", null).body();
    HttpResponse<String> submitted =
        send("POST", "/api/taskInst/inst-xf2gh3xs9", "{\"k\":1}", "X-Millrace-User", "zhangsan");

    assertThat(list)
        .startsWith(
            "{\"response\":{\"list\":[{\"id\":\"inst-xf2gh3xs9\",\"name\":\"leave\","
                + "\"content\":\"because\",\"createAt\":\"2023-11-15 15:47:45\"")
        .endsWith("\"total\":1}}");
    assertThat(submitted.body()).isEqualTo("{\"response\":{\"id\":\"inst-xf2gh3xs9\"}}");
    assertThat(engine.commands)
        .containsExactly(
            new Command.ActOnHumanTask(States.KEY, "inst-xf2gh3xs9", "zhangsan", Map.of("k", 1L)));
    assertProblem(send("POST", "/api/taskInst/nope", "{}"), 404, "not_found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?user=u&limit=0", "?user=u&limit=-1", "?user=u&offset=x"})
  void shouldRefuseOddTaskLists(String query) throws Exception {
    assertProblem(send("GET", "/api/taskInsts" + query, null), 400, "invalid_input");
  }

  @Test
  void shouldListTemplates() throws Exception {
    assertThat(send("GET", "/api/templates", null).body())
        .isEqualTo("{\"response\":{\"list\":[],\"total\":0}}");
  }

  private static void assertProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    Object error = JsonValue.get(Json.parse(response.body()), "error");
    assertThat(JsonValue.text(error, "code", "")).isEqualTo(code);
    assertThat(JsonValue.text(error, "message", "")).isNotEmpty();
    assertThat(JsonValue.text(error, "traceId", "")).hasSize(32);
  }

  private HttpResponse<String> send(
      String method, String path, @Nullable String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (body != null && !List.of(headers).contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
