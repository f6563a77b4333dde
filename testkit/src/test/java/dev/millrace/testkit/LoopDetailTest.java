package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.script;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopDetailTest {

  private static EngineHarness loop(String handler, String more) {
    return tasks(transform("t", "$index", "'loopHandler':{" + handler + "}" + more)).start(null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'$done >= 3'",
        "'done >= 3'",
        "'{% $done >= 3 %}'",
        "'$count($results) >= 3'",
        "'$count(results) = 3 and failed = 0 and active = 0 and total = 9'",
        "{'type':'Number','value1':'{{done}}','operation':'gte','value2':3}"
      })
  void shouldEndALoopWhenItsCompletionHolds(String completion) {
    EngineHarness run = loop("'loopType':'for','times':9,'completion':" + completion, "");

    assertThat(run.runs("t")).hasSize(3);
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldTestAWhileConditionWithTheIndexOfTheRoundToCome() {
    assertThat(loop("'loopType':'while','while':'$index < 3'", "").runs("t")).hasSize(3);
    assertThat(loop("'loopType':'while','while':'{% $index < 0 %}'", "").runs("t")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{% $result * 2 %}", "{% $string($result) & 'x' %}", "{{result}}"})
  void shouldCollectWithTheResultOfEachRound(String collect) {
    EngineHarness run =
        tasks(
                transform(
                    "t",
                    "1",
                    "'loopHandler':{'loopType':'for','times':2,'collect':'"
                        + collect.replace("'x'", "\\\"x\\\"")
                        + "'}"))
            .start(null);

    assertThat(run.state().life().output()).asString().isIn("[2, 2]", "[1x, 1x]", "[1, 1]");
  }

  @Test
  void shouldRunMoreRoundsThanANodeMayBeVisited() {
    EngineHarness run = loop("'loopType':'for','times':10050,'keepLast':1", "");

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.runs("t").getLast().place().loopIndex()).isEqualTo(10_049);
  }

  @Test
  void shouldGiveTheValueOfAnIgnoredRound() {
    EngineHarness run =
        tasks(
                transform(
                    "t",
                    "$index = 1 ? $error(\\\"no\\\") : $index",
                    "'loopHandler':{'loopType':'for','times':3},"
                        + "'errorHandler':{'operation':'ignore','value':'dflt'}"))
            .start(null);

    assertThat(run.state().life().output()).isEqualTo(List.of(0L, "dflt", 2L));
  }

  @Test
  void shouldGiveTheEndOfThePathBehindAJoinThatIgnoresTheRest() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task(
                        "l",
                        "loop",
                        "'body':{'value':'p'}",
                        "'loopHandler':{'loopType':'for','times':2}"),
                    task("p", "parallel", "", to("a", "b")),
                    transform("a", "1", to("j")),
                    script("b", to("j")),
                    task("j", "aggregation", "'relation':{'value':'any'}", to("d")),
                    transform("d", "\\\"d\\\"", "")))
            .activity("script", parameters -> null)
            .start(null);

    assertThat(run.state().life().output()).isEqualTo(List.of("d", "d"));
  }

  @Test
  void shouldShowParametersAndErrorsToExpressions() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task(
                        "A",
                        "transform",
                        "'expression':{'value':'1'},"
                            + "'k':{'label':'Kay','value':'v','default':'d','type':'string'}",
                        to("B")),
                    task(
                        "B",
                        "throw",
                        "'type':{'value':'http.503'}",
                        "'errorHandler':{'operation':'catch','exception_branch':'C'}"),
                    task(
                        "C",
                        "script",
                        "'code':{'value':'x'},'s':{'value':['{{A.parameters.k.label}}',"
                            + "'{{A.parameters.k.default}}','{{A.runtimes.0.parameters.k}}',"
                            + "'{{error.index}}','{{error.attempt}}','{{error.code}}']}",
                        "")))
            .activity("script", parameters -> parameters.get("s"))
            .start(null);

    assertThat(run.output("C")).isEqualTo(List.of("Kay", "d", "v", 0L, 1L, "503"));
  }
}
