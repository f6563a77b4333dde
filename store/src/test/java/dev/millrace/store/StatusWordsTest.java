package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatusWordsTest {

  /** {@code process dapr nocobase} of each state where the reason does not matter. */
  private static final Map<Status, String> BY_STATUS =
      Map.of(
          Status.PENDING, "started PENDING null",
          Status.RUNNING, "started RUNNING 0",
          Status.SUSPENDED, "suspended SUSPENDED 0",
          Status.COMPLETED, "completed COMPLETED 1");

  private static final Map<EndReason, String> FAILED =
      Map.of(
          EndReason.NONE, "failed FAILED -2",
          EndReason.DECIDED, "failed FAILED -1",
          EndReason.ERROR, "failed FAILED -2",
          EndReason.RETRY_NEEDED, "failed FAILED -6",
          EndReason.SYSTEM, "failed FAILED -2",
          EndReason.REJECTED, "failed FAILED -2",
          EndReason.PERSON, "failed FAILED -2");

  private static final Map<EndReason, String> TERMINATED =
      Map.of(
          EndReason.NONE, "stopped TERMINATED -3",
          EndReason.DECIDED, "stopped TERMINATED -3",
          EndReason.ERROR, "stopped TERMINATED -3",
          EndReason.RETRY_NEEDED, "stopped TERMINATED -3",
          EndReason.SYSTEM, "stopped TERMINATED -3",
          EndReason.REJECTED, "stopped TERMINATED -5",
          EndReason.PERSON, "stopped TERMINATED -3");

  @Test
  void shouldHaveTheWordsOfEveryStateAndReason() {
    Map<String, String> found = new TreeMap<>();
    Map<String, String> expected = new TreeMap<>();
    for (Status status : Status.values()) {
      for (EndReason reason : EndReason.values()) {
        for (boolean incident : new boolean[] {false, true}) {
          String cell = status + "/" + reason + "/" + incident;
          found.put(
              cell,
              StatusWords.process(status, reason, incident)
                  + " "
                  + StatusWords.dapr(status, reason, incident)
                  + " "
                  + StatusWords.nocobase(status, reason, incident));
          String words =
              switch (status) {
                case FAILED -> FAILED.get(reason);
                case TERMINATED -> TERMINATED.get(reason);
                case CANCELED ->
                    reason == EndReason.DECIDED ? "stopped CANCELED -4" : "stopped CANCELED -3";
                case PENDING, RUNNING, SUSPENDED, COMPLETED -> BY_STATUS.get(status);
              };
          expected.put(cell, words == null ? "missing" : words);
        }
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void shouldFitTheStatusColumn() {
    for (Status status : Status.values()) {
      assertThat(StatusWords.process(status, EndReason.NONE, false)).hasSizeLessThanOrEqualTo(10);
    }
  }
}
