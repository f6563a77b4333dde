package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.again;
import static dev.millrace.testkit.Actions.child;
import static dev.millrace.testkit.Actions.complete;
import static dev.millrace.testkit.Actions.task;
import static dev.millrace.testkit.Actions.timer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeForks;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.CodeVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class CodeLifecycleTest {

  private static final Command SUSPEND = new Command.SuspendInstance(CodeHarness.KEY, "why");
  private static final Command RESUME = new Command.ResumeInstance(CodeHarness.KEY, null);
  private static final Command TERMINATE =
      new Command.TerminateCode(CodeHarness.KEY, "\"bye\"", true, null);

  private final CodeHarness run = new CodeHarness();

  @Test
  void shouldHoldWhatArrivesWhileSuspendedAndTellTheResumptionFirst() {
    run.start("Wait", null).answer();
    run.send(SUSPEND);
    assertThat(run.state().life().status()).isEqualTo(Status.SUSPENDED);
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "ExecutionSuspended");
    run.answer();
    run.raise("Go", "1").raise("Go", "2");
    assertThat(run.turnOffered()).isFalse();

    run.send(RESUME);
    assertThat(run.state().life().status()).isEqualTo(Status.RUNNING);
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "ExecutionResumed", "EventRaised", "EventRaised");
  }

  @Test
  void shouldWriteNothingForARepeatedSuspendOrResume() {
    run.start("Wait", null).answer();
    run.send(RESUME);
    assertThat(run.reply()).isInstanceOf(Reply.Accepted.class);
    run.send(SUSPEND);
    int written = run.log().size();
    run.send(SUSPEND);
    assertThat(run.reply()).isInstanceOf(Reply.Accepted.class);
    run.send(RESUME).send(RESUME);
    assertThat(run.log()).hasSize(written + 2);
    run.answer();
    assertThat(run.kinds()).containsOnlyOnce("ExecutionSuspended", "ExecutionResumed");
  }

  @Test
  void shouldTellNoSuspensionOfBeforeTheFirstTurn() {
    run.start("Wait", null).send(SUSPEND);
    Effect.DispatchTurn first = run.turn();
    run.raise("Go", null).send(RESUME);
    assertThat(run.state().life().status()).isEqualTo(Status.PENDING);
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "ExecutionStarted", "EventRaised");
    run.answer(first, null, null);
    assertThat(CodeHarness.kinds(run.turn().fresh())).containsExactly("TurnStarted", "EventRaised");
  }

  @Test
  void shouldDeliverATimerAtResumeWhenItIsLate() {
    run.start("Sleep", null).answer(timer(0, run.now().plusSeconds(8)));
    run.send(SUSPEND).answer();
    run.advance(Duration.ofSeconds(11));
    assertThat(run.turnOffered()).isFalse();
    run.send(RESUME);
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "ExecutionResumed", "TimerFired");
  }

  @Test
  void shouldTerminateWithoutAWorker() {
    run.start("Parent", null).answer(task(0, "a"), child(1, "", "Child"));
    Effect.DispatchTask task = run.task(0);
    run.send(TERMINATE);
    assertThat(run.state().life().status()).isEqualTo(Status.TERMINATED);
    assertThat(run.state().life().output()).isEqualTo("\"bye\"");
    assertThat(run.kinds()).endsWith("TurnStarted", "ExecutionTerminated", "ExecutionCompleted");
    assertThat(run.code().history().getLast().eventId()).isEqualTo(CodeEvent.NO_ID);
    assertThat(run.sent().getLast())
        .isEqualTo(
            new Command.TerminateCode(
                new InstanceKey("shop", "abc:0001"), null, true, CodeHarness.KEY));
    assertThat(run.tasks()).isZero();
    run.done(task, "late", null);
    assertThat(run.ignored()).isTrue();
    run.send(TERMINATE);
    assertThat(run.reply()).isInstanceOf(Reply.Accepted.class);
  }

  @Test
  void shouldTerminateSuspendedAndDelayedInstances() {
    run.start("Wait", null).answer().send(SUSPEND).raise("Go", null).send(TERMINATE);
    assertThat(run.state().life().status()).isEqualTo(Status.TERMINATED);

    CodeHarness delayed = new CodeHarness();
    delayed.start(at(delayed.now().plusSeconds(7)), null).send(TERMINATE);
    assertThat(delayed.state().life().status()).isEqualTo(Status.TERMINATED);
    assertThat(delayed.timers()).isEmpty();
  }

  private static CodeStart at(Instant time) {
    return new CodeStart(
        "Later", null, null, time, null, Map.of(), "shop", null, CodeStart.Conflict.REPLACE_ENDED);
  }

  @Test
  void shouldNotStartBeforeItsTimeWhateverArrives() {
    run.start(at(run.now().plusSeconds(7)), null).raise("Go", "1");
    assertThat(run.turnOffered()).isFalse();
    assertThat(run.state().life().status()).isEqualTo(Status.PENDING);
    run.advance(Duration.ofSeconds(7));
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly("TurnStarted", "ExecutionStarted", "EventRaised");
  }

  @Test
  void shouldRefuseAnActiveIdAndReplaceAnEndedOne() {
    run.start("A", "1");
    run.start("A", "2");
    assertThat(run.reply())
        .isEqualTo(
            Reply.Rejected.of(
                Reason.ALREADY_EXISTS, "an active workflow with ID 'abc' already exists"));
    run.answer(task(0, "a"));
    Effect.DispatchTask old = run.task(0);
    run.send(TERMINATE);
    run.start("B", "3").answer(task(0, "a"));
    assertThat(run.code().started().name()).isEqualTo("B");
    assertThat(run.state().life().eventCount()).isEqualTo(run.log().size());
    run.done(old, "late", null);
    assertThat(run.ignored()).isTrue();
    assertThat(run.code().inbox()).isEmpty();
  }

  @Test
  void shouldKeepTheIdUniqueWhenAsked() {
    run.start("A", null).answer(complete(0, null));
    run.start(policy(CodeStart.Conflict.REFUSE), null);
    assertThat(run.reply())
        .isEqualTo(
            Reply.Rejected.of(
                Reason.ALREADY_EXISTS,
                "a workflow with ID 'abc' already exists and the create enforces instance ID uniqueness"));
  }

  @Test
  void shouldReturnOrTerminateTheExistingOneWhenAsked() {
    run.start("A", "1");
    String execution = run.state().life().executionUid();
    run.start(policy(CodeStart.Conflict.RETURN_EXISTING), null);
    assertThat(run.state().life().executionUid()).isEqualTo(execution);
    run.start(policy(CodeStart.Conflict.TERMINATE_EXISTING), null);
    assertThat(run.state().life().executionUid()).isNotEqualTo(execution);
    assertThat(run.code().started().name()).isEqualTo("P");
  }

  private static CodeStart policy(CodeStart.Conflict conflict) {
    return new CodeStart("P", null, null, null, null, Map.of(), "shop", null, conflict);
  }

  @Test
  void shouldPurgeWhatHasEndedAndTheRestByForce() {
    run.start("A", null).send(new Command.PurgeInstance(CodeHarness.KEY, false));
    assertThat(run.reply())
        .isEqualTo(Reply.Rejected.of(Reason.INVALID_STATE, "orchestration has not yet completed"));
    run.send(new Command.PurgeInstance(CodeHarness.KEY, true));
    assertThat(run.exists()).isFalse();
    run.start("A", null).answer(complete(0, null));
    run.send(new Command.PurgeInstance(CodeHarness.KEY, false));
    assertThat(run.exists()).isFalse();
  }

  @Test
  void shouldStayWhenItRanAgainSinceTheEndThatItsPurgeIsAbout() {
    run.start("A", null).answer(complete(0, null));
    Instant end = run.state().life().endedAt();
    run.send(new Command.PurgeInstance(CodeHarness.KEY, false, end.minusMillis(1)));
    assertThat(run.exists()).isTrue();
    run.send(new Command.PurgeInstance(CodeHarness.KEY, false, end));
    assertThat(run.exists()).isFalse();
  }

  @Test
  void shouldStallOnPatchesThatDoNotFitAndRecover() {
    run.start("P", null);
    CodeVersion old = new CodeVersion(List.of("p1", "p1"), null);
    run.answer(run.turn(), null, old, task(0, "a"));
    run.done(0, "1");
    run.answer(run.turn(), null, new CodeVersion(List.of("x"), null), task(1, "b"));
    assertThat(run.code().stalled()).isTrue();
    assertThat(run.code().history().getLast())
        .isInstanceOfSatisfying(
            CodeEvent.ExecutionStalled.class,
            stalled ->
                assertThat(stalled.description())
                    .isEqualTo("Patch mismatch. History patches: [p1], current patches: [x]. "));
    run.raise("Go", null);
    assertThat(run.reply())
        .isEqualTo(Reply.Rejected.of(Reason.INVALID_STATE, "workflow is stalled"));
    assertThat(run.turn().stalled()).isTrue();

    run.answer(run.turn(), null, new CodeVersion(List.of("x"), null), task(1, "b"));
    assertThat(run.kinds()).containsOnlyOnce("ExecutionStalled");
    run.answer(run.turn(), null, new CodeVersion(List.of("p1", "p2"), null), task(1, "b"));
    assertThat(run.code().stalled()).isFalse();
    assertThat(run.kinds()).endsWith("TurnStarted", "TaskCompleted", "TaskScheduled");
    assertThat(
            run.code().history().stream()
                .filter(CodeEvent.TurnStarted.class::isInstance)
                .map(event -> ((CodeEvent.TurnStarted) event).version()))
        .endsWith(new CodeVersion(List.of("p2"), null));
  }

  @Test
  void shouldStallWhenTheVersionIsNotAvailable() {
    run.start("V", null);
    run.answer(run.turn(), null, new CodeVersion(List.of(), "v1"), task(0, "a"));
    run.done(0, "1");
    run.answer(new CodeAction.VersionNotAvailable(0, null));
    assertThat(run.code().progress().stall())
        .extracting(CodeEvent.ExecutionStalled::description)
        .isEqualTo("Version not available: v1");
    run.answer(new CodeAction.Complete(1, null, CodeOutcome.STALLED, null, null, null, List.of()));
    assertThat(run.code().stalled()).isTrue();
    assertThat(run.recover())
        .singleElement()
        .isInstanceOfSatisfying(
            Effect.DispatchTurn.class, turn -> assertThat(turn.stalled()).isFalse());
  }

  @Test
  void shouldHandOutOpenWorkAgainAfterARestart() {
    run.start("R", null).answer(task(0, "a"), task(1, "b")).done(0, "1");
    List<Effect> again = run.recover();
    assertThat(again.getFirst()).isInstanceOf(Effect.DispatchTurn.class);
    assertThat(again.subList(1, 2)).containsExactly(run.task(1));
  }

  @Test
  void shouldRunAgainFromAnEvent() {
    run.start("Seq", "1").answer(task(0, "a")).done(0, "r0").answer(task(1, "b")).done(1, "r1");
    run.answer(complete(2, "end"));
    CodeForks.Result result =
        CodeForks.fork(run.code(), new CodeForks.Wish(1, "new", true, "other", null));
    assertThat(result).isInstanceOf(CodeForks.Result.Forked.class);

    CodeHarness fork = new CodeHarness();
    fork.send(
        new Command.StartForkedInstance(
            CodeHarness.KEY,
            1,
            ((CodeForks.Result.Forked) result).seed(),
            new Command.Origin("", "dapr", false)));
    assertThat(fork.state().life().status()).isEqualTo(Status.RUNNING);
    assertThat(fork.tasks()).isEqualTo(1);
    assertThat(fork.task(1).task().input()).isEqualTo("other");
    assertThat(fork.task(1).task().rerunOf()).isEqualTo("abc");
    assertThat(fork.kinds())
        .containsExactly(
            "TurnStarted",
            "ExecutionStarted",
            "TaskScheduled",
            "TurnStarted",
            "TaskCompleted",
            "TaskScheduled");
    fork.done(1, "again").answer(complete(2, "end 2"));
    assertThat(fork.state().life().output()).isEqualTo("end 2");
  }

  @Test
  void shouldSayWhyAnEventCannotBeRunAgain() {
    run.start("Seq", "1").answer(task(0, "a"), timer(1, run.now())).done(0, "1");
    run.answer(complete(2, "end"));
    assertThat(fork(9))
        .isEqualTo(new CodeForks.Result.NotFound("does not have history event with ID '9'"));
    assertThat(fork(2))
        .isEqualTo(
            new CodeForks.Result.NotFound(
                "target event '*protos.HistoryEvent_ExecutionCompleted' with ID '2' is not an event that can be rerun"));
    assertThat(CodeForks.fork(run.code(), new CodeForks.Wish(1, "n", true, "x", null)))
        .isEqualTo(new CodeForks.Result.Refused("cannot write input to timer event '1'"));
  }

  private CodeForks.Result fork(int event) {
    return CodeForks.fork(run.code(), new CodeForks.Wish(event, "n", false, null, null));
  }

  @Test
  void shouldKeepASuspensionThroughANewRun() {
    run.start("Loop", "0");
    Effect.DispatchTurn out = run.turn();
    run.answer(out, null, null);
    run.raise("e", "1");
    Effect.DispatchTurn second = run.turn();
    run.send(SUSPEND);
    run.answer(second, null, null, again(0, "1"));
    assertThat(run.state().life().status()).isEqualTo(Status.SUSPENDED);
    run.send(RESUME);
    assertThat(CodeHarness.kinds(run.turn().fresh()))
        .containsExactly(
            "TurnStarted", "ExecutionStarted", "ExecutionSuspended", "ExecutionResumed");
  }
}
