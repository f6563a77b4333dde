package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.process;
import static dev.millrace.testkit.Definitions.script;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RerunTest {

  private static final String FAILS_ONCE = "$vars.x ? 1 : $error(\\\"a\\\")";

  private static String all(String... tasks) {
    return String.join(",", tasks);
  }

  private static EngineHarness rerun(EngineHarness run, String from) {
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    run.send(new Command.RerunInstance(run.key(), from, Map.of("x", 1L), Map.of()));
    return run.settle();
  }

  private static @Nullable Object result(EngineHarness run) {
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    return run.state().life().output();
  }

  private static String fork(String join, String second) {
    return all(
        task("p", "parallel", "", to("a", "b")),
        transform("a", FAILS_ONCE, to("j")),
        second,
        task("j", "aggregation", "", join + to("e")),
        transform("e", "$tasks.j", ""));
  }

  @Test
  void shouldRunABranchThatHadNotBegun() {
    EngineHarness run = tasks(fork("", transform("b", "2", to("j")))).start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", 2L));
    assertThat(run.words("b")).containsExactly("done");
    assertThat(run.words("e")).containsExactly("done");
  }

  @Test
  void shouldRunABranchThatHadNotBegunBeforeAStrictJoin() {
    EngineHarness run =
        tasks(fork("'join':{'policy':'all','strict':true},", transform("b", "2", to("j"))))
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", 2L));
  }

  @Test
  void shouldRunAnActivityThatHadNotBegun() {
    EngineHarness run =
        tasks(fork("", script("b", to("j")))).activity("script", parameters -> "s").start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", "s"));
  }

  @Test
  void shouldRunASecondRootThatHadNotBegun() {
    EngineHarness run =
        tasks(all(transform("a", FAILS_ONCE, ""), transform("b", "2", ""))).start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", 2L));
  }

  @Test
  void shouldRunAStoppedActivityAgain() {
    EngineHarness run =
        tasks(
                all(
                    task("p", "parallel", "", to("b", "a")),
                    script("b", to("j")),
                    transform("a", FAILS_ONCE, to("j")),
                    task("j", "aggregation", "", "")))
            .start(null);
    assertThat(run.words("b")).containsExactly("stopped");
    run.activity("script", parameters -> "s");

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", "s"));
  }

  @Test
  void shouldKeepTheArrivalsOfOtherBranches() {
    EngineHarness run =
        tasks(
                all(
                    task("p", "parallel", "", to("b", "a")),
                    transform("b", "2", to("j")),
                    transform("a", FAILS_ONCE, to("j")),
                    task("j", "aggregation", "", "")))
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", 2L));
    assertThat(run.runs("b")).hasSize(1);
  }

  @Test
  void shouldLetAJoinWaitAgainThatWaitedTooLong() {
    EngineHarness run =
        tasks(
                all(
                    task("p", "parallel", "", to("a", "b")),
                    transform("a", "1", to("j")),
                    script("b", to("j")),
                    task("j", "aggregation", "", "'join':{'timeout':0.3}," + to("e")),
                    transform("e", "$tasks.j", "")))
            .start(null)
            .advance(Duration.ofSeconds(1));
    assertThat(run.words("j")).containsExactly("timeout");
    run.activity("script", parameters -> "s");

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", "s"));
    assertThat(run.words("j")).containsExactly("timeout", "done");
    assertThat(run.words("e")).containsExactly("done");
  }

  @Test
  void shouldGiveAFailedJoinItsArrivalsAgain() {
    EngineHarness run =
        tasks(
                all(
                    task("p", "parallel", "", to("a", "b")),
                    transform("a", "1", to("j")),
                    transform("b", "2", to("j")),
                    task(
                        "j",
                        "aggregation",
                        "",
                        "'output':'{% $vars.x ? $result : $error(\\\"no\\\") %}'")))
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", 2L));
  }

  @Test
  void shouldRunARaceAgainAsAWhole() {
    EngineHarness run =
        tasks(
                all(
                    task("g", "event-gateway", "", to("a", "b")),
                    transform("a", FAILS_ONCE, to("e")),
                    task("b", "callback", "", to("e")),
                    transform("e", "$tasks.a", "")))
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(1L);
    assertThat(run.words("g")).containsExactly("stopped", "done");
    assertThat(run.words("a")).containsExactly("failed", "done");
    assertThat(run.words("e")).containsExactly("done");
  }

  @Test
  void shouldRunTheFailedTaskOnThePathOfTheExceptionNodeOnce() {
    EngineHarness run =
        tasks(
                all(
                    task("t", "throw", "'type':{'value':'abort'}", ""),
                    task("c", "error-catch", "", to("a")),
                    transform("a", "$vars.x ? $failure.type : $error(\\\"a\\\")", "")))
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo("abort");
    assertThat(run.runs("t")).hasSize(1);
    assertThat(run.words("a")).containsExactly("failed", "done");
  }

  @Test
  void shouldNotRunATaskAgainWhoseErrorWasCaught() {
    EngineHarness run =
        tasks(
                all(
                    task(
                        "t",
                        "throw",
                        "'type':{'value':'abort'}",
                        "'errorHandler':{'operation':'catch','exception_branch':'c'}"),
                    transform("c", "$vars.x ? $failure.type : $error(\\\"a\\\")", "")))
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo("abort");
    assertThat(run.runs("t")).hasSize(1);
    assertThat(run.runs("c")).hasSize(2);
  }

  @Test
  void shouldKeepTheResultsOfOtherBranchesWhenRunAgainFromATask() {
    EngineHarness run =
        tasks(
                all(
                    task("p", "parallel", "", to("b", "c")),
                    transform("b", "'b'".replace("'", "\\\""), to("j")),
                    transform("c", "\\\"c\\\"", to("j")),
                    task("j", "aggregation", "", to("a")),
                    transform("a", "$vars.x ? $tasks.j : $error(\\\"a\\\")", "")))
            .start(null);

    assertThat(result(rerun(run, "b"))).isEqualTo(Map.of("b", "b", "c", "c"));
    assertThat(run.runs("b")).hasSize(2);
    assertThat(run.runs("c")).hasSize(1);
    assertThat(run.words("j")).containsExactly("done", "done");
    assertThat(run.words("a")).containsExactly("failed", "done");
  }

  @Test
  void shouldPassOverAFailedTaskWhenRunAgainFromALaterOne() {
    EngineHarness run =
        tasks(all(transform("a", "$error(\\\"a\\\")", to("b")), transform("b", "2", "")))
            .start(null);

    assertThat(result(rerun(run, "b"))).isEqualTo(2L);
    assertThat(run.words("a")).containsExactly("failed");
  }

  @Test
  void shouldRunUndoneTasksAgain() {
    EngineHarness run =
        tasks(
                all(
                    transform("A", "1", to("B") + ",'compensate':'u'"),
                    transform("B", "2", to("a") + ",'compensate':'u'"),
                    transform("a", FAILS_ONCE, "'errorHandler':{'operation':'compensate'}"),
                    transform("u", "0", "")))
            .start(null);
    assertThat(run.runs("u")).hasSize(2);

    rerun(run, "");

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("A")).containsExactly("done", "done");
    assertThat(run.words("B")).containsExactly("done", "done");
    assertThat(run.words("a")).containsExactly("failed", "done");
    assertThat(run.runs("u")).hasSize(2);
  }

  @Test
  void shouldPutBackBothFailedBranchesThatEndedFirst() {
    EngineHarness run =
        process(
                "{'name':'p','extension':{'siblingsOnError':'finish'},'tasks':["
                    + all(
                        task("p", "parallel", "", to("a", "b")),
                        transform("a", FAILS_ONCE, to("j")),
                        transform("b", FAILS_ONCE, to("j")),
                        task("j", "aggregation", "", ""))
                    + "]}")
            .start(null);

    assertThat(result(rerun(run, ""))).isEqualTo(Map.of("a", 1L, "b", 1L));
  }

  @Test
  void shouldKeepTheDoneRoundsOfAFailedLoop() {
    List<Object> paid = new ArrayList<>();
    EngineHarness run =
        tasks(
            script(
                "t", "'loopHandler':{'loopType':'forEach','items':'{{input}}','concurrency':1}"));
    run.start(List.of("a", "b", "c"));
    answer(run, paid, "b");

    rerun(run, "");
    answer(run, paid, "");

    assertThat(result(run)).isEqualTo(List.of("a", "b", "c"));
    assertThat(paid).containsExactly("a", "b", "c");
    assertThat(run.words("t")).containsExactly("done", "failed", "done", "done");
    assertThat(run.runs("t").stream().map(NodeRun::place).map(NodeRun.Place::loopIndex))
        .containsExactly(0, 1, 1, 2);
  }

  @Test
  void shouldRunOnlyTheMissingRoundsOfAConcurrentLoop() {
    List<Object> paid = new ArrayList<>();
    EngineHarness run =
        tasks(
            script(
                "t", "'loopHandler':{'loopType':'forEach','items':'{{input}}','concurrency':4}"));
    run.start(List.of("a", "b", "c", "d", "e"));
    for (Effect.DispatchActivity one : run.inFlight().reversed()) {
      answer(run, paid, one, "b");
    }
    run.inFlight().forEach(run::forget);
    rerun(run, "");
    answer(run, paid, "");

    assertThat(result(run)).isEqualTo(List.of("a", "b", "c", "d", "e"));
    assertThat(paid).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
  }

  private static void answer(EngineHarness run, List<Object> paid, String failing) {
    while (!run.inFlight().isEmpty() && !run.state().life().status().terminal()) {
      answer(run, paid, run.inFlight().getFirst(), failing);
    }
    run.inFlight().forEach(run::forget);
  }

  private static void answer(
      EngineHarness run, List<Object> paid, Effect.DispatchActivity one, String failing) {
    run.forget(one);
    Object item = one.roots().get("item");
    if (failing.equals(item)) {
      run.send(
          new Command.FailActivity(
              run.key(), one.token(), dev.millrace.engine.Failure.of("io", "no"), 0));
    } else if (!run.state().life().status().terminal()) {
      paid.add(item);
      run.send(new Command.CompleteActivity(run.key(), one.token(), item));
    }
  }
}
