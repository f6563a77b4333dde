package dev.millrace.format.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.testkit.EngineHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Workflows drawn at random: they end, leave nothing behind, and a crash changes nothing. */
class CrashPropertyTest {

  private static final int FLOWS = 200;
  private static final int ROUNDS_MAX = 400;
  private static final Duration STEP = Duration.ofSeconds(2);

  /** Runs a workflow to its end; what the users answer follows from where they are asked. */
  private static EngineHarness drive(EngineHarness run) {
    Map<String, Object> context = new LinkedHashMap<>();
    context.put("data", 5L);
    run.start(context);
    for (int i = 0; i < ROUNDS_MAX && !run.state().life().status().terminal(); i++) {
      run.advance(STEP);
      answer(run);
    }
    return run;
  }

  private static void answer(EngineHarness run) {
    for (NodeRun one : run.state().openRuns()) {
      if (one.waitsFor() instanceof Wait.ForPeople people) {
        HumanTask task =
            people.tasks().values().stream()
                .filter(candidate -> candidate.state().open())
                .findFirst()
                .orElseThrow();
        boolean asked = task.state() == HumanTask.State.ALLOCATED;
        int draw =
            new Random((one.place().nodeId() + one.place().index() + task.user()).hashCode())
                .nextInt(4);
        String action = draw == 0 && asked ? "later" : draw == 1 ? "no" : "ok";
        run.send(
                new Command.ActOnHumanTask(
                    run.key(),
                    task.id(),
                    task.user(),
                    Map.of("result", Map.of("f", Map.of("x", 1L), "_", action))))
            .settle();
        return;
      }
    }
  }

  private static List<String> jobs(EngineHarness run) {
    List<String> jobs = new ArrayList<>();
    for (NodeRun one : run.state().graph().runs().values()) {
      NodeRun.Result result = one.result();
      jobs.add(
          "%s %s %s %s"
              .formatted(
                  one.place(),
                  result == null ? null : result.status(),
                  result == null ? null : result.output(),
                  notes(one)));
    }
    jobs.add(Flow.jobs(run) + " " + Flow.status(run));
    return jobs;
  }

  private static @Nullable Object notes(NodeRun run) {
    return run.notes() == null ? null : run.notes();
  }

  private static void requireEnded(EngineHarness run, long seed) {
    assertThat(run.state().life().status().terminal()).as("seed %d ended", seed).isTrue();
    assertThat(run.state().graph().scopes()).as("scopes, seed %d", seed).isEmpty();
    assertThat(run.state().openRuns()).as("open runs, seed %d", seed).isEmpty();
    assertThat(run.timers()).as("timers, seed %d", seed).isEmpty();
  }

  @Test
  void shouldAlwaysEndAndLeaveNothing() {
    for (long seed = 0; seed < FLOWS; seed++) {
      requireEnded(drive(DrawnFlow.of(seed).harness()), seed);
    }
  }

  @Test
  void shouldEndTheSameAfterACrash() {
    for (long seed = 0; seed < FLOWS; seed++) {
      EngineHarness whole = drive(DrawnFlow.of(seed).harness());
      int crash = 1 + new Random(seed).nextInt(whole.decisions());
      EngineHarness run = drive(DrawnFlow.of(seed).harness().crashAfter(crash));
      assertThat(jobs(run)).as("seed %d, crash after %d", seed, crash).isEqualTo(jobs(whole));
    }
  }

  @Test
  void shouldEndAlsoWhenItIsSuspendedOrStartedAgain() {
    for (long seed = 0; seed < FLOWS; seed++) {
      EngineHarness run = DrawnFlow.of(seed).harness();
      Random random = new Random(seed);
      run.start(Map.of());
      for (int i = 0; i < 5 && !run.state().life().status().terminal(); i++) {
        if (random.nextBoolean()) {
          run.send(new Command.SuspendInstance(run.key())).advance(STEP);
          run.send(new Command.ResumeInstance(run.key())).settle();
        } else {
          List<NodeRun> runs = List.copyOf(run.state().graph().runs().values());
          String from =
              random.nextBoolean() ? "" : runs.get(random.nextInt(runs.size())).place().nodeId();
          run.send(new Command.RestartInstance(run.key(), from, random.nextBoolean())).settle();
        }
        run.advance(STEP);
        answer(run);
      }
      for (int i = 0; i < ROUNDS_MAX && !run.state().life().status().terminal(); i++) {
        run.advance(STEP);
        answer(run);
      }
      requireEnded(run, seed);
    }
  }
}
