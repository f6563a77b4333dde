package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.script;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Status;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Commands that come twice or too late. */
class StaleAndRepeatedTest {

  private static final String TWO_SIGNALS =
      task("s", "signal", "'name':{'value':'paid'}", to("t"))
          + ","
          + task("t", "signal", "'name':{'value':'paid'}", "");

  @Test
  void shouldIgnoreARepeatOfAnEventThatWasDelivered() {
    EngineHarness run = tasks(TWO_SIGNALS).start(null);
    Command event = new Command.RaiseEvent(run.key(), "paid", "", null, "event-1", -1);

    run.send(event).send(event);

    assertThat(run.words("s")).containsExactly("done");
    assertThat(run.words("t")).containsExactly("started");
  }

  @Test
  void shouldIgnoreARepeatOfAKeptEventThatWasTaken() {
    EngineHarness run =
        tasks(task("i", "interval", "'interval':{'value':5}", to("s")) + "," + TWO_SIGNALS)
            .start(null);
    Command event = new Command.RaiseEvent(run.key(), "paid", "", null, "event-1", -1);
    run.send(event).advance(Duration.ofSeconds(5));
    assertThat(run.words("s")).containsExactly("done");

    run.send(event);

    assertThat(run.words("t")).containsExactly("started");
  }

  @Test
  void shouldKeepTheNewerTimerWhenAStaleOneOfItsNameFires() {
    EngineHarness run =
        tasks(script("a", "'errorHandler':{'operation':'retry','retry':{'count':3,'interval':10}}"))
            .activity(
                "script",
                parameters -> {
                  throw new ActivityFailure("http.503", "down");
                })
            .start(null);
    Map.Entry<String, Instant> first = run.timers().entrySet().iterator().next();
    run.advance(Duration.ofSeconds(10));
    Map<String, Instant> second = run.timers();

    run.send(new Command.FireTimer(run.key(), 1, first.getKey(), first.getValue()));

    assertThat(second).containsKey(first.getKey());
    assertThat(run.timers()).isEqualTo(second);
  }

  @Test
  void shouldStillTimeOutAJoinWhoseTimeCameWhileItWasSuspended() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    task("a", "parallel", "", to("b", "c")),
                    transform("b", "1", to("j")),
                    task("c", "callback", "", to("j")),
                    task("j", "aggregation", "", "'join':{'policy':'all','timeout':5}," + to("d")),
                    transform("d", "1", "")))
            .start(null);

    run.send(new Command.SuspendInstance(run.key())).advance(Duration.ofSeconds(9));
    run.send(new Command.ResumeInstance(run.key())).advance(Duration.ofSeconds(1));

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.failureType()).isEqualTo("timeout");
  }

  private static String joinWithTimeout(String last) {
    return String.join(
        ",",
        task("a", "parallel", "", to("b", "c")),
        transform("b", "1", to("j")),
        last,
        task("j", "aggregation", "", "'join':{'policy':'all','timeout':5}," + to("d")),
        transform("d", "1", ""));
  }

  @Test
  void shouldLeaveNoTimerOfAJoinBehind() {
    EngineHarness run = tasks(joinWithTimeout(task("c", "callback", "", to("j")))).start(null);
    assertThat(run.timers()).hasSize(1);

    run.send(new Command.TerminateInstance(run.key(), EndReason.PERSON, "enough"));

    assertThat(run.timers()).isEmpty();
  }

  @Test
  void shouldGiveAWaitingJoinItsTimeAgainInARerun() {
    EngineHarness run = tasks(joinWithTimeout(script("c", to("j")))).start(null);
    Effect.DispatchActivity attempt = run.inFlight().getFirst();
    run.forget(attempt);
    run.send(
        new Command.FailActivity(
            run.key(), attempt.token(), Failure.of("script.Error", "boom"), 0));
    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.timers()).isEmpty();

    run.send(new Command.RerunInstance(run.key(), "", Map.of(), Map.of()));
    assertThat(run.timers()).hasSize(1);
    run.advance(Duration.ofSeconds(5));

    assertThat(run.failureType()).isEqualTo("timeout");
  }

  @Test
  void shouldStartNothingForwardWhileItUndoes() {
    EngineHarness run =
        tasks(
                String.join(
                    ",",
                    script("x", "'compensate':'undo'," + to("a")),
                    task("a", "parallel", "", to("b", "c")),
                    transform("b", "1", to("j")),
                    task(
                        "c",
                        "callback",
                        "",
                        "'timeout':5,'errorHandler':{'operation':'compensate'}," + to("j")),
                    task("j", "aggregation", "'relation':{'value':'all'}", to("d")),
                    transform("d", "1", ""),
                    script("undo", "")))
            .start(null);
    Effect.DispatchActivity forward = run.inFlight().getFirst();
    run.forget(forward);
    run.send(new Command.CompleteActivity(run.key(), forward.token(), "x"));
    run.advance(Duration.ofSeconds(5));

    assertThat(run.inFlight()).hasSize(1);
    assertThat(run.words("undo")).containsExactly("started");
    assertThat(run.runs("d")).isEmpty();
  }
}
