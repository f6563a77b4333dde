package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the Java SDK dapr-sdk-workflows 1.17. */
final class JavaSdkCases extends RecentSdkScenarios {

  JavaSdkCases() {
    super(Sdk.JAVA);
  }

  @Test
  void shouldManageAsTheSampleDoes() {
    JsonNode result = play("manage");

    assertThat(texts(result.path("seen")))
        .containsExactly("FOUND", "RUNNING", "COMPLETED", "PURGED", "TERMINATED");
  }
}
