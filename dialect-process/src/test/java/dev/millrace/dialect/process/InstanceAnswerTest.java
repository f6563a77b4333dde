package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.store.query.Queries.DefinitionView;
import dev.millrace.transport.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InstanceAnswerTest {
  private static final DefinitionView DEFINITION =
      States.definition(
          """
          {"name":"order","status":"","executor":"","error":"","metadata":{"x":1.10},"own":"kept",
           "output":"{{A.output}}",
           "tasks":[{"instId":"A","positions":[],"later":{}},{"instId":"B"}]}
          """);

  @Test
  void shouldAnswerDefinitionAndWhatBecameOfIt() {
    InstanceState state = States.completed("ok", States.done(1, "A", "ok"));

    assertThat(Json.writeText(InstanceAnswer.instance(state, DEFINITION)))
        .isEqualTo(
            """
            {"id":"1541815603606036480","proc_id":"proc-avxhke9u","name":"order",\
            "status":"completed","executor":"zhangsan","error":"","metadata":{"x":1.10},\
            "own":"kept","output":"ok","tasks":[{"instId":"A","positions":[],"later":{},\
            "runtimes":[{"index":0,"startAt":1700063265000,"endAt":1700063307000,\
            "status":"done","error":"","input":{"code":"xxx"},"output":"ok",\
            "outcome":"success"}]},{"instId":"B","runtimes":[]}],"revision":2,"input":null,\
            "executionUid":"777","errorDetail":null,"incident":false,\
            "startAt":1700063265000,"endAt":1700063307000}\
            """);
  }

  @Test
  void shouldTellErrorAsTextAndAsObject() {
    InstanceState state = States.failed(Failure.of("http.503", "no luck"));

    Map<String, @Nullable Object> answer = InstanceAnswer.instance(state, DEFINITION);

    assertThat(answer).containsEntry("status", "failed").containsEntry("error", "no luck");
    assertThat(answer.get("errorDetail"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("type", "http.503");
  }

  @Test
  void shouldNeverLeaveErrorTextEmpty() {
    assertThat(InstanceAnswer.errorText(Failure.of("lost", ""))).isEqualTo("lost");
  }

  @Test
  void shouldShowFailedAttemptsAndLoopPosition() {
    NodeRun.Attempt attempt =
        new NodeRun.Attempt(1, States.START, States.END, Failure.of("http.503", "busy"));
    NodeRun open =
        new NodeRun(
            1,
            new NodeRun.Place("A", 3, 0, 5, 2, ""),
            States.START,
            Map.of(),
            List.of(attempt),
            States.START,
            new Wait.ForOperator(),
            null,
            null);

    assertThat(RuntimeAnswer.of(open))
        .containsEntry("index", 3)
        .containsEntry("endAt", null)
        .containsEntry("status", "failed")
        .containsEntry("error", "busy")
        .containsEntry("loopIndex", 2)
        .containsEntry(
            "attempts",
            List.of(
                Map.of(
                    "attempt",
                    1,
                    "startAt",
                    States.START.toEpochMilli(),
                    "endAt",
                    States.END.toEpochMilli(),
                    "error",
                    "busy")));
    assertThat(InstanceAnswer.instance(States.running(open), DEFINITION))
        .containsEntry("status", "started")
        .containsEntry("incident", true)
        .containsEntry("endAt", null);
  }

  @Test
  void shouldAnswerOneTaskWithItsRuns() {
    InstanceState state = States.completed("ok", States.done(1, "A", "ok"));

    assertThat(InstanceAnswer.task(state, DEFINITION, "B"))
        .isEqualTo(Map.of("instId", "B", "runtimes", List.of()));
    assertThat(InstanceAnswer.task(state, DEFINITION, "nope")).isNull();
  }

  @Test
  void shouldListWhatRanWhenThereIsNoDefinition() {
    InstanceState state = States.completed("ok", States.done(1, "step", "ok"));

    assertThat(InstanceAnswer.task(state, null, "step")).containsKey("runtimes");
  }
}
