package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.Logging;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import dev.millrace.transport.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Instances of each model, started, seen and managed through each API and the command line. */
class EveryApiTest {
  private static final String COMPONENT = "/v1.0/workflows/dapr/";

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private MillraceServer server;
  private String process = "";
  private String key = "";
  private String workflow = "";

  /** What instances are of. */
  enum Model {
    CODE,
    PROCESS,
    NOCOBASE
  }

  /** Where they are managed. */
  enum Door {
    DAPR,
    PROCESS_API,
    NOCOBASE_API,
    COMMAND_LINE
  }

  private record Instance(String uid, long id) {}

  private record Answer(int status, @Nullable Object json, String text) {}

  static Stream<Arguments> everyCell() {
    return Stream.of(Model.values())
        .flatMap(model -> Stream.of(Door.values()).map(door -> Arguments.of(model, door)));
  }

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @BeforeEach
  void start() throws Exception {
    server =
        MillraceServer.open(
            new ConfigurationLoader(Map.of())
                .load(
                    null,
                    Map.of(
                        Setting.DATA_DIR,
                        directory.toString(),
                        Setting.HTTP_PORT,
                        "0",
                        Setting.GRPC_PORT,
                        "0")));
    server.start();
    process =
        text(
            send(
                "POST",
                "/api/process",
                "{'name':'Waits','tasks':[{'instId':'w','name':'w','template':'signal',"
                    + "'parameters':{'name':{'value':'Go'}}}]}"),
            "response",
            "id");
    Answer created =
        send(
            "POST",
            "/api/workflows:create",
            "{'title':'W','type':'custom-action','config':{'type':0},'enabled':true,'current':true}");
    workflow = text(created, "data", "id");
    key = text(created, "data", "key");
    send(
        "POST",
        "/api/workflows/" + workflow + "/nodes:create",
        "{'type':'delay','config':{'unit':60000,'duration':60,'endStatus':1}}");
    // The engine knows a version once it is enabled with all its nodes.
    send("POST", "/api/workflows:update?filterByTk=" + workflow, "{'enabled':false}");
    send("POST", "/api/workflows:update?filterByTk=" + workflow, "{'enabled':true}");
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private Answer send(String method, String path, @Nullable String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    String text = answer.body();
    boolean json = text.startsWith("{") || text.startsWith("[");
    return new Answer(answer.statusCode(), json ? Json.parse(text) : null, text);
  }

  private Answer ok(String method, String path, @Nullable String body) throws Exception {
    Answer answer = send(method, path, body);
    assertThat(answer.status).as("%s %s: %s", method, path, answer.text).isBetween(200, 299);
    return answer;
  }

  private static String text(Answer answer, String... path) {
    Object at = answer.json;
    for (String step : path) {
      at = JsonValue.get(at, step);
    }
    assertThat(at).as(answer.text).isNotNull();
    return String.valueOf(at);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private String command(String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--server";
    all[arguments.length + 1] = server.url();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = MillraceCommand.run(new PrintWriter(out), new PrintWriter(err, true), all);
    assertThat(code).as("%s: %s", String.join(" ", arguments), err).isZero();
    return out.toString();
  }

  private List<String> select(String sql) throws SQLException {
    return new StoredRows(directory).select(sql);
  }

  /** Starts an instance with the input {@code {"n":1}}. */
  private Instance started(Model model, Door door) throws Exception {
    String uid =
        switch (door) {
          case DAPR ->
              text(
                  ok("POST", COMPONENT + encoded(named(model)) + "/start", "{'n':1}"),
                  "instanceID");
          case PROCESS_API ->
              text(
                  ok("POST", "/api/process/" + encoded(definition(model)), "{'n':1}"),
                  "response",
                  "id");
          case NOCOBASE_API ->
              text(
                  ok(
                      "GET",
                      "/api/executions:get?filterByTk="
                          + text(
                              ok(
                                  "POST",
                                  "/api/workflows:execute?filterByTk=" + encoded(tk(model)),
                                  "{'data':{'n':1}}"),
                              "data",
                              "execution",
                              "id"),
                      null),
                  "data",
                  "eventKey");
          case COMMAND_LINE -> command("start", definition(model), "--input", "{\"n\":1}").strip();
        };
    return of(uid);
  }

  /** What names a definition where workflows are named. */
  private String named(Model model) {
    return switch (model) {
      case CODE -> "Ship";
      case PROCESS -> "process:" + process;
      case NOCOBASE -> "nocobase:" + key;
    };
  }

  private String definition(Model model) {
    return switch (model) {
      case CODE -> "code:Ship";
      case PROCESS -> process;
      case NOCOBASE -> "nocobase:" + key;
    };
  }

  private String tk(Model model) {
    return switch (model) {
      case CODE -> "code:default/Ship";
      case PROCESS -> "process:" + process;
      case NOCOBASE -> workflow;
    };
  }

  private String keyOf(Model model) {
    return switch (model) {
      case CODE -> "code:Ship";
      case PROCESS -> "process:" + process;
      case NOCOBASE -> key;
    };
  }

  private void act(Door door, Instance instance, String dapr, String process, String nocobase)
      throws Exception {
    switch (door) {
      case DAPR -> ok("POST", COMPONENT + instance.uid + "/" + dapr, null);
      case PROCESS_API ->
          ok("POST", "/api/processInst/" + instance.uid + "/actions/" + process, null);
      case NOCOBASE_API ->
          ok("POST", "/api/executions:" + nocobase + "?filterByTk=" + instance.id, null);
      case COMMAND_LINE -> command(process, instance.uid);
    }
  }

  private String state(Instance instance) throws SQLException {
    return select("SELECT state FROM workflow_inst WHERE uid = '" + instance.uid + "'").getFirst();
  }

  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("everyCell")
  void shouldStartSeeManageAndExplain(Model model, Door door) throws Exception {
    Instance instance = started(model, door);
    requireSeen(model, door, instance);
    act(door, instance, "pause", "suspend", "pause");
    assertThat(state(instance)).isEqualTo("SUSPENDED");
    assertThat(explained(door, instance))
        .containsIgnoringCase(door == Door.NOCOBASE_API ? "execution paused" : "suspended");
    act(door, instance, "resume", "resume", "resume");
    assertThat(state(instance)).isIn("RUNNING", "PENDING");
    assertThat(told(door, instance)).isNotEmpty();
    act(door, instance, "terminate", "stop", "cancel");
    assertThat(state(instance)).isIn("CANCELED", "TERMINATED");
    assertThat(select("SELECT status FROM executions WHERE id = " + instance.id))
        .containsExactly("-3");
  }

  /** In the answer about it and in the list. */
  private void requireSeen(Model model, Door door, Instance instance) throws Exception {
    switch (door) {
      case DAPR -> {
        assertThat(text(ok("GET", COMPONENT + instance.uid, null), "runtimeStatus"))
            .isIn("RUNNING", "PENDING");
        assertThat(ok("GET", "/v1.0/workflows/dapr", null).text).contains(instance.uid);
      }
      case PROCESS_API -> {
        assertThat(ok("GET", "/api/processInst/" + instance.uid, null).text).contains("started");
        assertThat(ok("GET", "/api/processInsts", null).text).contains(instance.uid);
      }
      case NOCOBASE_API -> {
        Answer got = ok("GET", "/api/executions:get?filterByTk=" + instance.id, null);
        assertThat(text(got, "data", "key")).isEqualTo(keyOf(model));
        assertThat(text(got, "data", "context"))
            .startsWith(model == Model.NOCOBASE ? "{data={n=1}" : "{n=1}");
        assertThat(ok("GET", "/api/executions:list", null).text).contains(instance.uid);
        assertThat(
                ok(
                        "GET",
                        "/api/executions:list?filter="
                            + encoded("{\"key\":\"" + keyOf(model) + "\"}"),
                        null)
                    .text)
            .contains(instance.uid, "\"count\":1");
      }
      case COMMAND_LINE -> {
        assertThat(command("get", instance.uid)).contains(instance.uid);
        assertThat(command("list")).contains(instance.uid);
      }
    }
  }

  private String explained(Door door, Instance instance) throws Exception {
    return switch (door) {
      case DAPR -> ok("GET", COMPONENT + instance.uid + "/explain", null).text;
      case PROCESS_API ->
          ok("GET", "/api/processInst/" + instance.uid + "/actions/explain", null).text;
      case NOCOBASE_API -> ok("GET", "/api/executions:logs?filterByTk=" + instance.id, null).text;
      case COMMAND_LINE -> command("explain", instance.uid);
    };
  }

  private String told(Door door, Instance instance) throws Exception {
    return switch (door) {
      case DAPR -> ok("GET", COMPONENT + instance.uid + "/history", null).text;
      case PROCESS_API ->
          ok("GET", "/api/processInst/" + instance.uid + "/actions/history", null).text;
      case NOCOBASE_API -> ok("GET", "/api/executions/" + instance.id + "/jobs:list", null).text;
      case COMMAND_LINE -> command("history", instance.uid);
    };
  }

  @ParameterizedTest
  @EnumSource(Model.class)
  void shouldRemoveByNocobaseOnlyWhatHasEndedAndIsNamed(Model model) throws Exception {
    Instance instance = started(model, Door.PROCESS_API);
    String path = "/api/executions:destroy?filterByTk=" + instance.id;
    assertThat(text(ok("POST", path, null), "data")).isEqualTo("0");
    act(Door.NOCOBASE_API, instance, "", "", "cancel");
    String ended = "/api/executions:destroy?filter=" + encoded("{\"status\":-3}");
    assertThat(text(ok("POST", ended, null), "data"))
        .as("a filter that names no execution is about NocoBase's own")
        .isEqualTo(model == Model.NOCOBASE ? "1" : "0");
    assertThat(text(ok("POST", path, null), "data")).isEqualTo(model == Model.NOCOBASE ? "0" : "1");
    assertThat(select("SELECT id FROM executions")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void shouldRunAFailedProcessAgain(Door door) throws Exception {
    String fails =
        text(
            ok(
                "POST",
                "/api/process",
                "{'name':'Fails','tasks':[{'instId':'x','template':'script','parameters':{"
                    + "'language':{'value':'js'},'code':{'value':'throw new Error(1)'}}}]}"),
            "response",
            "id");
    String uid = command("start", fails).strip();
    requireSoon("SELECT status, generation FROM workflow_inst", "failed|1");
    Instance instance = of(uid);
    if (door == Door.DAPR) {
      ok("POST", COMPONENT + uid + "/rerun", "{}");
    } else {
      act(door, instance, "", "rerun", "rerun");
    }
    requireSoon("SELECT status, generation FROM workflow_inst", "failed|2");
  }

  @ParameterizedTest
  @EnumSource(
      value = Door.class,
      names = {"PROCESS_API", "NOCOBASE_API", "COMMAND_LINE"})
  void shouldRunAnEndedWorkflowOfCodeAgainAsAnother(Door door) throws Exception {
    Instance instance = started(Model.CODE, Door.DAPR);
    act(Door.COMMAND_LINE, instance, "", "stop", "");
    act(door, instance, "", "rerun", "rerun");
    assertThat(select("SELECT state, trigger_data FROM workflow_inst ORDER BY id"))
        .containsExactly("TERMINATED|{\"n\":1}", "PENDING|{\"n\":1}");
  }

  @Test
  void shouldStartAWorkflowOfCodeInItsApplication() throws Exception {
    String uid = command("start", "code:shop/Ship", "--input", "[1]").strip();
    Answer started = ok("POST", "/api/process/code:Ship?namespace=shop", "[2]");
    assertThat(text(started, "response", "namespace")).isEqualTo("shop");
    ok("POST", "/api/workflows:execute?filterByTk=code:shop/Ship", "{'data':[3]}");
    assertThat(select("SELECT \"key\", namespace, context FROM executions ORDER BY id"))
        .containsExactly("code:Ship|shop|[1]", "code:Ship|shop|[2]", "code:Ship|shop|[3]");
    assertThat(command("get", uid, "--namespace", "shop")).contains(uid);
    ok("POST", "/api/executions:cancel?filterByTk=" + of(uid).id, null);
    assertThat(state(of(uid))).isEqualTo("TERMINATED");
  }

  private Instance of(String uid) throws SQLException {
    String id = select("SELECT id FROM executions WHERE eventKey = '" + uid + "'").getFirst();
    return new Instance(uid, Long.parseLong(id));
  }

  @Test
  void shouldShowTheNodesOfAProcessAsJobs() throws Exception {
    Instance instance = started(Model.PROCESS, Door.NOCOBASE_API);
    long job = (instance.id << 20) | 1;
    assertThat(select("SELECT id, executionId, nodeId, nodeKey, status FROM jobs"))
        .containsExactly("%d|%d|null|w|0".formatted(job, instance.id));
    assertThat(text(ok("GET", "/api/jobs:get?filterByTk=" + job, null), "data", "nodeKey"))
        .isEqualTo("w");
    assertThat(
            ok("GET", "/api/executions:get?appends=jobs,workflow&filterByTk=" + instance.id, null)
                .text)
        .contains("\"workflow\":null", "\"nodeKey\":\"w\"");
    Answer resumed = send("POST", "/api/jobs:resume?filterByTk=" + job, "{'status':1}");
    assertThat(resumed.status).isEqualTo(400);
    assertThat(resumed.text).contains("process:" + process);
    ok("POST", "/api/processInst/" + instance.uid + "/signals/Go", "{'payload':{'ok':true}}");
    assertThat(select("SELECT status FROM jobs")).containsExactly("1");
    assertThat(select("SELECT status, model, engine FROM executions"))
        .containsExactly("1|process|standard");
  }

  @Test
  void shouldShowAFastInstanceWithoutJobs() throws Exception {
    String fast =
        text(
            ok(
                "POST",
                "/api/process",
                "{'name':'F','engine':'fast','tasks':[{'instId':'s','template':'manual'}]}"),
            "response",
            "id");
    String id =
        text(
            ok("POST", "/api/workflows:execute?filterByTk=process:" + fast, "{'data':5}"),
            "data",
            "execution",
            "id");
    Answer got = ok("GET", "/api/executions:get?appends=jobs&filterByTk=" + id, null);
    assertThat(got.text).contains("\"engine\":\"fast\"", "\"jobs\":[]", "\"context\":5");
    assertThat(ok("GET", "/api/executions:logs?filterByTk=" + id, null).text)
        .contains("engine fast: what single nodes do is not recorded");
  }

  @Test
  void shouldCountOnlyItsOwnExecutionsForAWorkflow() throws Exception {
    started(Model.PROCESS, Door.PROCESS_API);
    started(Model.NOCOBASE, Door.NOCOBASE_API);
    started(Model.CODE, Door.DAPR);
    Answer stats = ok("GET", "/api/workflows:get?appends=stats&filterByTk=" + workflow, null);
    assertThat(text(stats, "data", "stats", "executed")).isEqualTo("1");
    assertThat(text(ok("GET", "/api/executions:list", null), "meta", "count")).isEqualTo("3");
    assertThat(text(ok("GET", "/api/executions:list?filter[model]=code", null), "meta", "count"))
        .isEqualTo("1");
  }

  @Test
  void shouldRefuseToStartWhatThereIsNot() throws Exception {
    for (String path :
        List.of(
            "/api/workflows:execute?filterByTk=process:nosuch",
            "/api/process/nocobase:nosuch",
            COMPONENT + "process:nosuch/start")) {
      Answer answer = send("POST", path, "{}");
      assertThat(answer.status).as("%s: %s", path, answer.text).isBetween(400, 500);
      assertThat(answer.text).contains("nosuch").doesNotContain("\tat ");
    }
    Answer other = send("POST", "/api/workflows:execute?filterByTk=process:" + process, "{'n':1}");
    assertThat(other.status).isEqualTo(400);
    assertThat(other.text).contains("expected the input as \\\"data\\\", found n");
  }

  @Test
  void shouldRunAProcessAsTheSubflowOfAWorkflow() throws Exception {
    Answer created =
        ok(
            "POST",
            "/api/workflows:create",
            "{'title':'P','type':'custom-action','config':{'type':0},'enabled':true,'current':true}");
    String parent = text(created, "data", "id");
    ok(
        "POST",
        "/api/workflows/" + parent + "/nodes:create",
        "{'type':'subflow','config':{'workflow':'process:" + process + "','context':{'n':2}}}");
    String id =
        text(
            ok("POST", "/api/workflows:execute?filterByTk=" + parent, "{'data':{}}"),
            "data",
            "execution",
            "id");
    requireSoon(
        "SELECT context, model FROM executions WHERE parentExecutionId = " + id,
        "{\"n\":2}|process");
    String uid =
        select("SELECT eventKey FROM executions WHERE parentExecutionId = " + id).getFirst();
    ok("POST", "/api/processInst/" + uid + "/signals/Go", "{'payload':7}");
    requireSoon("SELECT status, result FROM jobs WHERE executionId = " + id, "1|7");
  }

  private void requireSoon(String sql, String row) throws SQLException {
    new StoredRows(directory).requireSoon(sql, row);
  }
}
