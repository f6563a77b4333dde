package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Start events. */
class StartEventsTest {

  private static final Map<String, Object> INPUT = Map.of("order", 7L);

  @ParameterizedTest
  @ValueSource(strings = {"manual", "start", "crontab", "webhook", "async-api", "sync-api", "form"})
  void shouldHandOnTheInput(String type) {
    assertThat(new TestNodeContext().root("input", INPUT).enter(type))
        .isEqualTo(Step.Done.of(INPUT));
  }

  @Test
  void shouldStartByAFormThatNamesNobody() {
    TestNodeContext context =
        TestNodeContext.of(Map.of("members", List.of(), "assignees", "")).root("input", INPUT);
    assertThat(context.enter("form")).isEqualTo(Step.Done.of(INPUT));
  }

  @Test
  void shouldStartByAFormWhateverUsersMaySubmitIt() {
    TestNodeContext context =
        TestNodeContext.of(Map.of("members", List.of("u1"))).root("input", INPUT).start();
    assertThat(context.enter("form")).isEqualTo(Step.Done.of(INPUT));
  }

  @Test
  void shouldAskUsersByAFormThatNamesThem() {
    Step step = TestNodeContext.of(Map.of("members", List.of("u1"))).enter("form");
    assertThat(step).isInstanceOf(Step.Waiting.class);
  }

  @Test
  void shouldAskUsersThatARerunNamed() {
    Step step = new TestNodeContext().parameter("members", List.of(), List.of("u1")).enter("form");
    assertThat(step).isInstanceOf(Step.Waiting.class);
  }

  @Test
  void shouldNotTakeAFormForAStartWhenItsUsersCouldNotBeFound() {
    Step step = new TestNodeContext().parameter("members", "{{input.boss}}", null).enter("form");
    assertThat(step)
        .isEqualTo(
            Step.Failed.of(
                "constraint", "parameter members: expected at least one user, found nothing"));
  }
}
