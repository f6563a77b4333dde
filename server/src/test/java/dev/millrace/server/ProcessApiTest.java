package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.transport.json.Json;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process API of a server that is put together as it is delivered. */
class ProcessApiTest {
  private static final String APPROVAL =
      "{'name':'leave','metadata':{'area':'oa','level':3},'tasks':["
          + "{'instId':'s','template':'manual','connections':['a']},"
          + "{'instId':'a','template':'approval','parameters':{'members':{'value':['ann','ben']},"
          + "'attr':{'value':'any'}}}]}";

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private MillraceServer server;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @BeforeEach
  void start() {
    server = MillraceServer.open(TestConfiguration.of(directory));
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private HttpResponse<String> send(
      String method, String path, @Nullable String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(
                        body.startsWith("{'") ? body.replace('\'', '"') : body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static Object json(HttpResponse<String> answer) {
    return Objects.requireNonNull(Json.parse(answer.body()));
  }

  private static Object response(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Objects.requireNonNull(JsonValue.get(json(answer), "response"));
  }

  private static String code(HttpResponse<String> answer) {
    return answer.statusCode()
        + " "
        + JsonValue.text(JsonValue.get(json(answer), "error"), "code", "");
  }

  private String created(String document) throws Exception {
    return JsonValue.text(response(send("POST", "/api/process", document)), "id", "");
  }

  private String started(String process, @Nullable String input) throws Exception {
    return JsonValue.text(response(send("POST", "/api/process/" + process, input)), "id", "");
  }

  private List<Map<String, @Nullable Object>> select(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("millrace.db"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<Map<String, @Nullable Object>> all = new ArrayList<>();
      while (rows.next()) {
        Map<String, @Nullable Object> row = new java.util.LinkedHashMap<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.put(rows.getMetaData().getColumnLabel(i), rows.getObject(i));
        }
        all.add(row);
      }
      return all;
    }
  }

  @Test
  void shouldFindInstancesByTheMetadataOfTheirProcess() throws Exception {
    String instance = started(created(APPROVAL), null);
    started(created("{'name':'other','metadata':{'area':'hr'},'tasks':[]}"), null);

    HttpResponse<String> found =
        send("GET", "/api/processInsts?metadata.area=oa&metadata.level=3", null);
    assertThat(found.body()).contains(instance, "\"total\":1");
    assertThat(send("GET", "/api/processInsts?metadata.area=none", null).body())
        .contains("\"total\":0");
    assertThat(code(send("GET", "/api/processInsts?metadata.=oa", null)))
        .isEqualTo("400 invalid_input");
  }

  @Test
  void shouldShowTheInputOfAnInstance() throws Exception {
    String instance = started(created(APPROVAL), "{'days':1.10,'many':12345678901234567890}");
    assertThat(send("GET", "/api/processInst/" + instance, null).body())
        .contains("\"input\":{\"days\":1.10,\"many\":12345678901234567890}");
  }

  @Test
  void shouldTakeTheIdOfARunInPlaceOfThatOfAWorkItem() throws Exception {
    String instance = started(created(APPROVAL), "{'days':1}");
    List<Map<String, @Nullable Object>> rows =
        select("SELECT * FROM node_inst WHERE workflow_uid = '" + instance + "' ORDER BY id");
    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst()).containsEntry("trigger_data", "{\"days\":1}");
    assertThat(rows.getLast()).containsEntry("trigger_data", null);
    assertThat(rows.getLast().get("execute_ip")).asString().contains(".");
    assertThat(select("SELECT trigger_app, trigger_data FROM workflow_inst"))
        .containsExactly(Map.of("trigger_app", "api", "trigger_data", "{\"days\":1}"));
    String uid = String.valueOf(rows.getLast().get("uid"));
    String path = "/api/taskInst/" + URLEncoder.encode(uid, StandardCharsets.UTF_8);
    String agree = "{'operation':'agree'}";

    assertThat(code(send("POST", path, agree))).isEqualTo("409 conflict");
    assertThat(code(send("POST", path, agree, "X-Millrace-User", "eve")))
        .isEqualTo("403 forbidden");
    Object accepted = response(send("POST", path, agree, "X-Millrace-User", "ben"));
    assertThat(JsonValue.text(accepted, "id", "")).startsWith("inst-");
    assertThat(code(send("POST", path, agree, "X-Millrace-User", "ben")))
        .isEqualTo("409 already_submitted");
    assertThat(code(send("POST", path + "9", agree))).isEqualTo("404 not_found");
    assertThat(code(send("POST", "/api/taskInst/nope", agree))).isEqualTo("404 not_found");
    assertThat(code(send("POST", "/api/taskInst/nope-1-1", agree))).isEqualTo("404 not_found");
  }

  @Test
  void shouldNotKnowTheCallbackOfATaskThatIsNotThere() throws Exception {
    String instance =
        started(created("{'name':'c','tasks':[{'instId':'c','template':'callback'}]}"), null);
    Object state = json(send("GET", "/api/processInst/" + instance, null));
    String execution = JsonValue.text(state, "executionUid", "");

    assertThat(code(send("POST", "/callback/" + execution + "/nope", "1")))
        .isEqualTo("404 not_found");
    assertThat(code(send("POST", "/callback/" + execution + "/c?index=7", "1")))
        .isEqualTo("409 already_submitted");
    response(send("POST", "/callback/" + execution + "/c", "1"));
  }

  @Test
  void shouldSayInTheWordsOfTheApiWhatAnInstanceIs() throws Exception {
    String instance = started(created(APPROVAL), null);
    send("POST", "/api/processInst/" + instance + "/actions/stop", "{}");
    for (String action : List.of("suspend", "resume", "rerun", "stop")) {
      assertThat(send("POST", "/api/processInst/" + instance + "/actions/" + action, "{}").body())
          .contains("stopped")
          .doesNotContain("CANCELED", "TERMINATED");
    }
  }

  @Test
  void shouldBoundTheStartsOfAProcess() throws Exception {
    String process = created("{'name':'r','tasks':[],'extension':{'rateLimit':2}}");
    int accepted = 0;
    HttpResponse<String> refused = null;
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> answer = send("POST", "/api/process/" + process, "{}");
      if (answer.statusCode() == 200) {
        accepted++;
      } else {
        refused = answer;
      }
    }
    HttpResponse<String> last = Objects.requireNonNull(refused);
    assertThat(code(last)).isEqualTo("429 rate_limited");
    assertThat(last.headers().firstValue("Retry-After")).contains("1");
    assertThat(accepted).isBetween(2, 19);
    assertThat(send("GET", "/api/processInsts?procId=" + process, null).body())
        .contains("\"total\":" + accepted);
  }

