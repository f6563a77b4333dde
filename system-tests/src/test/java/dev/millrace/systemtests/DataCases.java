package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Cases 15, 17, 29 and 30: references between tasks, dead ends, skipped and partial runs. */
final class DataCases {

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  @Test
  void case15ShouldResolveReferencesWithTheirTypes() {
    String document =
        """
        return {user: {name: 'Tom', last: 'Anderson'}, n: 1, list: [
          {first: 'Dale', last: 'Murphy', age: 44},
          {first: 'Roger', last: 'Craig', age: 68},
          {first: 'Jane', last: 'Murphy', age: 47}]};
        """;
    Definition definition =
        Definition.of(
            "case 15",
            Task.script("A", document).to("B"),
            Task.script("B", "return [params.name, params.count, params.older, params.text]")
                .parameter("name", "{{A.output.user.name}}")
                .parameter("count", "{{A.0.output.list.#}}")
                .parameter("older", "{{A.runtimes.0.output.list.#(age>45)#.last}}")
                .parameter("text", "x-{{A.output.n}}"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.output(ended, "B"))
        .isEqualTo(List.of("Tom", 3, List.of("Craig", "Murphy"), "x-1"));
    JsonNode input = Api.runtime(ended, "B").path("input");
    assertThat(Json.plain(input.path("name"))).isEqualTo("Tom");
    assertThat(Json.plain(input.path("count"))).isEqualTo(3);
    assertThat(Json.plain(input.path("older"))).isEqualTo(List.of("Craig", "Murphy"));
    assertThat(Json.plain(input.path("text"))).isEqualTo("x-1");
  }

  @Test
  void case17ShouldCompleteWhenAConditionHasNoFalseBranch() {
    Definition definition =
        Definition.of(
            "case 17",
            Task.condition("A", "string", "a", "equal", "b").parameter("true_branch", "X"),
            Task.script("X", "return 1"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "X")).isEmpty();
  }

  @Test
  void case17ShouldFailWhenNoGuardedEdgeIsTaken() {
    Definition definition =
        Definition.of(
            "case 17",
            Task.script("A", "return 1")
                .edge("to", "X", "when", "{% $tasks.A > 5 %}")
                .edge("to", "Y", "when", "{% $tasks.A > 7 %}"),
            Task.script("X", "return 1"),
            Task.script("Y", "return 1"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("failed");
    assertThat(Api.errorType(ended)).isEqualTo("no_branch");
    assertThat(Api.runtimes(ended, "X")).isEmpty();
    assertThat(Api.runtimes(ended, "Y")).isEmpty();
  }

  @Test
  void case29ShouldSkipAnIgnoredTask() {
    try (Target target = Target.start()) {
      Definition definition =
          Definition.of(
              "case 29",
              Task.script("A", "return 'a'").to("B"),
              Task.http("B", target.url("/b")).with("isIgnore", true).to("C"),
              Task.script("C", "return 'c'"));

      JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

      assertThat(Api.status(ended)).isEqualTo("completed");
      assertThat(Api.output(ended, "C")).isEqualTo("c");
      JsonNode skipped = Api.runtime(ended, "B");
      assertThat(Api.status(skipped)).isEqualTo("skipped");
      assertThat(Json.plain(skipped.path("input"))).isEqualTo(Json.object());
      assertThat(Json.plain(skipped.path("output"))).isNull();
      assertThat(target.hits()).as("requests of the ignored task").isEmpty();
    }
  }

  @Test
  void case30ShouldRunOnlyFromStartToEndTask() {
    Definition definition =
        Definition.of(
                "case 30",
                Task.script("A", "return 'a'").to("B"),
                Task.script("B", "return 'b'").to("C"),
                Task.script("C", "return 'c'"))
            .with("startTaskInstId", "B")
            .with("endTaskInstId", "B");

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "A")).isEmpty();
    assertThat(Api.output(ended, "B")).isEqualTo("b");
    assertThat(Api.runtimes(ended, "C")).isEmpty();
    assertThat(Json.plain(ended.path("output"))).isEqualTo("b");
  }
}
