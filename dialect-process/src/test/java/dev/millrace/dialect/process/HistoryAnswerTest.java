package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.store.query.Queries.NumberedEvent;
import dev.millrace.transport.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryAnswerTest {

  @Test
  void shouldShowMembersOfEvents() {
    HistoryEvent event =
        new HistoryEvent.NodeEntered(
            States.START,
            3,
            new NodeRun.Place("A", 0, 0, 0, -1, ""),
            Map.of("key", "***"),
            new Wait.ForTime(States.END),
            null);

    assertThat(Json.writeText(HistoryAnswer.of(new NumberedEvent(5, 1, event))))
        .isEqualTo(
            """
            {"seq":5,"generation":1,"type":"nodeEntered","at":1700063265000,"runId":3,\
            "place":{"taskId":"A","index":0,"scope":0,"loop":0,"loopIndex":-1,"from":"",\
            "fromRun":0,"joined":null},"input":{"key":"***"},\
            "waitsFor":{"kind":"forTime","dueAt":1700063307000},"timeoutAt":null,"notes":null}\
            """);
  }

  @Test
  void shouldHideChangedParameters() {
    HistoryEvent event =
        new HistoryEvent.InstanceRerun(
            States.START, 2, "9", Map.of("A", Map.of("key", "s3cret")), null);

    HistoryEvent edit =
        new HistoryEvent.ParametersSet(States.START, Map.of("A", Map.of("key", "s3cret")));

    for (HistoryEvent one : List.of(event, edit)) {
      assertThat(Json.writeText(HistoryAnswer.of(new NumberedEvent(6, 2, one))))
          .contains("\"parameters\":{\"A\":{\"key\":\"***\"}}")
          .doesNotContain("s3cret");
    }
  }

  @Test
  void shouldShowResultsWithTheirFailure() {
    HistoryEvent event =
        new HistoryEvent.NodeCompleted(
            States.END,
            3,
            new NodeRun.Result(
                NodeRun.RunStatus.FAILED,
                "error",
                null,
                Failure.of("io", "refused").at("A", States.END),
                States.END));

    assertThat(Json.writeText(HistoryAnswer.of(new NumberedEvent(7, 1, event))))
        .contains("\"status\":\"failed\"")
        .contains("\"type\":\"io\"")
        .contains("\"taskId\":\"A\"");
  }
}
