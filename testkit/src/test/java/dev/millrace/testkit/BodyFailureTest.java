package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.Node;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What failures in bodies come to. */
class BodyFailureTest {
  @Test
  void shouldCarryAFailureOutThroughAllBodies() {
    EngineHarness run = failing("stop").start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("boom");
    assertThat(run.state().life().failure()).extracting("nodeId").isEqualTo("c");
    assertThat(run.words("e")).containsExactly("failed");
    assertThat(run.words("t")).containsExactly("done");
    assertThat(run.words("l")).containsExactly("failed");
    assertThat(run.words("c")).containsExactly("failed");
    assertThat(run.runs("z")).isEmpty();
  }

  @Test
  void shouldGoOnAfterAFailedRoundWhereTheLoopSaysSo() {
    EngineHarness run = failing("continue").start(null);
    assertThat(run.words("i")).containsExactly("done", "failed", "done");
    assertThat(run.words("t")).containsExactly("done", "done");
    assertThat(run.output("l")).isEqualTo(Map.of("looped", 3L, "done", 3L));
    assertThat(run.words("z")).containsExactly("done");

    run = failing("break").start(null);
    assertThat(run.output("l")).isEqualTo(Map.of("looped", 2L, "done", 1L, "broken", true));
  }

  private static EngineHarness failing(String exit) {
    return new Flow()
        .node("c", "choice", "when", "true")
        .node("l", "each", "items", List.of(1L, 2L, 3L), "exit", exit)
        .node("i", "choice", "when", "{% $item = 2 ? 'true' : 'false' %}")
        .node("e", "throw", "type", "boom", "message", "no")
        .node("t", "transform", "expression", "1")
        .node("z", "transform", "expression", "1")
        .body("c", "true", "l")
        .body("l", "each", "i")
        .body("i", "true", "e")
        .edge("i", "t")
        .edge("c", "z")
        .harness();
  }

