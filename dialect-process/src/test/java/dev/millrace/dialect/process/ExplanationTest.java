package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.Wait;
import dev.millrace.transport.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTest {

  @Test
  void shouldNameThoseWhoseAnswerIsMissing() {
    Map<String, HumanTask> tasks = new LinkedHashMap<>();
    tasks.put("inst-1", task("inst-1", "u1", HumanTask.State.COMPLETED));
    tasks.put("inst-2", task("inst-2", "u2", HumanTask.State.ALLOCATED));
    Wait wait =
        new Wait.ForPeople(
            new HumanTaskSpec(HumanTaskSpec.Rule.ALL, "t", "c", null, "", ""), tasks);

    String json =
        Json.writeText(
            Explanation.of(
                States.running(States.open(1, "A", List.of(), wait)), States.NO_WORKERS));

    assertThat(json)
        .contains("\"text\":\"waits for an answer of u2\"")
        .contains("\"taskInstIds\":[\"inst-2\"]")
        .contains("\"taskId\":\"A\"");
  }

  @Test
  void shouldSayThatAnOperatorIsNeeded() {
    String json =
        Json.writeText(
            Explanation.of(
                States.running(States.open(1, "A", List.of(), new Wait.ForOperator())),
                States.NO_WORKERS));

    assertThat(json).contains("\"for\":\"operator\"").contains("\"incident\":true");
  }

  @Test
  void shouldWaitForNothingAtTheEnd() {
    assertThat(Json.writeText(Explanation.of(States.completed("ok"), States.NO_WORKERS)))
        .contains("\"status\":\"completed\"")
        .contains("\"waiting\":[]");
  }

  private static HumanTask task(String id, String user, HumanTask.State state) {
    return new HumanTask(id, user, state, "", null, States.START);
  }
}
