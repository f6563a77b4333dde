package dev.millrace.engine.graph.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Step;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Delays, events, children and activities. */
class WaitsTest {

  private static Wait waitOf(Step step) {
    assertThat(step).isInstanceOf(Step.Waiting.class);
    return ((Step.Waiting) step).waitsFor();
  }

  private static String failure(Step step) {
    assertThat(step).isInstanceOf(Step.Failed.class);
    return ((Step.Failed) step).failure().message();
  }

  @Test
  void shouldWaitForSeconds() {
    Instant due = TestNodeContext.NOW.plusMillis(1500);
    for (Object seconds : List.of(new BigDecimal("1.5"), "1.5")) {
      assertThat(waitOf(TestNodeContext.of(Map.of("interval", seconds)).enter("delay")))
          .isEqualTo(new Wait.ForTime(due));
    }
    assertThat(waitOf(TestNodeContext.of(Map.of("interval", 0L)).enter("wait")))
        .isEqualTo(new Wait.ForTime(TestNodeContext.NOW));
  }

  @Test
  void shouldWaitUntilATime() {
    Instant due = Instant.parse("2030-02-01T01:00:00Z");
    for (Object until : List.of("2030-02-01T09:00:00+08:00", due.toEpochMilli())) {
      assertThat(
              waitOf(TestNodeContext.of(Map.of("interval", 5L, "until", until)).enter("interval")))
          .isEqualTo(new Wait.ForTime(due));
    }
  }

  @Test
  void shouldBeDueAtOnceWhenTheTimeHasPassed() {
    for (Object until : List.of("-999999999-01-01T00:00:00Z", 0L, Long.MIN_VALUE)) {
      assertThat(waitOf(TestNodeContext.of(Map.of("until", until)).enter("interval")))
          .isEqualTo(new Wait.ForTime(TestNodeContext.NOW));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tomorrow",
        "2030-02-01",
        "2030-02-01 09:00:00",
        "+999999999-01-01T00:00:00Z",
        "9999999999999999999",
        "1.5"
      })
  void shouldRefuseATimeItCannotRead(String until) {
    assertThat(failure(TestNodeContext.of(Map.of("until", until)).enter("interval")))
        .startsWith("parameter until: expected ISO 8601")
        .endsWith("found " + until);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "soon", "1e99", "1e999999999"})
  void shouldRefuseAnIntervalItCannotWait(String interval) {
    assertThat(failure(TestNodeContext.of(Map.of("interval", interval)).enter("interval")))
        .startsWith("parameter interval: expected");
  }

  @Test
  void shouldRefuseADelayOfNothing() {
    assertThat(failure(new TestNodeContext().enter("interval")))
        .isEqualTo("expected the parameter interval or until, found neither");
    assertThat(failure(new TestNodeContext().parameter("until", "{{input.x}}", null).enter("wait")))
        .endsWith("found nothing");
  }

  @Test
  void shouldWaitForEvents() {
    assertThat(waitOf(new TestNodeContext().enter("wait-event"))).isEqualTo(new Wait.ForCallback());
    assertThat(waitOf(TestNodeContext.of(Map.of("name", "paid", "key", 7L)).enter("signal")))
        .isEqualTo(new Wait.ForEvent("paid", "7"));
    assertThat(waitOf(TestNodeContext.of(Map.of("name", "paid")).enter("signal")))
        .isEqualTo(new Wait.ForEvent("paid", ""));
    assertThat(failure(new TestNodeContext().enter("signal")))
        .isEqualTo("parameter name is required, found nothing");
  }

  @Test
  void shouldWaitForAChild() {
    Map<String, Object> parameters =
        Map.of("child_workflow_id", 7L, "revision", 2L, "input", Map.of("a", 1L));
    assertThat(waitOf(TestNodeContext.of(parameters).root("item", 5L).enter("sub-workflow")))
        .isEqualTo(
            new Wait.ForChild(new InstanceKey("shop", "1001"), "7", 2, Map.of("a", 1L), true));
  }

  @Test
  void shouldGoOnWithoutTheChild() {
    Map<String, Object> parameters =
        Map.of(
            "child_workflow_id", "proc-a", "operation", "async", "whenParentComplete", "continue");
    assertThat(TestNodeContext.of(parameters).root("item", 5L).enter("sub-workflow"))
        .isEqualTo(
            new Step.StartAndGo(
                new Wait.ForChild(new InstanceKey("shop", "1001"), "proc-a", 0, 5L, false)));
  }

  @Test
  void shouldTakeAnInputThatBecameNullAsItIs() {
    TestNodeContext context =
        TestNodeContext.of(Map.of("child_workflow_id", "proc-a"))
            .parameter("input", "{{input.x}}", null)
            .root("item", 5L);
    assertThat(((Wait.ForChild) waitOf(context.enter("sub-workflow"))).input()).isNull();
  }

  @Test
  void shouldTakeAnEmptyListAsInput() {
    TestNodeContext context =
        TestNodeContext.of(Map.of("child_workflow_id", "proc-a", "input", List.of()))
            .root("item", 5L);
    assertThat(((Wait.ForChild) waitOf(context.enter("sub-workflow"))).input())
        .isEqualTo(List.of());
  }

  @Test
  void shouldBoundTheDepthOfChildren() {
    Map<String, Object> parameters = Map.of("child_workflow_id", "proc-a");
    assertThat(waitOf(TestNodeContext.of(parameters).depth(31).enter("sub-workflow"))).isNotNull();
    assertThat(failure(TestNodeContext.of(parameters).depth(32).enter("sub-workflow")))
        .isEqualTo("expected at most 32 instances above a child, found 33");
  }

  @ParameterizedTest
  @CsvSource({
    "operation,later",
    "whenParentComplete,forget",
    "revision,-1",
    "revision,1.5",
    "child_workflow_id,' '"
  })
  void shouldRefuseWhatAChildCannotUse(String name, String value) {
    TestNodeContext context = TestNodeContext.of(Map.of("child_workflow_id", "proc-a"));
    assertThat(failure(context.parameter(name, value).enter("sub-workflow")))
        .startsWith("parameter " + name);
  }

  @Test
  void shouldHandWorkToActivities() {
    assertThat(waitOf(TestNodeContext.of(Map.of("timeout", 5L)).enter("script")))
        .isEqualTo(
            new Wait.ForActivity(
                "script", List.of("input", "tasks", "vars", "env", "item", "index"), 5000));
    assertThat(waitOf(new TestNodeContext().enter("service")))
        .isEqualTo(new Wait.ForActivity("http", List.of(), 0));
    assertThat(waitOf(TestNodeContext.of(Map.of("timeout", "0.25")).enter("sql")))
        .isEqualTo(new Wait.ForActivity("database-handler", List.of(), 250));
    assertThat(waitOf(new TestNodeContext().enter("send-mail")))
        .isEqualTo(new Wait.ForActivity("mail", List.of(), 0));
    assertThat(failure(TestNodeContext.of(Map.of("timeout", -1L)).enter("http")))
        .startsWith("parameter timeout: expected seconds from 0");
  }

  @Test
  void shouldLeaveCodeAlone() {
    assertThat(rawParameters("script")).containsExactly("code");
    assertThat(rawParameters("sql")).containsExactly("sql");
    assertThat(rawParameters("transform")).containsExactly("expression");
  }

  private static List<String> rawParameters(String type) {
    return TestNodeContext.BuiltInTypes.find(type).parameters().stream()
        .filter(spec -> spec.raw())
        .map(spec -> spec.name())
        .toList();
  }
}
