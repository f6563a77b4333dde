package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.NodeRun;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Flows nested at random: they always end, leave nothing behind, and a crash changes nothing. */
class BodyPropertyTest {

  private static final int FLOWS = 200;
  private static final int DEPTH_MAX = 4;
  private static final Duration LONG = Duration.ofDays(1);

  /** Draws one flow: chains of nodes, some of which have chains as bodies. */
  private static final class Draw {
    private final Random random;
    private final Flow flow = new Flow();
    private int nodes;

    Draw(long seed) {
      random = new Random(seed);
    }

    Flow flow() {
      chain(0);
      return flow;
    }

    /** The first node of a chain. */
    private String chain(int depth) {
      String first = "";
      String before = "";
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        String id = node(depth);
        if (before.isEmpty()) {
          first = id;
        } else {
          flow.edge(before, id);
        }
        before = id;
      }
      return first;
    }

    private String node(int depth) {
      String id = "n" + nodes++;
      int kind = random.nextInt(depth == 0 ? 5 : depth < DEPTH_MAX ? 12 : 7) + (depth == 0 ? 7 : 0);
      switch (kind) {
        case 0, 1 -> flow.node(id, "show", "value", "{{item}}");
        case 2, 3 -> flow.node(id, "script", "code", "1", "up", random.nextInt(6) > 0);
        case 4 -> flow.node(id, "interval", "interval", random.nextInt(9) + 1L);
        case 5 -> flow.node(id, random.nextInt(3) == 0 ? "throw" : "show");
        case 6 -> flow.node(id, random.nextInt(3) == 0 ? "leave" : "show");
        case 7 -> {
          flow.node(id, "choice", "when", random.nextBoolean() ? "true" : "false");
          flow.body(id, "true", chain(depth + 1)).body(id, "false", chain(depth + 1));
        }
        case 8 -> {
          String exit = List.of("stop", "continue", "break").get(random.nextInt(3));
          flow.node(id, "each", "items", List.of(1L, 2L, 3L), "exit", exit);
          flow.body(id, "each", chain(depth + 1));
        }
        case 9 -> {
          flow.node(id, "spread", "items", List.of("a", "b"));
          flow.body(id, "each", chain(depth + 1));
        }
        case 10 -> {
          String mode = List.of("all", "any", "race", "allSettled").get(random.nextInt(4));
          flow.node(id, "branches", "mode", mode);
          flow.body(id, "0", chain(depth + 1)).body(id, "1", chain(depth + 1));
        }
        default -> {
          flow.node(id, "rescue");
          flow.body(id, "run", chain(depth + 1)).body(id, "undo", chain(depth + 1));
        }
      }
      return id;
    }
  }

  private static EngineHarness harness(long seed) {
    return new Draw(seed)
        .flow()
        .harness()
        .activity(
            "script",
            parameters -> {
              if (!Boolean.TRUE.equals(parameters.get("up"))) {
                throw new ActivityFailure("http.503", "down");
              }
              return 1L;
            });
  }

  private static void requireEnded(EngineHarness run, long seed) {
    assertThat(run.state().life().status().terminal()).as("flow %d ended", seed).isTrue();
    assertThat(run.state().graph().scopes()).as("scopes of flow %d", seed).isEmpty();
    assertThat(run.state().openRuns()).as("open runs of flow %d", seed).isEmpty();
    assertThat(run.timers()).as("timers of flow %d", seed).isEmpty();
  }

  private static List<String> runs(EngineHarness run) {
    List<String> runs = new ArrayList<>();
    for (NodeRun one : run.state().graph().runs().values()) {
      runs.add(one.place() + " " + one.result());
    }
    return runs;
  }

  @Test
  void shouldAlwaysEndAndLeaveNothing() {
    for (long seed = 0; seed < FLOWS; seed++) {
      requireEnded(harness(seed).start(null).advance(LONG), seed);
    }
  }

  @Test
  void shouldEndTheSameAfterACrash() {
    for (long seed = 0; seed < FLOWS; seed++) {
      EngineHarness whole = harness(seed).start(null).advance(LONG);
      int crash = 1 + new Random(seed).nextInt(whole.decisions());
      EngineHarness run = harness(seed).crashAfter(crash).start(null).advance(LONG);
      assertThat(runs(run)).as("flow %d, crash after %d", seed, crash).isEqualTo(runs(whole));
    }
  }

  @Test
  void shouldEndAlsoWhenItIsSuspendedAgainAndAgain() {
    for (long seed = 0; seed < FLOWS; seed++) {
      EngineHarness run = harness(seed).start(null);
      for (int i = 0; i < 30 && !run.state().life().status().terminal(); i++) {
        run.send(new Command.SuspendInstance(run.key())).advance(Duration.ofSeconds(2));
        run.send(new Command.ResumeInstance(run.key())).settle().advance(Duration.ofSeconds(1));
      }
      requireEnded(run.advance(LONG), seed);
    }
  }
}
