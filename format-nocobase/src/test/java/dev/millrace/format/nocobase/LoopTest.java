package dev.millrace.format.nocobase;

import static dev.millrace.format.nocobase.Flow.jobs;
import static dev.millrace.format.nocobase.Flow.result;
import static dev.millrace.format.nocobase.Flow.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.EngineHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What was observed of NocoBase's loop, row by row. */
class LoopTest {

  private static Map<String, Object> count(long looped, long done) {
    Map<String, Object> count = new LinkedHashMap<>();
    count.put("looped", looped);
    count.put("done", done);
    return count;
  }

  private static Map<String, Object> broken(long looped, long done) {
    Map<String, Object> count = count(looped, done);
    count.put("broken", true);
    return count;
  }

  private static Flow each(Object target) {
    return new Flow()
        .then("l", "loop", "target", target)
        .then("z", "query")
        .branch("l", 0, "i", "query", "value", "{{$scopes.l.item}}");
  }

  @Test
  void shouldRunOncePerItem() {
    EngineHarness run = each("{{$context.data}}").run(List.of("a", "b", "c"));
    assertThat(jobs(run)).isEqualTo("l:1 i:1 i:1 i:1 z:1");
    assertThat(run.outputs("i")).isEqualTo(List.of("a", "b", "c"));
    assertThat(result(run, "l")).isEqualTo(count(3, 3));
  }

  @Test
  void shouldTakeAnyTarget() {
    assertThat(each(3L).run().outputs("i")).isEqualTo(List.of(0L, 1L, 2L));
    assertThat(each(new java.math.BigDecimal("2.7")).run().outputs("i")).isEqualTo(List.of(0L, 1L));
    assertThat(each("word").run().outputs("i")).isEqualTo(List.of("word"));
    for (Object empty : new Object[] {0L, List.of(), "{{$context.none}}"}) {
      EngineHarness run = each(empty).run();
      assertThat(jobs(run)).isEqualTo("l:1 z:1");
      assertThat(result(run, "l")).isEqualTo(count(0, 0));
    }
    EngineHarness negative = each(-1L).run();
    assertThat(status(negative)).isEqualTo(-2);
    assertThat(result(negative, "l"))
        .isEqualTo(Map.of("message", "Loop target in number type must be greater than 0"));
    EngineHarness noBranch = new Flow().then("l", "loop", "target", 3L).run();
    assertThat(result(noBranch, "l")).isEqualTo(count(0, 0));
  }

  @Test
  void shouldShowTheScopeOfARound() {
    EngineHarness run =
        new Flow()
            .then("l", "loop", "target", List.of("a", "b"))
            .branch("l", 0, "i", "query", "value", "{{$scopes.l}}")
            .run();
    Map<String, Object> second = new LinkedHashMap<>();
    second.put("item", "b");
    second.put("index", 1L);
    second.put("sequence", 2L);
    second.put("length", 2L);
    assertThat(run.outputs("i").getLast()).isEqualTo(second);
  }

  @Test
  void shouldFindTheScopeOfANodeByItsId() {
    EngineHarness run =
        new Flow()
            .then("l", "loop", "target", List.of("a", "b"))
            .branch("l", 0, "i", "query", "value", List.of("{{$scopes.1.item}}"))
            .run();
    assertThat(run.outputs("i")).isEqualTo(List.of(List.of("a"), List.of("b")));
  }

  @Test
  void shouldGoThroughAllWhereTheConditionSaysNothing() {
    EngineHarness run =
        new Flow()
            .then("l", "loop", "target", 2L, "condition", Map.of("engine", "math.js"))
            .branch("l", 0, "i", "query")
            .run();
    assertThat(result(run, "l")).isEqualTo(count(2, 2));
  }

  private static EngineHarness failing(Object exit) {
    Map<String, Object> second =
        Map.of("calculator", "equal", "operands", List.of("{{$scopes.l.item}}", "b"));
    return new Flow()
        .then("l", "loop", "target", List.of("a", "b", "c"), "exit", exit)
        .branch("l", 0, "c", "condition", "calculation", second)
        .branch("c", 1, "bad", "condition", "rejectOnFalse", true, "expression", false)
        .run();
  }

  @Test
  void shouldFailBreakOrContinue() {
    EngineHarness fails = failing(0L);
    assertThat(status(fails)).isEqualTo(-1);
    assertThat(result(fails, "l")).isEqualTo(count(2, 1));
    assertThat(jobs(fails)).isEqualTo("l:-1 c:1 c:1 bad:-1");
    EngineHarness breaks = failing(1L);
    assertThat(status(breaks)).isEqualTo(1);
    assertThat(result(breaks, "l")).isEqualTo(broken(2, 1));
    EngineHarness goesOn = failing(2L);
    assertThat(status(goesOn)).isEqualTo(1);
    assertThat(result(goesOn, "l")).isEqualTo(count(3, 3));
  }

  private static EngineHarness tested(long checkpoint, boolean goOn, String allowed) {
    Map<String, Object> condition = new LinkedHashMap<>();
    condition.put("checkpoint", checkpoint);
    condition.put("continueOnFalse", goOn);
    condition.put(
        "calculation",
        Map.of("calculator", "equal", "operands", List.of("{{$scopes.l.item}}", allowed)));
    return new Flow()
        .then("l", "loop", "target", List.of("a", "b"), "condition", condition)
        .branch("l", 0, "i", "query", "value", "{{$scopes.l.item}}")
        .run();
  }

  @Test
  void shouldAskItsConditionBeforeEachRoundButTheFirstIfSo() {
    assertThat(result(tested(0, false, "x"), "l")).isEqualTo(broken(1, 0));
    assertThat(result(tested(0, false, "a"), "l")).isEqualTo(broken(1, 1));
    assertThat(result(tested(0, true, "x"), "l")).isEqualTo(count(2, 0));
    assertThat(result(tested(0, true, "b"), "l")).isEqualTo(count(2, 1));
    assertThat(tested(0, true, "b").outputs("i")).isEqualTo(List.of("b"));
    assertThat(tested(1, false, "b").outputs("i")).isEqualTo(List.of("a", "b"));
    assertThat(tested(1, false, "x").outputs("i")).isEqualTo(List.of("a"));
  }

  @Test
  void shouldShowHowFarItIsWhileItWaits() {
    EngineHarness run =
        new Flow()
            .then("l", "loop", "target", 3L)
            .branch("l", 0, "d", "delay", "duration", 10L)
            .run();
    List<Object> shown = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      shown.add(String.valueOf(result(run, "l")));
      run.advance(Duration.ofSeconds(10));
    }
    assertThat(shown)
        .isEqualTo(List.of("{looped=0, done=0}", "{looped=1, done=1}", "{looped=2, done=2}"));
    assertThat(jobs(run)).isEqualTo("l:1 d:1 d:1 d:1");
    assertThat(result(run, "l")).isEqualTo(count(3, 3));
  }

  @Test
  void shouldNestLoops() {
    EngineHarness run =
        new Flow()
            .then("l", "loop", "target", 2L)
            .branch("l", 0, "m", "loop", "target", 2L)
            .branch(
                "m", 0, "i", "query", "value", List.of("{{$scopes.l.item}}", "{{$scopes.m.item}}"))
            .run();
    assertThat(run.outputs("i"))
        .isEqualTo(List.of(List.of(0L, 0L), List.of(0L, 1L), List.of(1L, 0L), List.of(1L, 1L)));
  }
}
