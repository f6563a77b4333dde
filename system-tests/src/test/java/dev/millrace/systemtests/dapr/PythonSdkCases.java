package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the Python SDK of Dapr 1.19. */
final class PythonSdkCases extends RecentSdkScenarios {

  PythonSdkCases() {
    super(Sdk.PYTHON);
  }

  @Test
  void shouldShowHistoryToThoseBelow() {
    assertPropagated(play("propagation"));
  }

  @Test
  void case40ShouldBeSentWhatIsNewOfAHistory() {
    JsonNode result = play("deltas");

    assertThat(result.at("/instance/status").asString("")).isEqualTo("COMPLETED");
    assertThat(result.at("/instance/output")).hasSize(20);
    assertThat(result.path("deltas").asInt()).as("%s", result).isGreaterThanOrEqualTo(18);
    assertThat(result.path("whole").asInt()).as("%s", result).isLessThanOrEqualTo(3);
  }

  @Test
  void case16ShouldTakeALargeResultOfAnActivity() {
    assertCompleted(play("bulk"), 5 << 20);
  }
}