  @Test
  void shouldStartNothingWithInputThatDoesNotFitWhoeverStartsIt() throws Exception {
    String child =
        created(
            "{'name':'c','inputDataSchema':{'n':{'type':'integer','required':true},"
                + "'s':{'type':'string','required':false,'default':'ab'}},"
                + "'output':'{{input.s}}','tasks':[]}");
    String parent =
        "{'name':'p','output':'{{C.output}}','tasks':[{'instId':'C','template':'sub-workflow',"
            + "'parameters':{'child_workflow_id':{'value':'"
            + child
            + "'},'operation':{'value':'sync'},'input':{'value':{'n':%s}}}}]}";
    String dapr = "/v1.0/workflows/dapr/process:" + child + "/start?instanceID=";

    assertThat(send("POST", "/api/process/" + created(parent.formatted("1")) + "?wait=20", null))
        .satisfies(ended -> assertThat(ended.body()).contains("completed", "\"output\":\"ab\""));
    assertThat(send("POST", "/api/process/" + created(parent.formatted("'x'")) + "?wait=20", null))
        .satisfies(ended -> assertThat(ended.body()).contains("failed", "$.n"));
    HttpResponse<String> refused = send("POST", dapr + "bad", "{'n':'x'}");
    assertThat(refused.body()).contains("ERR_START_WORKFLOW");
    assertThat(refused.body()).contains("$.n");
    assertThat(send("POST", dapr + "good", "{'n':1}").statusCode()).isEqualTo(202);
    assertThat(send("GET", "/api/processInsts?procId=" + child, null).body())
        .contains("\"total\":2");
  }

  @Test
  void shouldSayInTheCatalogueWhatTemplatesNeed() throws Exception {
    assertThat(send("GET", "/api/templates", null).body())
        .contains(
            "\"requiredChoices\":[[\"expression\",\"template\"]]", "\"enum\":[\"sync\",\"async\"]");
  }

  @Test
  void shouldHaveNothingToSayOfTheExamples() throws Exception {
    try (DirectoryStream<Path> examples =
        Files.newDirectoryStream(Path.of("..", "examples"), "*.json")) {
      for (Path example : examples) {
        Object saved = response(send("POST", "/api/process", Files.readString(example)));
        assertThat(JsonValue.get(saved, "warnings")).as(example.toString()).isNull();
      }
    }
  }

  @Test
  void shouldRefuseIdsThatLookLikeOthers() throws Exception {
    for (String blank : List.of("\u00a0", "\u3000", "\u200b", "\u202e", "\ufeff", "\u2028")) {
      HttpResponse<String> refused =
          send(
              "POST",
              "/api/process",
              "{'name':'n','tasks':[{'instId':'a" + blank + "','template':'manual'}]}");
      assertThat(code(refused)).isEqualTo("400 invalid_definition");
      assertThat(refused.body()).contains("$.tasks[0].instId", "U+");
    }
  }

  @Test
  void shouldRecordTheExecutorOfTheDefinitionWhereNobodySaysWhoStarts() throws Exception {
    String process = created("{'name':'e','creator':'ann','executor':'ben','tasks':[]}");
    String instance = started(process, null);
    assertThat(send("GET", "/api/processInst/" + instance, null).body())
        .contains("\"executor\":\"ben\"");
  }

  @Test
  void shouldWarnWhenItStoresAStartThatNothingFires() throws Exception {
    HttpResponse<String> stored =
        send(
            "POST",
            "/api/process",
            "{'name':'c','tasks':[{'instId':'c','template':'cron-timer',"
                + "'parameters':{'expr':{'value':'@daily'}}}]}");
    Object warnings = JsonValue.get(response(stored), "warnings");
    assertThat(warnings).asString().contains("$.tasks[0].template", "nothing fires it");
  }
}
