package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Programs with the Go SDK 1.15 and durabletask-go 0.14. */
final class GoSdkCases extends RecentSdkScenarios {

  GoSdkCases() {
    super(Sdk.GO);
  }

  private static final List<Object> CHAIN_HISTORY =
      Stream.concat(
              Stream.of("workflowStarted", "executionStarted"),
              Stream.concat(
                  Stream.generate(
                          () -> List.of("taskScheduled", "workflowStarted", "taskCompleted"))
                      .limit(5)
                      .flatMap(List::stream),
                  Stream.of("executionCompleted")))
          .<Object>map(kind -> kind)
          .toList();

  @Test
  void shouldListReadHistoryAndRerun() {
    JsonNode result = play("inspect");

    assertThat(result.path("listed").asInt()).isEqualTo(1);
    assertThat(texts(result.path("kinds"))).isEqualTo(CHAIN_HISTORY);
    // The fourth of five activities runs again with the input 100.
    assertCompleted(result.path("rerun"), 102);
  }
}
