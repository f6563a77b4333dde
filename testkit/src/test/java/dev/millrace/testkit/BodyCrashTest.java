package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.LoopPolicy;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.store.codec.Codec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is left of bodies after a crash, and what many of them cost. */
class BodyCrashTest {

  static LoopPolicy forEach(Object items) {
    return new LoopPolicy(
        LoopPolicy.Kind.FOR_EACH,
        null,
        items,
        null,
        false,
        LoopPolicy.DEFAULT_MAX_ITERATION,
        1,
        LoopPolicy.ItemError.STOP,
        null,
        null,
        0);
  }

  static Object tenfold(Map<String, @Nullable Object> parameters) {
    return number(parameters.get("n")) * 10;
  }

  static long number(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).longValue();
  }

  private static EngineHarness nested() {
    return new Flow()
        .node("c", "choice", "when", "true")
        .node("p", "branches", "mode", "allSettled")
        .node("l", "each", "items", List.of(1L, 2L, 3L), "exit", "continue")
        .node("s", "script", "code", "1", "n", "{{item}}")
        .node("i", "choice", "when", "{% $item = 2 ? 'true' : 'false' %}")
        .node("e", "throw", "message", "no")
        .node("t", "transform", "expression", "$tasks.s + $item")
        .node("w", "interval", "interval", 5L)
        .node("m", "spread", "items", List.of("a", "b"))
        .node("n", "script", "code", "1", "n", 0L)
        .node("z", "transform", "expression", "$tasks.p")
        .body("c", "true", "p")
        .body("p", "0", "l")
        .body("p", "1", "w")
        .body("l", "each", "s")
        .body("i", "true", "e")
        .body("m", "each", "n")
        .edge("s", "i")
        .edge("i", "t")
        .edge("w", "m")
        .edge("c", "z")
        .harness()
        .activity("script", BodyCrashTest::tenfold);
  }

  @Test
  void shouldEndTheSameWhereverItCrashes() {
    EngineHarness whole = nested().start(null).advance(Duration.ofSeconds(9));
    assertThat(whole.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(whole.words("t")).containsExactly("done", "done");
    assertThat(whole.words("n")).containsExactly("done", "done");

    for (int crash = 1; crash <= whole.decisions(); crash++) {
      EngineHarness run = nested().crashAfter(crash).start(null).advance(Duration.ofSeconds(9));
      assertThat(runs(run)).as("crash after decision %d", crash).isEqualTo(runs(whole));
      assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
      assertThat(run.state().life().output()).isEqualTo(whole.state().life().output());
    }
  }

  private static List<String> runs(EngineHarness run) {
    List<String> runs = new ArrayList<>();
    for (NodeRun one : run.state().graph().runs().values()) {
      runs.add(one.place().nodeId() + " " + one.status() + " " + one.result());
    }
    return runs;
  }

  private static EngineHarness rounds(int count) {
    return new Flow()
        .node("l", "each", "items", LongStream.range(0, count).boxed().toList())
        .node("i", "choice", "when", "true")
        .node("t", "transform", "expression", "$item")
        .body("l", "each", "i")
        .body("i", "true", "t")
        .harness();
  }

  @Test
  void shouldGoOnAfterACrashInTheMiddleOfALongLoop() {
    int count = 4_000;
    EngineHarness run = rounds(count).crashAfter(1).start(null);

    assertThat(run.decisions()).isGreaterThan(1);
    assertThat(run.runs("t")).hasSize(count);
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldWriteAsMuchForTheLastRoundAsForTheFirst() {
    List<Integer> sizes = new ArrayList<>();
    for (int count : new int[] {500, 1_000}) {
      List<HistoryEvent> events = rounds(count).start(null).history();
      assertThat(events).hasSizeLessThan(12 * count);
      sizes.add(Codec.encodeHistory(events).length());
    }
    assertThat((double) sizes.getLast() / sizes.getFirst()).isLessThan(2.1);
  }

  @Test
  void shouldNeedAServerOnlyWhileItCanMove() {
    EngineHarness run =
        new Flow()
            .node("l", "each", "items", List.of(1L))
            .node("w", "callback")
            .body("l", "each", "w")
            .start(null);

    assertThat(Engine.openWork(run.state())).isZero();
  }
}
