package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.process;
import static dev.millrace.testkit.Definitions.script;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlowTest {

  @Test
  void shouldRunAChainOfPureNodesInOneDecision() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    transform("a", "$input.n + 1", to("b")),
                    transform("b", "$tasks.a * 2", to("c")),
                    transform("c", "$tasks.b * 2", "")))
            .start(Map.of("n", 1L));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.state().life().output()).isEqualTo(8L);
    assertThat(run.history()).hasSize(5);
  }

  @Test
  void shouldCompleteAnEmptyProcess() {
    assertThat(tasks("").start(null).state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldJoinBothBranchesOnce() {
    EngineHarness run =
        tasks(
            String.join(
                ",",
                task("a", "parallel", "", to("b", "c")),
                script("b", to("j")),
                transform("c", "7", to("j")),
                task("j", "aggregation", "'relation':{'value':'all'}", to("d")),
                transform("d", "$tasks.j", "")));
    run.start(null);
    assertThat(run.words("j")).isEmpty();

    run.activity("script", parameters -> "slow").settle();

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("d")).containsExactly("done");
    assertThat(run.output("d")).isEqualTo(Map.of("b", "slow", "c", 7L));
  }

  @Test
  void shouldCancelTheRestWhenAnyBranchIsEnough() {
    EngineHarness run =
        tasks(
            String.join(
                ",",
                task("a", "parallel", "", to("b", "c")),
                script("b", to("j")),
                transform("c", "7", to("j")),
                task("j", "aggregation", "", "'join':{'policy':'any','rest':'cancel'}," + to("d")),
                transform("d", "1", "")));
    run.start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("b")).containsExactly("stopped");
    assertThat(run.words("d")).containsExactly("done");
  }

  @Test
  void shouldJoinNestedForksInsideALoopOfThree() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task("s", "manual", "", to("cnt")),
                    transform("cnt", "$count($runs.cnt) + 1", to("f")),
                    task("f", "parallel", "", to("f1", "f2")),
                    task("f1", "parallel", "", to("a", "b")),
                    task("f2", "parallel", "", to("c", "d")),
                    transform("a", "1", to("j1")),
                    transform("b", "2", to("j1")),
                    transform("c", "3", to("j2")),
                    script("d", to("j2")),
                    task("j1", "aggregation", "", to("j")),
                    task("j2", "aggregation", "", to("j")),
                    task("j", "aggregation", "", to("again")),
                    task(
                        "again",
                        "condition",
                        "",
                        "'connections':[{'to':'cnt','when':'{% $tasks.cnt < 3 %}'},"
                            + "{'to':'z','default':true}]"),
                    transform("z", "$tasks.cnt", "")))
            .activity("script", parameters -> 4L)
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("j1")).hasSize(3).containsOnly("done");
    assertThat(run.words("j2")).hasSize(3).containsOnly("done");
    assertThat(run.words("j")).hasSize(3).containsOnly("done");
    assertThat(run.words("z")).containsExactly("done");
  }

  @Test
  void shouldNotDeadlockWhenABranchEndsEarly() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task("a", "parallel", "", to("b", "c")),
                    transform("b", "1", to("j")),
                    task(
                        "c",
                        "condition",
                        "'when':{'value':'{% false %}'},'true_branch':{'value':'j'}",
                        ""),
                    task("j", "aggregation", "", to("d")),
                    transform("d", "1", "")))
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("d")).containsExactly("done");
  }

  @Test
  void shouldRunAPlainNodeOncePerArrival() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task("a", "parallel", "", to("b", "c")),
                    transform("b", "1", to("d")),
                    transform("c", "1", to("d")),
                    transform("d", "1", "")))
            .start(null);

    assertThat(run.runs("d").stream().map(r -> r.place().index())).containsExactly(0, 1);
  }

  @Test
  void shouldFailWithNoBranchWhenNoGuardHolds() {
    EngineHarness run =
        tasks(
                transform("a", "1", "'connections':[{'to':'b','when':'{% false %}'}]")
                    + ","
                    + transform("b", "1", ""))
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("no_branch");
    assertThat(run.words("a")).containsExactly("failed");
  }

  @Test
  void shouldRunOnlyTheStartTaskThatIsAlsoTheEndTask() {
    EngineHarness run =
        process(
                "{'name':'p','startTaskInstId':'b','endTaskInstId':'b','tasks':["
                    + transform("a", "1", to("b"))
                    + ","
                    + transform("b", "2", to("c"))
                    + ","
                    + transform("c", "3", "")
                    + "]}")
            .start(null);

    assertThat(run.state().life().output()).isEqualTo(2L);
    assertThat(run.runs("a")).isEmpty();
    assertThat(run.runs("c")).isEmpty();
  }

  @Test
  void shouldPassThroughAnIgnoredTask() {
    EngineHarness run =
        tasks(script("b", to("c") + ",'isIgnore':true") + "," + transform("c", "3", ""))
            .start(null);

    assertThat(run.words("b")).containsExactly("skipped");
    assertThat(run.words("c")).containsExactly("done");
  }

  @Test
  void shouldStopTheProcessAtItsTimeout() {
    EngineHarness run =
        process("{'name':'p','timeout':2,'tasks':[" + script("a", "") + "]}").start(null);

    run.advance(Duration.ofMillis(1999));
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    run.advance(Duration.ofMillis(1));

    assertThat(run.state().life().status()).isEqualTo(Status.TERMINATED);
    assertThat(run.state().life().reason()).isEqualTo(EndReason.SYSTEM);
    assertThat(run.words("a")).containsExactly("stopped");
    assertThat(run.timers()).isEmpty();
  }

  @Test
  void shouldLetTheFirstOfARaceWin() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task("r", "event-gateway", "", to("s", "t")),
                    task("s", "signal", "'name':{'value':'paid'}", to("ok")),
                    task("t", "interval", "'interval':{'value':60}", to("late")),
                    transform("ok", "1", ""),
                    transform("late", "2", "")))
            .start(null);
    run.advance(Duration.ofSeconds(10));

    run.send(new Command.RaiseEvent(run.key(), "paid", "", Map.of("sum", 5L), "", -1));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("t")).containsExactly("stopped");
    assertThat(run.words("ok")).containsExactly("done");
    assertThat(run.runs("late")).isEmpty();
    assertThat(run.timers()).isEmpty();
  }

  @Test
  void shouldHoldTokensWhileSuspendedAndFireDueTimersOnResume() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task("f", "parallel", "", to("a", "t")),
                    script("a", to("b")),
                    task("t", "interval", "'interval':{'value':5}", ""),
                    transform("b", "1", "")))
            .start(null);
    run.send(new Command.SuspendInstance(run.key()));
    run.activity("script", parameters -> 1L).settle();
    run.advance(Duration.ofSeconds(10));
    assertThat(run.words("a")).containsExactly("done");
    assertThat(run.runs("b")).isEmpty();
    assertThat(run.words("t")).containsExactly("started");

    run.send(new Command.ResumeInstance(run.key()));
    assertThat(run.words("b")).containsExactly("done");
    run.advance(Duration.ZERO);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldResolveTypedReferences() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    transform("A", "{\\\"list\\\":[1,2,3],\\\"n\\\":1}", to("B")),
                    task(
                        "B",
                        "variable",
                        "'operation':{'value':'write'},'key':{'value':'k'},"
                            + "'value':{'value':['{{A.0.output.list.#}}','x-{{A.output.n}}']}",
                        "")))
            .start(null);

    assertThat(run.state().graph().variables()).isEqualTo(Map.of("k", List.of(3L, "x-1")));
  }
}