  @Test
  void shouldOpenAnotherBodyAfterAFailure() {
    EngineHarness run =
        new Flow()
            .node("r", "rescue")
            .node("e", "throw", "type", "boom", "message", "no")
            .node("u", "show", "value", "{{cause}}!")
            .body("r", "run", "e")
            .body("r", "undo", "u")
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.output("r")).isEqualTo("no!");
  }

  @Test
  void shouldLetAnEdgeInTheBodyTakeAFailure() {
    EngineHarness run =
        new Flow()
            .node("l", "each", "items", List.of(1L, 2L))
            .node("e", "throw", "type", "boom", "message", "no")
            .node("t", "show", "value", "{{error.errorDetail.type}}")
            .body("l", "each", "e")
            .edge("e", Edge.on("error", "t"))
            .start(null);

    assertThat(run.words("t")).containsExactly("done", "done");
    assertThat(run.output("t")).isEqualTo("boom");
    assertThat(run.output("l")).isEqualTo(Map.of("looped", 2L, "done", 2L));
  }

  @Test
  void shouldTryABranchingNodeAgainAsAWhole() {
    EngineHarness run =
        new Flow()
            .node("p", "branches")
            .node("a", "throw", "message", "no")
            .body("p", "0", "a")
            .policies("p", was -> retried(was))
            .start(null);
    assertThat(run.words("p")).containsExactly("todo");

    run.advance(Duration.ofSeconds(5));

    assertThat(run.words("a")).containsExactly("failed", "failed");
    assertThat(run.runs("p").getFirst().attempt()).isEqualTo(2);
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
  }

  private static Node.Policies retried(Node.Policies was) {
    ErrorPolicy.Retry retry =
        new ErrorPolicy.Retry(
            1,
            1_000,
            ErrorPolicy.Backoff.FIXED,
            1,
            0,
            ErrorPolicy.Jitter.NONE,
            0,
            List.of(),
            List.of());
    return with(was, new ErrorPolicy(ErrorPolicy.Operation.STOP, retry, List.of(), null), 0);
  }

  private static Node.Policies with(Node.Policies was, ErrorPolicy errors, long timeoutMillis) {
    return new Node.Policies(errors, was.loop(), was.join(), "", null, timeoutMillis, false, null);
  }

  @Test
  void shouldStopTheBodiesOfANodeThatTimesOut() {
    EngineHarness run =
        new Flow()
            .node("l", "each", "items", List.of(1L))
            .node("w", "interval", "interval", 60L)
            .body("l", "each", "w")
            .policies("l", was -> with(was, was.errors(), 5_000))
            .start(null)
            .advance(Duration.ofSeconds(5));

    assertThat(run.words("l")).containsExactly("timeout");
    assertThat(run.words("w")).containsExactly("stopped");
    assertThat(run.timers()).isEmpty();
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
  }

  @Test
  void shouldDropWhatIsHeldInABodyThatFails() {
    EngineHarness run =
        new Flow()
            .node("p", "branches", "mode", "any")
            .node("f", "parallel")
            .node("s", "script", "code", "1")
            .node("s2", "script", "code", "2")
            .node("t", "transform", "expression", "1")
            .node("w", "script", "code", "3")
            .body("p", "0", "f")
            .body("p", "1", "w")
            .edge("f", "s")
            .edge("f", "s2")
            .edge("s", "t")
            .start(null);
    run.send(new Command.SuspendInstance(run.key()));
    run.send(new Command.CompleteActivity(run.key(), run.inFlight().getFirst().token(), 1L));
    assertThat(run.state().graph().parked()).hasSize(1);
    run.send(
        new Command.FailActivity(
            run.key(), run.inFlight().get(1).token(), Failure.of("boom", "no"), 0));
    assertThat(run.state().graph().parked()).isEmpty();

    run.send(new Command.ResumeInstance(run.key()));

    assertThat(run.runs("t")).isEmpty();
    assertThat(run.runs("p").getFirst().waitsFor())
        .isEqualTo(new Wait.ForBodies(Arrays.asList(-1L, null)));
    run.send(new Command.CompleteActivity(run.key(), run.inFlight().get(2).token(), 1L));
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldLetTheRestOfABodyFinishWhereTheProcessSaysSo() {
    EngineHarness run =
        new Flow()
            .node("r", "rescue")
            .node("f", "parallel")
            .node("e", "throw", "message", "no")
            .node("w", "interval", "interval", 5L)
            .node("v", "transform", "expression", "1")
            .node("u", "transform", "expression", "1")
            .body("r", "run", "f")
            .body("r", "undo", "u")
            .edge("f", "e")
            .edge("f", "w")
            .edge("w", "v")
            .rules(new Graph.Rules(ErrorPolicy.STOP, true, 100, false))
            .start(null);
    assertThat(run.runs("u")).isEmpty();

    run.advance(Duration.ofSeconds(5));

    assertThat(run.words("v")).containsExactly("done");
    assertThat(run.words("u")).containsExactly("done");
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldKeepTheArrivalsOfRoundsApart() {
    EngineHarness run = joined(false).start(null);

    assertThat(run.words("j")).containsExactly("done", "done", "done");
    assertThat(run.words("z")).containsExactly("done");
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.state().graph().scopes()).isEmpty();
    assertThat(run.state().graph().joins()).isEmpty();
  }

  @Test
  void shouldFailABodyWhoseJoinCanNeverGo() {
    EngineHarness run = joined(true).start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("deadlock");
    assertThat(run.words("l")).containsExactly("failed");
  }

  private static EngineHarness joined(boolean dead) {
    return new Flow()
        .node("l", dead ? "each" : "spread", "items", List.of(1L, 2L, 3L))
        .node("f", "parallel")
        .node("a", "transform", "expression", "1")
        .node("b", "transform", "expression", "1")
        .node("j", "aggregation")
        .node("z", "transform", "expression", "1")
        .body("l", "each", "f")
        .edge("f", "a")
        .edge("f", "b")
        .edge("a", "j")
        .edge("b", dead ? "nowhere" : "j")
        .edge("l", "z")
        .node("nowhere", "transform", "expression", "1")
        .join("j", true, "f", "a", "b")
        .harness();
  }

  @Test
  void shouldRunTheWholeNodeAgain() {
    EngineHarness run =
        new Flow()
            .node("a", "transform", "expression", "1")
            .node("l", "each", "items", List.of(1L, 2L))
            .node("t", "transform", "expression", "$vars.fixed ? 2 : $error(\"not fixed\")")
            .node("z", "transform", "expression", "1")
            .body("l", "each", "t")
            .edge("a", "l")
            .edge("l", "z")
            .start(null);
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);

    run.send(new Command.RerunInstance(run.key(), "t", Map.of(), Map.of()));
    assertThat(run.reply()).isInstanceOf(Reply.Rejected.class);
    run.send(new Command.RerunInstance(run.key(), "", Map.of("fixed", true), Map.of()));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.runs("a")).hasSize(1);
    assertThat(run.words("t")).containsExactly("failed", "done", "done");
    assertThat(run.words("l")).containsExactly("failed", "done");
  }
}
