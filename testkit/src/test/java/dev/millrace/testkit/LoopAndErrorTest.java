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
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopAndErrorTest {

  @Test
  void shouldRunAForLoopExactlyAsOftenAsItSays() {
    EngineHarness run =
        tasks(
                transform(
                        "t",
                        "$index",
                        "'loopHandler':{'loopType':'for','maxIteration':3}," + to("n"))
                    + ","
                    + transform("n", "$tasks.t", ""))
            .start(null);

    assertThat(run.runs("t").stream().map(r -> r.place().index())).containsExactly(0, 1, 2);
    assertThat(run.output("n")).isEqualTo(List.of(0L, 1L, 2L));
  }

  @Test
  void shouldRunAtMostTwoRoundsAtOnceAndKeepItemOrder() {
    EngineHarness run =
        tasks(
                script(
                        "t",
                        "'loopHandler':{'loopType':'forEach','items':'{{input}}','concurrency':2},"
                            + to("n"))
                    + ","
                    + transform("n", "$tasks.t", ""))
            .start(List.of("a", "b", "c", "d", "e"));
    assertThat(run.inFlight()).hasSize(2);

    while (!run.inFlight().isEmpty()) {
      assertThat(run.inFlight().size()).isLessThanOrEqualTo(2);
      Effect.DispatchActivity last = run.inFlight().getLast();
      run.send(new Command.CompleteActivity(run.key(), last.token(), last.roots().get("item")));
      run.forget(last);
    }

    assertThat(run.output("n")).isEqualTo(List.of("a", "b", "c", "d", "e"));
  }

  @Test
  void shouldGoOnAfterALoopOverNothing() {
    EngineHarness run =
        tasks(
                script("t", "'loopHandler':{'loopType':'forEach','items':'{{input}}'}," + to("n"))
                    + ","
                    + transform("n", "$tasks.t", ""))
            .start(List.of());

    assertThat(run.runs("t")).isEmpty();
    assertThat(run.output("n")).isEqualTo(List.of());
  }

  @Test
  void shouldStopADoWhileLoopWhenItsConditionHolds() {
    EngineHarness run =
        tasks(
                task(
                    "t",
                    "transform",
                    "'expression':{'value':'$index + 1'}",
                    "'loopHandler':{'loopType':'do_while','maxIteration':10,'stopCond':"
                        + "{'type':'String','value1':'{{t.output}}','operation':'equal',"
                        + "'value2':'3'}}"))
            .start(null);

    assertThat(run.runs("t")).hasSize(3);
  }

  @Test
  void shouldRetryAtTheStoredTimesAndThenSucceed() {
    AtomicInteger calls = new AtomicInteger();
    EngineHarness run =
        tasks(script("t", "'errorHandler':{'operation':'retry','retryCount':3,'retryInterval':1}"))
            .activity(
                "script",
                parameters -> {
                  if (calls.incrementAndGet() < 3) {
                    throw new ActivityFailure("http.503", "busy");
                  }
                  return "ok";
                })
            .start(null);
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);

    run.advance(Duration.ofSeconds(2));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.runs("t")).hasSize(1);
    assertThat(run.runs("t").getFirst().attempts()).hasSize(2);
  }

  @Test
  void shouldCatchAfterRetriesAreUsedUp() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    script(
                        "t",
                        "'errorHandler':{'operation':'retry','retry':{'count':5,'interval':1,"
                            + "'backoff':'exponential','rate':2,'maxInterval':3,'jitter':'full',"
                            + "'then':'catch'},'exception_branch':'c'}"),
                    transform("c", "$failure.type", "")))
            .activity(
                "script",
                parameters -> {
                  throw new ActivityFailure("io", "refused");
                })
            .start(null)
            .advance(Duration.ofSeconds(15));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.output("c")).isEqualTo("io");
    assertThat(run.runs("t").getFirst().attempts()).hasSize(5);
  }

  @Test
  void shouldGiveTheGlobalExceptionNodeTheError() {
    EngineHarness run =
        tasks(
                script("t", "'errorHandler':{'operation':'throw'}")
                    + ","
                    + task("x", "error-catch", "", ""))
            .activity(
                "script",
                parameters -> {
                  throw new ActivityFailure("script.Error", "boom");
                })
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat((Map<?, ?>) run.output("x")).extracting("error").isEqualTo("boom");
    assertThat((Map<?, ?>) run.output("x")).extracting("errorAppInstId").isEqualTo("t");
  }

  @Test
  void shouldGoOnAfterAnIgnoredError() {
    EngineHarness run =
        tasks(
                script("t", "'errorHandler':{'operation':'ignore'}," + to("n"))
                    + ","
                    + transform("n", "1", ""))
            .activity(
                "script",
                parameters -> {
                  throw new ActivityFailure("script.Error", "boom");
                })
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.words("t")).containsExactly("failed");
  }

  @Test
  void shouldUndoCompletedTasksInReverseOrder() {
    List<Object> undone = new ArrayList<>();
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    transform("a", "\\\"A\\\"", to("b") + ",'compensate':'ua'"),
                    transform("b", "\\\"B\\\"", to("c") + ",'compensate':'ub'"),
                    task(
                        "c",
                        "throw",
                        "'type':{'value':'abort'}",
                        "'errorHandler':{'operation':'compensate'}"),
                    task("ua", "http", "'url':{'value':'http://u/{{a.output}}'}", ""),
                    task("ub", "http", "'url':{'value':'http://u/{{b.output}}'}", "")))
            .activity(
                "http",
                parameters -> {
                  undone.add(parameters.get("url"));
                  return null;
                })
            .start(null);

    assertThat(undone).containsExactly("http://u/B", "http://u/A");
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("abort");
  }

  @Test
  void shouldTimeOutATask() {
    EngineHarness run =
        tasks(script("t", "'timeout':1")).start(null).advance(Duration.ofSeconds(1));

    assertThat(run.words("t")).containsExactly("timeout");
    assertThat(run.failureType()).isEqualTo("timeout");
  }

  @Test
  void shouldRunAFailedInstanceAgainKeepingWhatIsDone() {
    EngineHarness run =
        tasks(
            String.join(
                ",",
                transform("a", "1", to("b")),
                transform("b", "$vars.fixed ? 2 : $error(\\\"not fixed\\\")", to("c")),
                transform("c", "3", "")));
    run.start(null);
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    String before = run.state().life().executionUid();

    run.send(new Command.SetVariables(run.key(), Map.of("fixed", true)));
    run.send(new Command.RerunInstance(run.key(), "", Map.of(), Map.of()));

    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.state().life().executionUid()).isNotEqualTo(before);
    assertThat(run.runs("a")).hasSize(1);
    assertThat(run.words("b")).containsExactly("failed", "done");
  }

  @Test
  void shouldNeedAllMembersToAgree() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task(
                        "a",
                        "approval",
                        "'members':{'value':['u1','u2']},'title':{'value':'t'},"
                            + "'false_branch':{'value':'back'}",
                        to("ok")),
                    transform("back", "1", to("a")),
                    transform("ok", "1", "")))
            .start(null);

    run.send(act(run, "u1", "agree"));
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    run.send(act(run, "u2", "disagree"));
    assertThat(run.runs("a")).hasSize(2);
    assertThat(run.runs("a").getLast().place().index()).isEqualTo(1);

    run.send(act(run, "u1", "同意"));
    run.send(act(run, "u2", "agree"));
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldRefuseASecondSubmitAndAStranger() {
    EngineHarness run =
        tasks(task("a", "approval", "'members':{'value':['u1','u2']},'title':{'value':'t'}", ""))
            .start(null);
    Command first = act(run, "u1", "agree");
    run.send(first);
    run.send(first);
    assertThat(run.reply())
        .isInstanceOfSatisfying(
            Reply.Rejected.class,
            no -> assertThat(no.reason()).isEqualTo(Reason.ALREADY_SUBMITTED));

    HumanTask open = open(run, "u2");
    run.send(new Command.ActOnHumanTask(run.key(), open.id(), "u9", Map.of("operation", "agree")));
    assertThat(run.reply())
        .isInstanceOfSatisfying(
            Reply.Rejected.class, no -> assertThat(no.reason()).isEqualTo(Reason.FORBIDDEN));
  }

  @Test
  void shouldStopTheInstanceWhenARejectionHasNoBranch() {
    EngineHarness run =
        tasks(task("a", "approval", "'members':{'value':['u1']},'title':{'value':'t'}", ""))
            .start(null);
    run.send(act(run, "u1", "reject"));

    assertThat(run.state().life().status()).isEqualTo(Status.TERMINATED);
    assertThat(run.failureType()).isEqualTo("rejected");
  }

  @Test
  void shouldIgnoreALateResultOfAnEarlierAttempt() {
    EngineHarness run =
        tasks(
                script(
                    "t",
                    "'timeout':1,'errorHandler':{'operation':'retry','retryCount':1,"
                        + "'retryInterval':1}"))
            .start(null);
    Effect.DispatchActivity first = run.inFlight().getFirst();
    run.advance(Duration.ofSeconds(2));

    run.send(new Command.CompleteActivity(run.key(), first.token(), "late"));

    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    assertThat(run.runs("t").getFirst().waitsFor()).isInstanceOf(Wait.ForActivity.class);
  }

  @Test
  void shouldFailTheInstanceWhenItsOutputDoesNotFitTheSchema() {
    EngineHarness run =
        process(
                "{'name':'p','outputDataSchema':{'$schema':"
                    + "'https://json-schema.org/draft/2020-12/schema','type':'integer'},'tasks':["
                    + transform("a", "\\\"text\\\"", "")
                    + "]}")
            .start(null);

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
  }

  private static HumanTask open(EngineHarness run, String user) {
    return run.state().openRuns().stream()
        .map(r -> r.waitsFor())
        .filter(Wait.ForPeople.class::isInstance)
        .flatMap(w -> ((Wait.ForPeople) w).tasks().values().stream())
        .filter(t -> t.user().equals(user) && t.state().open())
        .findFirst()
        .orElseThrow();
  }

  private static Command act(EngineHarness run, String user, String operation) {
    return new Command.ActOnHumanTask(
        run.key(), open(run, user).id(), user, Map.of("operation", operation));
  }
}
