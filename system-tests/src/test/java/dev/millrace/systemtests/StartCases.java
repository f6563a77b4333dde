package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api.Answer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Cases 5–9, 12–14 and 41: starting instances, checking what goes in and comes out. */
final class StartCases {

  private static final long SNOWFLAKE_EPOCH_MILLIS = 1_288_834_974_657L;
  private static final int SNOWFLAKE_TIME_SHIFT = 22;
  private static final long CLOCK_SLACK_MILLIS = 5_000;

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  private static Definition echoOfX(String name) {
    return Definition.of(
        name,
        Task.script("A", "return {x: params.x === undefined ? 'absent' : params.x}")
            .parameter("x", "{{input.x}}"));
  }

  @Test
  void case05ShouldAnswerAReadableDecimalId() {
    String process = SERVER.api().create(echoOfX("case 5"));

    Answer answer =
        SERVER
            .api()
            .post("/api/process/" + process, Map.of("param1", "hello world", "param2", "tester"))
            .expect(200);
    SERVER.api().get("/api/processInst/" + Api.idOf(answer)).expect(200);

    String id = Api.idOf(answer);
    assertThat(Json.plain(answer.json())).isEqualTo(Map.of("response", Map.of("id", id)));
    assertThat(id).matches("[1-9][0-9]{1,18}");
    long madeAt = (Long.parseLong(id) >> SNOWFLAKE_TIME_SHIFT) + SNOWFLAKE_EPOCH_MILLIS;
    assertThat(Math.abs(System.currentTimeMillis() - madeAt)).isLessThan(CLOCK_SLACK_MILLIS);
  }

  @Test
  void case06ShouldStartWithoutInput() {
    String path = "/api/process/" + SERVER.api().create(echoOfX("case 6"));

    List<Answer> answers =
        List.of(
            SERVER.api().postText(path, null, null),
            SERVER.api().postText(path, "", "application/json"),
            SERVER.api().postText(path, "null", "application/json"),
            SERVER.api().postText(path, "{}", "application/json"));

    for (Answer answer : answers) {
      JsonNode ended = SERVER.api().awaitEnd(Api.idOf(answer.expect(200)));
      assertThat(Api.status(ended)).isEqualTo("completed");
      assertThat(Api.output(ended, "A")).isEqualTo(Json.object("x", null));
    }
  }

  @Test
  void case07ShouldRefuseWhatIsNotJson() {
    String process = SERVER.api().create(Definition.of("case 7", Task.echo("A", "{{input}}")));
    String path = "/api/process/" + process;

    SERVER.api().postText(path, "{\"a\":", "application/json").expectError(400, "bad_json");
    assertThat(SERVER.api().postText(path, "{}", "text/plain").status()).isEqualTo(415);
    Answer accepted = SERVER.api().postText(path, "[1,2]", "application/json").expect(200);

    JsonNode ended = SERVER.api().awaitEnd(Api.idOf(accepted));
    assertThat(Api.output(ended, "A")).isEqualTo(List.of(1, 2));
    JsonNode instances = SERVER.api().get("/api/processInsts?procId=" + process).expect(200).json();
    assertThat(Api.elements(instances.at("/response/list")))
        .as("instances of %s", process)
        .hasSize(1);
  }

  @Test
  void case08ShouldRecordTheRuntimeOfAScript() {
    String code = "return 'ok'";
    String process =
        SERVER.api().create(Definition.of("case 8", Task.script("task-3udfizra", code)));
    String id = SERVER.api().start(process, Json.object());

    JsonNode ended = SERVER.api().awaitEnd(id);

    assertThat(ended.path("id").asString("")).isEqualTo(id);
    assertThat(ended.path("proc_id").asString("")).isEqualTo(process);
    assertThat(Api.status(ended)).isEqualTo("completed");
    assertOkRuntime(Api.runtime(ended, "task-3udfizra"), code);
    JsonNode task =
        SERVER.api().get("/api/processInst/" + id + "/task-3udfizra").expect(200).json();
    assertThat(Json.plain(task)).isEqualTo(Json.plain(Api.task(ended, "task-3udfizra")));
  }

  private static void assertOkRuntime(JsonNode runtime, String code) {
    assertThat(Json.plain(runtime.path("index"))).isEqualTo(0);
    assertThat(runtime.path("startAt").isIntegralNumber()).isTrue();
    assertThat(runtime.path("endAt").isIntegralNumber()).isTrue();
    assertThat(runtime.path("startAt").asLong())
        .isBetween(System.currentTimeMillis() - 60_000, runtime.path("endAt").asLong());
    assertThat(Api.status(runtime)).isEqualTo("done");
    assertThat(Json.plain(runtime.path("error"))).isEqualTo("");
    assertThat(Json.plain(runtime.path("input"))).isEqualTo(Map.of("code", code));
    assertThat(Json.plain(runtime.path("output"))).isEqualTo("ok");
  }

