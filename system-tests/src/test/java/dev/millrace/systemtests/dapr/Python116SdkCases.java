package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the Python SDK of Dapr 1.16, on durabletask-dapr. */
final class Python116SdkCases extends SdkScenarios {

  Python116SdkCases() {
    super(Sdk.PYTHON_1_16);
  }

  @Test
  void shouldManageAsTheSampleDoes() {
    JsonNode result = play("manage");

    assertThat(texts(result.path("seen")))
        .containsExactly(
            "RUNNING",
            "SUSPENDED",
            "RUNNING",
            "COMPLETED",
            "no such instance exists",
            "RUNNING",
            "TERMINATED");
  }
}
