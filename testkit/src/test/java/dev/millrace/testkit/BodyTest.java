package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Node;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes that run parts of the graph as their own. */
class BodyTest {

  @Test
  void shouldRunTheChosenBodyAndGoOn() {
    EngineHarness run =
        new Flow()
            .node("c", "choice", "when", "true")
            .node("a", "transform", "expression", "1")
            .node("b", "transform", "expression", "2")
            .node("z", "transform", "expression", "$tasks.a + 1")
            .body("c", "true", "a")
            .body("c", "false", "b")
            .edge("c", "z")
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.runs("b")).isEmpty();
    assertThat(run.output("c")).isEqualTo("true");
    assertThat(run.output("z")).isEqualTo(2L);
    assertThat(run.state().life().output()).isEqualTo(2L);
    assertThat(run.state().graph().scopes()).isEmpty();
  }

  @Test
  void shouldShowARoundItsItemAndThoseOfTheLoopsAround() {
    EngineHarness run =
        new Flow()
            .node("o", "each", "items", List.of("x", "y"))
            .node("i", "each", "items", List.of(1L, 2L))
            .node(
                "t",
                "show",
                "value",
                "{{$scopes.o.item}}{{item}}-{{sequence}}/{{$scopes.i.length}}")
            .body("o", "each", "i")
            .body("i", "each", "t")
            .start(null);

    assertThat(run.outputs("t")).containsExactly("x1-1/2", "x2-2/2", "y1-1/2", "y2-2/2");
    assertThat(run.output("o")).isEqualTo(Map.of("looped", 2L, "done", 2L));
  }

  @Test
  void shouldRunALoopInAParallelInACondition() {
    EngineHarness run =
        nested()
            .activity("script", any -> 7L)
            .start(List.of(1L, 2L, 3L))
            .advance(Duration.ofSeconds(5));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("s")).containsExactly("done", "done", "done");
    assertThat(run.output("p")).isEqualTo(List.of(1L, 1L));
    assertThat(run.state().life().output()).isEqualTo(10L);
  }

  static EngineHarness nested() {
    return new Flow()
        .node("c", "choice", "when", "true")
        .node("p", "branches")
        .node("l", "each", "items", "{{input}}")
        .node("s", "script", "code", "return item")
        .node("t", "transform", "expression", "$tasks.s + $item")
        .node("w", "interval", "interval", 5L)
        .node("z", "transform", "expression", "$tasks.t")
        .body("c", "true", "p")
        .body("p", "0", "l")
        .body("p", "1", "w")
        .body("l", "each", "s")
        .edge("s", "t")
        .edge("c", "z")
        .harness();
  }

  @Test
  void shouldBeginABranchWhenThoseBeforeItWait() {
    EngineHarness run =
        new Flow()
            .node("p", "branches")
            .node("a", "transform", "expression", "1")
            .node("b", "callback")
            .node("c", "transform", "expression", "1")
            .node("d", "transform", "expression", "1")
            .body("p", "0", "a")
            .body("p", "1", "c")
            .edge("a", "b")
            .edge("c", "d")
            .start(null);

    assertThat(
            run.state().graph().runs().values().stream().map(one -> one.place().nodeId()).toList())
        .containsExactly("p", "a", "b", "c", "d");
    assertThat(run.runs("p").getFirst().waitsFor())
        .isEqualTo(new Wait.ForBodies(Arrays.asList(null, 1L)));
  }

  @Test
  void shouldNotBeginABranchAfterAnotherFailed() {
    EngineHarness run = three("all", "transform", "throw", "transform").start(null);

    assertThat(run.words("b0")).containsExactly("done");
    assertThat(run.runs("b2")).isEmpty();
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.state().life().failure())
        .extracting("detail")
        .isEqualTo(Arrays.asList(1L, -1L, null));
  }

  @Test
  void shouldStopTheOthersWhenTheRaceIsWon() {
    EngineHarness run = three("race", "callback", "interval", "callback").start(null);
    assertThat(run.state().openRuns()).hasSize(4);

    run.advance(Duration.ofSeconds(1));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("b0")).containsExactly("stopped");
    assertThat(run.words("b2")).containsExactly("stopped");
    assertThat(run.state().graph().scopes()).isEmpty();
    assertThat(run.timers()).isEmpty();
  }

  @Test
  void shouldTakeTheFirstThatSucceedsOrFailWhenNoneDoes() {
    assertThat(three("any", "throw", "transform", "transform").start(null).output("p"))
        .isEqualTo(Arrays.asList(-1L, 1L, null));
    assertThat(three("any", "throw", "throw", "throw").start(null).state().life().status())
        .isEqualTo(Status.FAILED);
  }

  @Test
  void shouldWaitForAllHoweverTheyEnd() {
    EngineHarness run = three("allSettled", "throw", "interval", "throw").start(null);
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);

    run.advance(Duration.ofSeconds(1));

    assertThat(run.output("p")).isEqualTo(List.of(-1L, 1L, -1L));
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  private static EngineHarness three(String mode, String first, String second, String third) {
    return new Flow()
        .node("p", "branches", "mode", mode)
        .node("b0", first, "expression", "1", "interval", 1L)
        .node("b1", second, "expression", "1", "interval", 1L)
        .node("b2", third, "expression", "1", "interval", 1L)
        .body("p", "0", "b0")
        .body("p", "1", "b1")
        .body("p", "2", "b2")
        .harness();
  }

  @Test
  void shouldBreakOutOfALoopFromACondition() {
    EngineHarness run =
        new Flow()
            .node("l", "each", "items", List.of(1L, 2L, 3L))
            .node("i", "choice", "when", "{% $item = 2 ? 'true' : 'false' %}")
            .node("b", "leave", "outcome", "break")
            .node("t", "transform", "expression", "1")
            .body("l", "each", "i")
            .body("i", "true", "b")
            .edge("i", "t")
            .start(null);

    assertThat(run.words("t")).containsExactly("done");
    assertThat(run.output("l")).isEqualTo(Map.of("looped", 2L, "done", 1L, "broken", true));
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldEndTheInstanceFromInside() {
    EngineHarness run =
        new Flow()
            .node("p", "branches")
            .node("w", "callback")
            .node("l", "each", "items", List.of(1L, 2L))
            .node("e", "end", "status", "completed")
            .body("p", "0", "w")
            .body("p", "1", "l")
            .body("l", "each", "e")
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("l")).containsExactly("stopped");
    assertThat(run.output("l")).isEqualTo(Map.of("looped", 0L, "done", 0L));
    assertThat(run.words("w")).containsExactly("stopped");
  }

  @Test
  void shouldWaitForAPersonInEachRound() {
    EngineHarness run = asking().start(List.of("u1", "u2"));

    run.send(answer(run, "agree"));
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    run.send(answer(run, "agree"));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("a")).containsExactly("done", "done");
  }

  @Test
  void shouldCarryARejectionOut() {
    EngineHarness run = asking().start(List.of("u1", "u2"));

    run.send(answer(run, "disagree"));

    assertThat(run.state().life().status()).isEqualTo(Status.TERMINATED);
    assertThat(run.state().life().reason()).isEqualTo(EndReason.REJECTED);
    assertThat(run.words("l")).containsExactly("failed");
  }

  private static EngineHarness asking() {
    return new Flow()
        .node("l", "each", "items", "{{input}}")
        .node("a", "approval", "members", List.of("{{item}}"), "title", "t")
        .body("l", "each", "a")
        .harness();
  }

  private static Command answer(EngineHarness run, String operation) {
    HumanTask task =
        run.state().openRuns().stream()
            .map(one -> one.waitsFor())
            .filter(Wait.ForPeople.class::isInstance)
            .flatMap(wait -> ((Wait.ForPeople) wait).tasks().values().stream())
            .findFirst()
            .orElseThrow();
    return new Command.ActOnHumanTask(
        run.key(), task.id(), task.user(), Map.of("operation", operation));
  }

  @Test
  void shouldOpenABodyByWhatItWaitedFor() {
    EngineHarness run =
        new Flow()
            .node("q", "ask")
            .node("y", "show", "value", "{{answer}}!")
            .node("n", "transform", "expression", "0")
            .body("q", "yes", "y")
            .body("q", "no", "n")
            .start(null);

    run.send(new Command.RaiseEvent(run.key(), "answer", "", "yes", "", 0));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.output("q")).isEqualTo("yes!");
  }

  @Test
  void shouldHoldTheNextRoundWhileSuspended() {
    EngineHarness run = three().start(List.of(1L, 2L));
    Command.WorkToken token = run.inFlight().getFirst().token();

    run.send(new Command.SuspendInstance(run.key()));
    run.forget(run.inFlight().getFirst());
    run.send(new Command.CompleteActivity(run.key(), token, 1L));
    assertThat(run.runs("s")).hasSize(1);

    run.send(new Command.ResumeInstance(run.key()));
    assertThat(run.runs("s")).hasSize(2);
    run.activity("script", any -> 1L).settle();
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldReadWhatItsOwnRoundGaveWhenSeveralRunAtOnce() {
    EngineHarness run =
        new Flow()
            .node("l", "spread", "items", List.of(1L, 2L, 3L))
            .node("s", "script", "code", "1", "n", "{{item}}")
            .node("t", "transform", "expression", "$tasks.s = $item * 10")
            .body("l", "each", "s")
            .edge("s", "t")
            .harness()
            .activity("script", BodyCrashTest::tenfold)
            .start(null);

    assertThat(run.outputs("t")).containsOnly(true);
  }

  @Test
  void shouldLoopANodeWithABodyByItsPolicy() {
    EngineHarness run = rounds().start(List.of("a", "b", "c"));

    assertThat(run.output("z")).isEqualTo(List.of("0a3", "1b3", "2c3"));
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  private static EngineHarness rounds() {
    return new Flow()
        .node("l", "rescue")
        .node("t", "transform", "expression", "$string($index) & $item & $string($total)")
        .node("z", "transform", "expression", "$tasks.l")
        .body("l", "run", "t")
        .edge("l", "z")
        .policies(
            "l",
            was ->
                new Node.Policies(
                    was.errors(),
                    BodyCrashTest.forEach("{{input}}"),
                    null,
                    "",
                    null,
                    0,
                    false,
                    null))
        .harness();
  }

  private static EngineHarness three() {
    return new Flow()
        .node("l", "each", "items", "{{input}}")
        .node("s", "script", "code", "return item")
        .body("l", "each", "s")
        .harness();
  }
}