  @Test
  void case09ShouldAnswerAlikeOnTheFastEngine() {
    String code = "return 'ok'";
    Definition standard = Definition.of("case 9", Task.script("A", code));
    Definition fast = Definition.of("case 9", Task.script("A", code)).with("engine", "fast");

    String id = SERVER.api().run(fast, Json.object());
    JsonNode ended = SERVER.api().awaitEnd(id);

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertOkRuntime(Api.runtime(ended, "A"), code);
    JsonNode reference = SERVER.api().runToEnd(standard, Json.object());
    assertThat(names(ended)).isEqualTo(names(reference));
    assertThat(timeless(Api.runtime(ended, "A"))).isEqualTo(timeless(Api.runtime(reference, "A")));
    TestServer server = SERVER.get();
    assertThat(server.queryNumber("select count(*) from node_inst where workflow_uid = ?", id))
        .as("rows of node_inst")
        .isZero();
    assertThat(server.queryNumber("select count(*) from workflow_inst where uid = ?", id))
        .as("rows of workflow_inst")
        .isOne();
    String standardId = reference.path("id").asString("");
    assertThat(
            server.queryNumber("select count(*) from node_inst where workflow_uid = ?", standardId))
        .as("rows of node_inst of the standard instance")
        .isOne();
  }

  private static Set<String> names(JsonNode node) {
    return new LinkedHashSet<>(node.propertyNames());
  }

  private static @Nullable Object timeless(JsonNode runtime) {
    ObjectNode copy = ((ObjectNode) runtime).deepCopy();
    copy.remove(List.of("startAt", "endAt", "attempts"));
    return Json.plain(copy);
  }

  private static final String MINI_SCHEMA =
      """
      {"n":{"type":"integer","min":0,"max":200,"required":true},
       "s":{"type":"string","min":2,"max":3,"required":false,"default":"ab"}}
      """;

  private static final String JSON_SCHEMA =
      """
      {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
       "properties":{"n":{"type":"integer","minimum":0,"maximum":200},
         "s":{"type":"string","minLength":2,"maxLength":3,"default":"ab"}},
       "required":["n"]}
      """;

  @Test
  void case12ShouldCheckInputByTheMiniLanguage() {
    assertInputChecked("case 12", MINI_SCHEMA);
  }

  @Test
  void case13ShouldCheckInputByJsonSchema() {
    assertInputChecked("case 13", JSON_SCHEMA);
  }

  private static void assertInputChecked(String name, String schema) {
    String process =
        SERVER
            .api()
            .create(
                Definition.of(name, Task.echo("A", "{{input.s}}"))
                    .with("inputDataSchema", Json.value(schema)));
    String path = "/api/process/" + process;

    assertRefused(SERVER.api().post(path, Map.of()), "n");
    assertRefused(SERVER.api().post(path, Map.of("n", "5")), "n");
    assertRefused(SERVER.api().post(path, Map.of("n", 201)), "n");
    assertRefused(SERVER.api().post(path, Map.of("n", 5, "s", "x")), "s");

    JsonNode ended = SERVER.api().awaitEnd(SERVER.api().start(process, Map.of("n", 5)));
    assertThat(Api.output(ended, "A")).isEqualTo("ab");
    JsonNode instances = SERVER.api().get("/api/processInsts?procId=" + process).expect(200).json();
    assertThat(Api.elements(instances.at("/response/list"))).as("instances").hasSize(1);
  }

  /** A missing member is named by its own path or, at its parent's path, by the message. */
  private static void assertRefused(Answer answer, String field) {
    answer.expectError(400, "invalid_input");
    List<JsonNode> details = Api.elements(answer.json().at("/error/details"));
    assertThat(details).as("details in %s", answer.text()).isNotEmpty();
    JsonNode detail = details.getFirst();
    assertThat(detail.path("path").isString()).as("path in %s", answer.text()).isTrue();
    assertThat(detail.path("path").asString("") + " " + detail.path("message").asString(""))
        .as("names the member in %s", answer.text())
        .containsPattern("\\b" + field + "\\b");
  }

  @Test
  void case14ShouldFailOnOutputOfAnotherType() {
    Definition mini =
        Definition.of("case 14 mini", Task.script("A", "return {r: 'text'}"))
            .with(
                "outputDataSchema", Json.value("{\"r\":{\"type\":\"integer\",\"required\":true}}"));
    Definition schema =
        Definition.of("case 14 schema", Task.script("A", "return 'text'"))
            .with(
                "outputDataSchema",
                Json.value(
                    """
                    {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"integer"}
                    """));

    for (Definition definition : List.of(mini, schema)) {
      JsonNode ended = SERVER.api().runToEnd(definition, Json.object());
      assertThat(Api.status(ended)).isEqualTo("failed");
      assertThat(ended.path("error").asString("")).as("error").isNotEmpty();
    }
  }

  private static Definition revision(String word) {
    return Definition.of(
        "case 41",
        Task.approval("P", "会签", "case41").to("Z"),
        Task.script("Z", "return '" + word + "'"));
  }

  @Test
  void case41ShouldFinishByTheSnapshotItStartedWith() {
    String process = SERVER.api().create(revision("old"));
    String before = SERVER.api().start(process, Json.object());
    String oldItem = SERVER.api().awaitItem("case41");

    SERVER.api().put("/api/process/" + process, revision("new").body()).expect(200);
    agree(oldItem);
    JsonNode oldEnded = SERVER.api().awaitEnd(before);
    String after = SERVER.api().start(process, Json.object());
    agree(SERVER.api().awaitItem("case41"));
    JsonNode newEnded = SERVER.api().awaitEnd(after);

    assertThat(Api.output(oldEnded, "Z")).isEqualTo("old");
    assertThat(Api.output(newEnded, "Z")).isEqualTo("new");
  }

  private static void agree(String item) {
    SERVER
        .api()
        .postAs("case41", "/api/taskInst/" + item, Map.of("operation", "agree"))
        .expect(200);
  }
}
