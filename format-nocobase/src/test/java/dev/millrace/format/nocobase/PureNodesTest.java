package dev.millrace.format.nocobase;

import static dev.millrace.format.nocobase.Flow.jobs;
import static dev.millrace.format.nocobase.Flow.result;
import static dev.millrace.format.nocobase.Flow.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.format.nocobase.pure.Languages;
import dev.millrace.testkit.EngineHarness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was observed of NocoBase's node types that only calculate, in whole workflows. */
class PureNodesTest {

  private static EngineHarness run(Flow flow, @Nullable Object data) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", data);
    return new EngineHarness(
            new NocoBaseFormat()
                .compile(new DefinitionRef(NocoBaseFormat.definitionId("wf"), 1), flow.document()),
            new NodeTypes(new ArrayList<>(NocoBaseNodeTypes.standard(new Languages()))))
        .start(context);
  }

  @Test
  void shouldCalculateWithWhatCameBefore() {
    EngineHarness run =
        run(
            new Flow()
                .then(
                    "a", "calculation", "engine", "math.js", "expression", "{{$context.data}} * 2")
                .then(
                    "b",
                    "calculation",
                    "engine",
                    "formula.js",
                    "expression",
                    "CONCATENATE('n', {{$jobsMapByNodeKey.a}})")
                .then(
                    "c",
                    "calculation",
                    "engine",
                    "string",
                    "expression",
                    "{{$jobsMapByNodeKey.b}}!")
                .then("d", "calculation", "expression", "1+1")
                .then("e", "calculation", "engine", "nosuch", "expression", "1"),
            4L);
    assertThat(jobs(run)).isEqualTo("a:1 b:1 c:1 d:1 e:1");
    assertThat(result(run, "a")).isEqualTo(8L);
    assertThat(result(run, "b")).isEqualTo("n8");
    assertThat(result(run, "c")).isEqualTo("n8!");
    assertThat(result(run, "d")).isEqualTo(2L);
    assertThat(result(run, "e")).isNull();
  }

  @Test
  void shouldEndWithTheTextOfAnError() {
    EngineHarness run =
        run(new Flow().then("a", "calculation", "expression", "1+").then("b", "output"), null);
    assertThat(jobs(run)).isEqualTo("a:-2");
    assertThat(status(run)).isEqualTo(-2);
    assertThat(result(run, "a")).isEqualTo("SyntaxError: Unexpected end of expression (char 3)");
  }

  @Test
  void shouldGiveTheLastOutput() {
    EngineHarness run =
        run(
            new Flow()
                .then("a", "output", "value", Map.of("x", "{{$context.data}}"))
                .then("b", "output", "value", "{{$jobsMapByNodeKey.a.x}}"),
            5L);
    assertThat(jobs(run)).isEqualTo("a:1 b:1");
    assertThat(result(run, "a")).isEqualTo(Map.of("x", 5L));
    assertThat(result(run, "b")).isEqualTo(5L);
  }

  @Test
  void shouldDeclareAndAssignVariables() {
    EngineHarness run =
        run(
            new Flow()
                .then("v", "variable", "value", 1L)
                .then("w", "variable", "target", "v", "value", "{{$jobsMapByNodeKey.v}}2")
                .then(
                    "c",
                    "calculation",
                    "engine",
                    "string",
                    "expression",
                    "{{$jobsMapByNodeKey.v}}"),
            null);
    assertThat(jobs(run)).isEqualTo("v:1 v:1 w:1 c:1");
    assertThat(result(run, "w")).isEqualTo("12");
    assertThat(result(run, "c")).isEqualTo("12");
    EngineHarness missing = run(new Flow().then("w", "variable", "target", "x"), null);
    assertThat(jobs(missing)).isEqualTo("w:-2");
    assertThat(result(missing, "w"))
        .isEqualTo(Map.of("message", "target node by key \"x\" is not found"));
  }

  @Test
  void shouldAddUpInALoop() {
    EngineHarness run =
        run(
            new Flow()
                .then("v", "variable", "value", 0L)
                .then("l", "loop", "target", "{{$context.data}}")
                .then("o", "output", "value", "{{$jobsMapByNodeKey.v}}")
                .branch(
                    "l",
                    0,
                    "s",
                    "calculation",
                    "expression",
                    "{{$jobsMapByNodeKey.v}} + {{$scopes.l.item}}")
                .then("w", "variable", "target", "v", "value", "{{$jobsMapByNodeKey.s}}"),
            List.of(1L, 2L, 3L));
    assertThat(status(run)).isEqualTo(1);
    assertThat(result(run, "o")).isEqualTo(6L);
  }

  @Test
  void shouldQueryJson() {
    EngineHarness run =
        run(
            new Flow()
                .then(
                    "q",
                    "json-query",
                    "source",
                    "{{$context.data}}",
                    "expression",
                    "[?n > `1`]",
                    "model",
                    List.of(Map.of("path", "tag.x"), Map.of("path", "n", "alias", "m"))),
            List.of(Map.of("n", 1L), Map.of("n", 2L, "tag", Map.of("x", 3L))));
    assertThat(result(run, "q")).isEqualTo(List.of(Map.of("tag_x", 3L, "m", 2L)));
    EngineHarness failed =
        run(new Flow().then("q", "json-query", "source", "{}", "expression", "["), null);
    assertThat(jobs(failed)).isEqualTo("q:-2");
    assertThat(failed.runs("q").getLast().notes())
        .satisfies(notes -> assertThat(String.valueOf(notes)).contains("name: ParserError"));
  }

  @Test
  void shouldMapVariables() {
    List<Object> variables =
        List.of(
            Map.of("key", "k1", "path", "a"),
            Map.of(
                "key",
                "k2",
                "path",
                "list",
                "children",
                List.of(Map.of("key", "k3", "path", "0", "paths", List.of("list", "0")))));
    Flow flow =
        new Flow()
            .then(
                "m",
                "json-variable-mapping",
                "dataSource",
                "{{$context.data}}",
                "variables",
                variables)
            .then("o", "output", "value", "{{$jobsMapByNodeKey.m.k3}}");
    EngineHarness run = run(flow, Map.of("a", 1L, "list", List.of("x")));
    assertThat(result(run, "m")).isEqualTo(Map.of("k1", 1L, "k2", List.of("x"), "k3", "x"));
    assertThat(result(run, "o")).isEqualTo("x");
    EngineHarness refused = run(flow, "text");
    assertThat(jobs(refused)).isEqualTo("m:-1");
    assertThat(result(refused, "m")).isEqualTo("The input data is not an object nor an array");
  }

  @Test
  void shouldCalculateDatesAndFoundExpressions() {
    EngineHarness run =
        run(
            new Flow()
                .then(
                    "d",
                    "dateCalculation",
                    "input",
                    "2026-01-31",
                    "steps",
                    List.of(
                        Map.of(
                            "function", "add", "arguments", Map.of("number", 1L, "unit", "month"))))
                .then(
                    "e",
                    "dynamic-calculation",
                    "expression",
                    "{{$context.data.rule}}",
                    "scope",
                    "{{$context.data.row}}"),
            Map.of(
                "rule",
                Map.of("engine", "math.js", "expression", "{{price}} * 3"),
                "row",
                Map.of("price", 7L)));
    assertThat(result(run, "d")).isEqualTo("2026-02-28T00:00:00.000Z");
    assertThat(result(run, "e")).isEqualTo(21L);
  }

  @Test
  void shouldDecideByExpressions() {
    Flow flow =
        new Flow()
            .then(
                "c",
                "condition",
                "rejectOnFalse",
                false,
                "engine",
                "math.js",
                "expression",
                "{{$context.data}} > 3")
            .branch("c", 1, "y", "output", "value", "yes")
            .branch("c", 0, "n", "output", "value", "no");
    assertThat(jobs(run(flow, 4L))).isEqualTo("c:1 y:1");
    assertThat(jobs(run(flow, 2L))).isEqualTo("c:1 n:1");
  }
}
