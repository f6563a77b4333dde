package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.script;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoHangTest {

  private static String all(String... tasks) {
    return String.join(",", tasks);
  }

  private static Status status(EngineHarness run) {
    return run.state().life().status();
  }

  @Test
  void shouldEndARaceOfNobody() {
    assertThat(status(tasks(task("g", "event-gateway", "", "")).start(null)))
        .isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldRefuseARaceAsTheRoundOfALoop() {
    assertThatThrownBy(() ->
            tasks(
                all(
                    task(
                        "g",
                        "event-gateway",
                        "",
                        to("a") + ",'loopHandler':{'loopType':'for','times':2}"),
                    transform("a", "1", ""))))
        .hasMessageContaining("expected no loopHandler at an event-gateway");
  }

  @Test
  void shouldEndARaceWhoseMembersWereSkipped() {
    EngineHarness run =
        tasks(all(task("g", "event-gateway", "", to("a")), transform("a", "1", "'isIgnore':true")))
            .start(null);

    assertThat(status(run)).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldEndARaceThatAnInnerRaceWins() {
    EngineHarness run =
        tasks(
                all(
                    task("g", "event-gateway", "", to("h", "c")),
                    task("h", "event-gateway", "", to("a")),
                    task("c", "callback", "", ""),
                    transform("a", "1", to("e")),
                    transform("e", "2", "")))
            .start(null);

    assertThat(status(run)).isEqualTo(Status.COMPLETED);
    assertThat(run.words("c")).containsExactly("stopped");
    assertThat(run.words("e")).containsExactly("done");
  }

  @Test
  void shouldStopTheLoopThatLosesARace() {
    EngineHarness run =
        tasks(
                all(
                    task("g", "event-gateway", "", to("l", "c")),
                    script("l", "'loopHandler':{'loopType':'for','times':2}"),
                    task("c", "callback", "", "")))
            .start(null);
    run.send(callback(run));

    assertThat(status(run)).isEqualTo(Status.COMPLETED);
  }

  @Test
  void shouldStopTheMembersOfARaceThatTimesOut() {
    EngineHarness run =
        tasks(
                all(
                    task(
                        "g",
                        "event-gateway",
                        "",
                        "'timeout':1,'connections':['c',{'to':'e','on':'timeout'}]"),
                    task("c", "callback", "", ""),
                    transform("e", "2", "")))
            .start(null)
            .advance(Duration.ofSeconds(2));

    assertThat(run.words("c")).containsExactly("stopped");
    assertThat(status(run)).isEqualTo(Status.COMPLETED);
  }

  private static Command callback(EngineHarness run) {
    return new Command.CompleteCallback(
        run.key(), run.state().life().executionUid(), "c", Map.of("x", 1L));
  }

  @Test
  void shouldKeepACallbackUntilTheInstanceGoesOn() {
    EngineHarness run = tasks(task("c", "callback", "", "")).start(null);
    run.send(new Command.SuspendInstance(run.key()));
    run.send(callback(run));
    assertThat(run.reply()).isEqualTo(Reply.OK);
    assertThat(run.words("c")).containsExactly("started");

    run.send(callback(run));
    assertThat(run.reply()).isInstanceOf(Reply.Rejected.class);

    run.send(new Command.ResumeInstance(run.key()));
    assertThat(status(run)).isEqualTo(Status.COMPLETED);
    assertThat(run.output("c")).isEqualTo(Map.of("x", 1L));
  }

  @Test
  void shouldCallBackTheRunOfAnIndex() {
    EngineHarness run =
        tasks(
                task(
                    "c",
                    "callback",
                    "",
                    "'loopHandler':{'loopType':'for','times':2,'concurrency':2}"))
            .start(null);
    String execution = run.state().life().executionUid();
    run.send(new Command.CompleteCallback(run.key(), execution, "c", "second", 1));
    run.send(new Command.CompleteCallback(run.key(), execution, "c", "first", null));

    assertThat(run.state().life().output()).isEqualTo(List.of("first", "second"));
  }

  @Test
  void shouldStopAChildThatIsWaitedForTooLong() {
    EngineHarness run =
        tasks(
                all(
                    task(
                        "s",
                        "sub-workflow",
                        "'child_workflow_id':{'value':'proc-child001'},"
                            + "'whenParentComplete':{'value':'continue'}",
                        "'timeout':1,'connections':[{'to':'e','on':'timeout'}]"),
                    transform("e", "2", "")))
            .start(null)
            .advance(Duration.ofSeconds(2));

    assertThat(status(run)).isEqualTo(Status.COMPLETED);
    assertThat(run.sent())
        .last()
        .isInstanceOfSatisfying(
            Effect.SendToInstance.class,
            sent -> assertThat(sent.command()).isInstanceOf(Command.TerminateInstance.class));
  }

  @Test
  void shouldResolveAnIncidentWithOtherParameters() {
    EngineHarness run =
        tasks(script("s", "'errorHandler':{'operation':'incident'}"))
            .activity(
                "script",
                parameters -> {
                  if (String.valueOf(parameters.get("code")).equals("return 1")) {
                    throw new ActivityFailure("script.Error", "old code");
                  }
                  return parameters.get("code");
                })
            .start(null);
    assertThat(run.state().incident()).isTrue();

    run.send(
        new Command.RerunInstance(
            run.key(), "", Map.of(), Map.of("s", Map.of("code", "return \"fixed\""))));
    run.settle();

    assertThat(run.output("s")).isEqualTo("return \"fixed\"");
  }

  private static EngineHarness undo(String handler) {
    return tasks(
            all(
                transform("a", "1", to("b") + ",'compensate':'u'"),
                task(
                    "b",
                    "throw",
                    "'type':{'value':'abort'}",
                    "'errorHandler':{'operation':'compensate'}"),
                transform("u", "$vars.fixed ? 1 : $error(\\\"u\\\")", handler)))
        .start(null);
  }

  @Test
  void shouldRaiseAnIncidentWhenAnUndoFails() {
    EngineHarness run = undo("");
    assertThat(status(run)).isEqualTo(Status.RUNNING);
    assertThat(run.state().incident()).isTrue();

    run.send(new Command.RerunInstance(run.key(), "", Map.of("fixed", true), Map.of()));

    assertThat(status(run)).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("abort");
    assertThat(run.words("u")).containsExactly("done");
  }

  @Test
  void shouldGoOnUndoingAfterAnIgnoredFailure() {
    EngineHarness run = undo("'errorHandler':{'operation':'ignore'}");

    assertThat(status(run)).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("abort");
    assertThat(run.words("u")).containsExactly("failed");
  }

  @Test
  void shouldNameTheCauseOfADeepFailureOnce() {
    EngineHarness run =
        tasks(task("s", "sub-workflow", "'child_workflow_id':{'value':'proc-child001'}", ""))
            .start(null);
    Effect.StartChild child = (Effect.StartChild) run.sent().getFirst();
    Map<String, Object> cause = Map.of("type", "abort", "message", "deep");
    Map<String, Object> middle =
        Map.of("type", "abort", "message", "child instance 3 ended failed: deep", "detail", cause);
    run.send(
        new Command.ChildEnded(
            run.key(), 1, child.parent().runId(), child.key(), Status.FAILED, middle, ""));

    assertThat(run.state().life().failure())
        .extracting("message")
        .isEqualTo("child instance " + child.key() + " ended failed: deep");
  }
}
