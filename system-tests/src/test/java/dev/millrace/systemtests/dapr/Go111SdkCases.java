package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the Go SDK 1.11, on the older durabletask-go 0.5. */
final class Go111SdkCases extends SdkScenarios {

  Go111SdkCases() {
    super(Sdk.GO_1_11);
  }

  @Test
  void shouldManageAsTheSampleDoes() {
    JsonNode result = play("manage");

    assertThat(texts(result.path("seen")))
        .containsExactly("RUNNING", "SUSPENDED", "RUNNING", "COMPLETED", "RUNNING", "TERMINATED");
  }
}
