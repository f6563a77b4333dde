package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the npm package of Dapr 3.18. */
final class JavaScriptSdkCases extends RecentSdkScenarios {

  JavaScriptSdkCases() {
    super(Sdk.JAVASCRIPT);
  }

  @Test
  void case16ShouldTakeALargeResultOfAnActivity() {
    assertCompleted(play("bulk"), 5 << 20);
  }

  @Test
  void shouldManageAsTheSampleDoes() {
    JsonNode result = play("manage");

    assertThat(texts(result.path("seen")))
        .hasSize(5)
        .startsWith("RUNNING", "SUSPENDED", "RUNNING", "TERMINATED")
        .last()
        .asString()
        .contains("unable to find workflow with the provided instance ID");
  }
}
