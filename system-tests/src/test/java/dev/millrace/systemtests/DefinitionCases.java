package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api.Answer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Cases 1–4, 10, 11 and 46: definitions are stored and read back as they were sent. */
final class DefinitionCases {

  private static final String PUBLISHED_BODY =
      """
      {"name":"Unknown","description":"","startTaskInstId":"","endTaskInstId":"","engine":"fast",
       "status":"","creator":"admin","executor":"","timeout":0,"inputDataSchema":{},
       "outputDataSchema":{},"error":"","extension":{},"metadata":{},"tasks":[]}
      """;

  private static final String PUBLISHED_TASK =
      """
      {"instId":"task-3udfizra","name":"脚本任务执行","description":"执行脚本任务",
       "template":"script","positions":[],"connections":[],
       "parameters":{"code":{"label":"代码","type":"string","value":"","default":"",
       "required":true}},"errorHandler":{},"loopHandler":{},"timeout":0,"isIgnore":false}
      """;

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  private static String create(Object body) {
    return Api.idOf(SERVER.api().post("/api/process", body).expect(200));
  }

  private static Map<String, @Nullable Object> published() {
    return object(PUBLISHED_BODY);
  }

  @SuppressWarnings("unchecked") // A JSON object is read as a map with string keys.
  private static Map<String, @Nullable Object> object(String text) {
    Object value = Json.value(text);
    assertThat(value).isInstanceOf(Map.class);
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }

  @Test
  void case01ShouldCreateThePublishedBody() {
    Answer answer =
        SERVER.api().postText("/api/process", PUBLISHED_BODY, "application/json").expect(200);

    assertThat(Json.plain(answer.json()))
        .isEqualTo(Map.of("response", Map.of("id", Api.idOf(answer))));
    assertThat(Api.idOf(answer)).matches("proc-[a-z0-9]{8}");
  }

  @Test
  void case02ShouldAnswerTheDefinitionBareAndUnchanged() {
    String id = create(published());

    Answer answer = SERVER.api().get("/api/process/" + id).expect(200);

    JsonNode found = answer.json();
    assertThat(found.path("id").asString("")).isEqualTo(id);
    published()
        .forEach(
            (field, value) -> assertThat(Json.plain(found.path(field))).as(field).isEqualTo(value));
    assertThat(found.path("engine").asString("")).isEqualTo("fast");
    assertThat(answer.text()).doesNotContain("runtimes");
  }

  @Test
  void case03ShouldAnswerTheTaskAsItWasSent() {
    Map<String, @Nullable Object> body = published();
    body.put("tasks", List.of(object(PUBLISHED_TASK)));
    String id = create(body);

    Answer answer = SERVER.api().get("/api/process/" + id + "/task-3udfizra").expect(200);

    assertThat(Json.plain(answer.json())).isEqualTo(object(PUBLISHED_TASK));
  }

  @Test
  void case04ShouldTakeNodesAndAnswerTasks() {
    Map<String, @Nullable Object> task = object(PUBLISHED_TASK);
    task.put("type", "Task");
    Map<String, @Nullable Object> body = published();
    body.remove("tasks");
    body.put("nodes", List.of(task));
    String id = create(body);

    JsonNode found = SERVER.api().get("/api/process/" + id).expect(200).json();

    assertThat(Json.plain(found.path("tasks"))).isEqualTo(List.of(task));
    assertThat(found.has("nodes")).as("answers nodes").isFalse();
  }

  @Test
  void case10ShouldAnswerNotFoundInJson() {
    Definition definition = Definition.of("case 10", Task.script("A", "return 1"));
    String id = SERVER.api().create(definition);
    String instance = SERVER.api().start(id, Json.object());

    SERVER.api().get("/api/process/nope").expectError(404, "not_found");
    SERVER.api().get("/api/process/" + id + "/nope").expectError(404, "not_found");
    SERVER.api().get("/api/processInst/1").expectError(404, "not_found");
    SERVER.api().get("/api/processInst/" + instance + "/nope").expectError(404, "not_found");
    SERVER
        .api()
        .post("/api/taskInst/nope", Json.object("key1", "value1"))
        .expectError(404, "not_found");
  }

  static Stream<Arguments> wrongDefinitions() {
    Definition noId = Definition.of("w", Task.script("A", "return 1"));
    Task nameless = Task.script("B", "return 1");
    nameless.body().remove("instId");
    return Stream.of(
        Arguments.of("no name", "name", without(Definition.of("w"), "name")),
        Arguments.of("engine turbo", "engine", noId.with("engine", "turbo").body()),
        Arguments.of("timeout -1", "timeout", Definition.of("w").with("timeout", -1).body()),
        Arguments.of(
            "task without instId",
            "1",
            Definition.of("w", Task.script("A", "return 1"), nameless).body()),
        Arguments.of(
            "duplicate instId",
            "1",
            Definition.of("w", Task.script("A", "return 1"), Task.script("A", "return 2")).body()),
        Arguments.of(
            "connection to unknown id",
            "connections",
            Definition.of("w", Task.script("A", "return 1").to("nowhere")).body()),
        Arguments.of(
            "instId a/b", "instId", Definition.of("w", Task.script("a/b", "return 1")).body()),
        Arguments.of(
            "tasks is an object", "tasks", Definition.of("w").with("tasks", Map.of()).body()),
        Arguments.of("name of 201 characters", "name", Definition.of("n".repeat(201)).body()),
        Arguments.of(
            "cycle without wait or guard",
            "",
            Definition.of(
                    "w", Task.script("A", "return 1").to("B"), Task.script("B", "return 1").to("A"))
                .body()));
  }

  private static Map<String, @Nullable Object> without(Definition definition, String field) {
    definition.body().remove(field);
    return definition.body();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongDefinitions")
  void case11ShouldRefuseWrongDefinitions(
      String fault, String place, Map<String, @Nullable Object> body) {
    long before = storedDefinitions();

    Answer answer = SERVER.api().post("/api/process", body);

    answer.expectError(400, "invalid_definition");
    List<JsonNode> details = Api.elements(answer.json().at("/error/details"));
    assertThat(details).as("details for %s", fault).isNotEmpty();
    assertThat(details.stream().map(detail -> detail.path("path").asString("<none>")))
        .as("paths for %s in %s", fault, answer.text())
        .anyMatch(path -> path.contains(place) && !path.equals("<none>"));
    assertThat(storedDefinitions()).as("definitions stored").isEqualTo(before);
  }

  private static long storedDefinitions() {
    JsonNode total =
        SERVER.api().get("/api/processes?limit=1").expect(200).json().at("/response/total");
    assertThat(total.isIntegralNumber()).as("total is a number").isTrue();
    return total.asLong();
  }

  @Test
  void case46ShouldServeTheOldPrefixAlike() {
    String id = create(published());

    Answer old = SERVER.api().get("/v1/process/" + id).expect(200);

    assertThat(old.text()).isEqualTo(SERVER.api().get("/api/process/" + id).text());
  }
}
