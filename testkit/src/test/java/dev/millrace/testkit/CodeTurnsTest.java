package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.again;
import static dev.millrace.testkit.Actions.child;
import static dev.millrace.testkit.Actions.complete;
import static dev.millrace.testkit.Actions.detached;
import static dev.millrace.testkit.Actions.eventTimer;
import static dev.millrace.testkit.Actions.fail;
import static dev.millrace.testkit.Actions.task;
import static dev.millrace.testkit.Actions.timer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.Router;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class CodeTurnsTest {

  private final CodeHarness run = new CodeHarness();

  private Instant in(long seconds) {
    return run.now().plusSeconds(seconds);
  }

  @Test
  void shouldShowAChainAsWorkersReplayIt() {
    run.start("Seq", "\"Dapr\"");
    assertThat(run.state().life().status()).isEqualTo(Status.PENDING);
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "ExecutionStarted");
    assertThat(run.turn().past()).isEmpty();

    run.answer(task(0, "a"));
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    run.done(0, "1").answer(task(1, "b"));
    run.done(1, "2").answer(task(2, "c"));
    assertThat(CodeHarness.kinds(run.done(2, "3").turn().past()))
        .endsWith("TurnStarted", "TaskCompleted", "TaskScheduled");
    run.answer(complete(3, "\"Hello, Dapr!\""));

    assertThat(run.kinds())
        .containsExactly(
            "TurnStarted",
            "ExecutionStarted",
            "TaskScheduled",
            "TurnStarted",
            "TaskCompleted",
            "TaskScheduled",
            "TurnStarted",
            "TaskCompleted",
            "TaskScheduled",
            "TurnStarted",
            "TaskCompleted",
            "ExecutionCompleted");
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.state().life().output()).isEqualTo("\"Hello, Dapr!\"");
    assertThat(run.turnOffered()).isFalse();
    CodeEvent first = run.code().history().get(2);
    assertThat(first.router()).isEqualTo(Router.of("shop"));
    assertThat(run.code().history().get(0).at()).isAfter(run.code().history().get(1).at());
  }

  @Test
  void shouldFanOutAndGatherResultsThatArriveWhileATurnIsOut() {
    run.start("Fan", null);
    run.answer(IntStream.range(0, 5).mapToObj(i -> task(i, "a")).toArray(CodeAction[]::new));
    assertThat(run.tasks()).isEqualTo(5);

    run.done(3, "3");
    Effect.DispatchTurn out = run.turn();
    run.done(1, "1").done(0, "0");
    run.answer(out, null, null);

    assertThat(run.kinds()).endsWith("TurnStarted", "TaskCompleted");
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "TaskCompleted", "TaskCompleted");
    run.answer();
    run.done(2, "2").done(4, "4").answer(complete(5, "[]"));
    assertThat(run.code().open().tasks()).isEmpty();
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldIgnoreAnswersThatAreStale() {
    run.start("Seq", null);
    Effect.DispatchTurn first = run.turn();
    run.answer(task(0, "a"));
    run.answer(first, null, null, task(0, "a"));
    assertThat(run.ignored()).isTrue();

    Effect.DispatchTask task = run.task(0);
    run.done(0, "1");
    run.done(task, "other", null);
    assertThat(run.ignored()).isTrue();
    assertThat(run.code().inbox()).hasSize(1);
  }

  @Test
  void shouldRefuseContradictingActionsAndStayIntact() {
    run.start("Seq", null);
    var before = run.state();
    run.answer(run.turn(), null, null, task(0, "a"), timer(0, in(1)));
    assertThat(run.reply()).isInstanceOf(Reply.Rejected.class);
    assertThat(run.state()).isEqualTo(before);

    run.start("Seq", null);
    assertThat(run.reply()).isInstanceOf(Reply.Rejected.class);
  }

  @Test
  void shouldRefuseAnActionThatWasAskedForBefore() {
    run.start("Seq", null).answer(task(0, "a")).done(0, "1");
    var before = run.state();
    run.answer(task(0, "a"));
    assertThat(run.reply())
        .isInstanceOfSatisfying(
            Reply.Rejected.class,
            refused -> assertThat(refused.message()).contains("action 0", "TaskScheduled"));
    assertThat(run.state()).isEqualTo(before);
  }

  @Test
  void shouldNeverFireATimerEarly() {
    run.start("Sleep", null);
    Instant due = in(2).plusNanos(1);
    run.answer(timer(0, due));
    run.advance(Duration.ofSeconds(2));
    assertThat(run.turnOffered()).isFalse();
    run.advance(Duration.ofMillis(1));
    assertThat(run.turn().fresh().getFirst().at()).isAfterOrEqualTo(due);
    assertThat(run.turn().fresh().getLast())
        .isInstanceOfSatisfying(
            CodeEvent.TimerFired.class,
            fired -> assertThat(fired.at()).isAfterOrEqualTo(fired.fireAt()));
    run.answer(complete(1, null));
    assertThat(run.state().life().output()).isNull();
  }

  @Test
  void shouldKeepATimerOfTheYear9999InHistoryOnly() {
    run.start("Wait", null);
    run.answer(eventTimer(0, Instant.parse("9999-12-31T23:59:59.999999999Z"), "Go"));
    assertThat(run.timers()).isEmpty();
    assertThat(run.kinds()).endsWith("TimerCreated");
  }

  @Test
  void shouldStopTheTimerOfAWaitWhenItsEventIsConsumed() {
    run.start("Wait", null);
    run.answer(eventTimer(0, in(60), "Go"), eventTimer(1, in(60), "Go"), timer(2, in(60)));
    run.raise("GO", "\"x\"");
    assertThat(run.timers()).containsOnlyKeys("t0", "t1", "t2");
    run.answer();
    assertThat(run.timers()).containsOnlyKeys("t1", "t2");
    assertThat(run.code().open().timers()).containsOnlyKeys(1, 2);
    run.raise("other", null).answer();
    assertThat(run.timers()).containsOnlyKeys("t1", "t2");
  }

  @Test
  void shouldGiveEachEventItsOwnTime() {
    run.start("Wait", null).answer();
    run.raise("Go", "1").raise("Go", "1").raise("Go", "1");
    assertThat(run.code().inbox().stream().map(CodeEvent::at).distinct()).hasSize(3);
    assertThat(run.turn().fresh().getFirst().at()).isAfter(run.code().inbox().getLast().at());
  }

  @Test
  void shouldFailWithTheDetailsOfTheWorker() {
    FailureDetails details =
        new FailureDetails("ValueError", "boom", "at x", FailureDetails.of("Io", "gone"), true);
    run.start("Fail", null).answer(task(0, "boom")).failed(0, details);
    assertThat(run.turn().fresh().getLast())
        .isInstanceOfSatisfying(
            CodeEvent.TaskFailed.class, failed -> assertThat(failed.failure()).isEqualTo(details));
    run.answer(fail(1, details));
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.state().life().failure()).isNotNull();
    assertThat(FailureDetails.fromJson(run.state().life().failure().detail())).isEqualTo(details);
  }

  @Test
  void shouldRunActivitiesThatNobodyWaitsFor() {
    run.start("Quick", null).answer(task(0, "a"), task(1, "b"), complete(2, "1"));
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.tasks()).isEqualTo(2);
    assertThat(run.recover()).hasSize(2);
    run.done(0, "x");
    assertThat(run.recover()).hasSize(1);
    run.done(1, "x");
    assertThat(run.recover()).isEmpty();
    assertThat(run.state().life().output()).isEqualTo("1");
  }

  @Test
  void shouldFailOnAnActionItDoesNotKnow() {
    run.start("New", null).answer(new CodeAction.Unknown(0, null, "createEntity"));
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
  }

  @Test
  void shouldReplaceTheCustomStatusEachTurn() {
    run.start("S", null);
    run.answer(run.turn(), "half", null, task(0, "a"));
    assertThat(run.code().progress().customStatus()).isEqualTo("half");
    run.done(0, "1");
    run.answer(run.turn(), null, null, complete(1, null));
    assertThat(run.code().progress().customStatus()).isNull();
  }

  @Test
  void shouldStartChildrenAndTakeTheirEnds() {
    run.start("Parent", null).answer(child(0, "", "Child"), child(1, "named", "Child"));
    List<Command> starts = run.sent();
    assertThat(starts)
        .extracting(command -> command.key().uid())
        .containsExactly("abc:0000", "named");
    Command.StartCodeInstance start = (Command.StartCodeInstance) starts.getFirst();
    assertThat(start.start().parent()).isNotNull();
    assertThat(start.start().parent().executionId()).isEqualTo(run.state().life().executionUid());

    run.send(ended(start, Status.COMPLETED, "7"));
    assertThat(run.turn().fresh().getLast())
        .isInstanceOfSatisfying(
            CodeEvent.ChildCompleted.class, done -> assertThat(done.result()).isEqualTo("7"));
    run.send(ended(start, Status.COMPLETED, "8"));
    assertThat(run.ignored()).isTrue();
    run.send(ended((Command.StartCodeInstance) starts.getLast(), Status.TERMINATED, null));
    assertThat(run.turn().fresh().getLast())
        .isInstanceOfSatisfying(
            CodeEvent.ChildFailed.class, failed -> assertThat(failed.failure()).isNull());
  }

  private static Command.ChildEnded ended(
      Command.StartCodeInstance child, Status status, Object result) {
    var parent = child.parent();
    return new Command.ChildEnded(
        parent.key(),
        parent.generation(),
        parent.runId(),
        child.key(),
        status,
        result,
        parent.execution());
  }

  @Test
  void shouldTellTheParentOnce() {
    CodeHarness parent = new CodeHarness();
    parent.start("Parent", null).answer(child(0, "abc", "Child"));
    Command.StartCodeInstance start = (Command.StartCodeInstance) parent.sent().getFirst();
    run.start(start.start(), start.parent()).answer(complete(0, "5"));
    assertThat(run.sent())
        .singleElement()
        .isInstanceOfSatisfying(
            Command.ChildEnded.class,
            told -> {
              assertThat(told.result()).isEqualTo("5");
              assertThat(told.execution()).isEqualTo(parent.state().life().executionUid());
            });
  }

  @Test
  void shouldSendEventsAndStartDetached() {
    run.start("Send", null)
        .answer(
            new CodeAction.SendEvent(0, null, "other", "Go", "1"), detached(1, "free", "Child"));
    assertThat(run.sent()).hasSize(2);
    assertThat(run.sent().getFirst())
        .isEqualTo(new Command.RaiseEvent(new InstanceKey("shop", "other"), "Go", "", "1", "", -1));
    assertThat(((Command.StartCodeInstance) run.sent().getLast()).parent()).isNull();
    assertThat(run.kinds()).endsWith("EventSent", "DetachedCreated");
  }

  @Test
  void shouldRunActivitiesAndChildrenOfOtherApps() {
    Router stock = new Router("", "stock", null);
    run.start("Cross", null)
        .answer(
            new CodeAction.ScheduleTask(0, stock, "pack", null, null, "", null),
            new CodeAction.CreateChild(1, stock, "", "Ship", null, null, null, null));
    assertThat(run.task(0).app()).isEqualTo("stock");
    assertThat(run.task(0).task().router()).isEqualTo(new Router("shop", "stock", null));
    assertThat(run.sent().getFirst().key()).isEqualTo(new InstanceKey("stock", "abc:0001"));
  }

  @Test
  void shouldContinueAsNewWithoutGrowing() {
    run.start("Loop", "0");
    for (int i = 1; i <= 100; i++) {
      run.answer(again(0, Integer.toString(i)));
      assertThat(run.turn().past()).isEmpty();
    }
    assertThat(run.code().history()).isEmpty();
    assertThat(run.code().inbox()).hasSize(1);
    assertThat(run.code().started().input()).isEqualTo("100");
    assertThat(run.state().life().generation()).isEqualTo(101);
    run.answer(complete(0, "100"));
    assertThat(run.kinds())
        .containsExactly("TurnStarted", "ExecutionStarted", "ExecutionCompleted");
  }

  @Test
  void shouldCarryEventsOverAndForgetTheResultsOfTheOldRun() {
    run.start("Loop", "0").answer(task(0, "a"), timer(1, in(60)));
    Effect.DispatchTask old = run.task(0);
    run.raise("e", "1").raise("e", "2");
    Effect.DispatchTurn out = run.turn();
    run.raise("e", "3").done(0, "late");
    List<CodeEvent> raised = out.fresh().subList(1, 3);
    run.answer(out, null, null, again(2, "1", raised.get(0), raised.get(1)));

    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly(
            "TurnStarted", "ExecutionStarted", "EventRaised", "EventRaised", "EventRaised");
    assertThat(run.turn().fresh().subList(2, 4)).isEqualTo(raised);
    assertThat(run.timers()).isEmpty();
    run.answer(task(0, "a"));
    run.done(old, "late", null);
    assertThat(run.ignored()).isTrue();
  }
}
