package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.process;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Forks, joins and loops nested at random, in which each piece of work fails in turn once: run
 * again, the instance ends as the one in which nothing failed, and nothing that was done is done
 * again, but for rounds of bodies that were stopped on their way. A failure names the seed and the
 * document; {@link #draw} makes it again.
 */
class RerunPropertyTest {
  private static final int FLOWS = 20;
  private static final int DEPTH_MAX = 3;
  private static final int TASKS_MAX = 16;
  private static final Duration LONG = Duration.ofDays(1);

  /** What a script is asked with: it names itself and the rounds around it. */
  private static final String WORK = "work";

  /**
   * A drawn process.
   *
   * @param inBodies the tasks that lie in bodies of loops
   */
  private record Drawn(long seed, String document, Set<String> inBodies) {}

  private static Drawn draw(long seed) {
    Draw draw = new Draw(new Random(seed));
    return new Drawn(seed, draw.document(), draw.inBodies);
  }

  /** Draws blocks with one way in and one way out. */
  private static final class Draw {
    private final Random random;
    private final List<String> tasks = new ArrayList<>();
    private final Set<String> inBodies = new LinkedHashSet<>();
    private int bodies;
    private int drawn;

    private record Block(String entry, String exit) {}

    /** A task that is connected once it is known what follows. */
    private record Open(String id, String template, String parameters, String more) {}

    private final List<Open> open = new ArrayList<>();

    Draw(Random random) {
      this.random = random;
    }

    String document() {
      Block body = chain(0, "");
      close(body.exit());
      String siblings = random.nextInt(3) == 0 ? "finish" : "stop";
      return "{'name':'p','extension':{'siblingsOnError':'"
          + siblings
          + "'},'startTaskInstId':'"
          + body.entry()
          + "','tasks':["
          + String.join(",", tasks)
          + "]}";
    }

    /** Leaves a task without a successor. */
    private void close(String id) {
      connect(id, "");
    }

    private void connect(String id, String next) {
      Open task =
          open.stream().filter(candidate -> candidate.id().equals(id)).findFirst().orElseThrow();
      open.remove(task);
      String edges = next.isEmpty() ? "" : to(next.split(",", -1));
      String both =
          edges.isEmpty() || task.more().isEmpty()
              ? edges + task.more()
              : edges + "," + task.more();
      tasks.add(task(task.id(), task.template(), task.parameters(), both));
    }

    private String add(String template, String parameters, String more) {
      String id = next();
      open.add(new Open(id, template, parameters, more));
      return id;
    }

    private String next() {
      String id = "t" + drawn++;
      if (bodies > 0) {
        inBodies.add(id);
      }
      return id;
    }

    private Block chain(int depth, String rounds) {
      Block first = block(depth, rounds);
      String exit = first.exit();
      for (int more = random.nextInt(3); more > 0 && drawn < TASKS_MAX; more--) {
        Block next = block(depth, rounds);
        connect(exit, next.entry());
        exit = next.exit();
      }
      return new Block(first.entry(), exit);
    }

    private Block block(int depth, String rounds) {
      boolean leaf = depth >= DEPTH_MAX || drawn >= TASKS_MAX;
      return switch (random.nextInt(leaf ? 4 : 9)) {
        case 0 -> pure();
        case 1, 2 -> work(rounds, "", "");
        case 3 -> work(rounds, "/{{item}}", items(random.nextInt(4)));
        case 4, 5 -> loop(depth + 1, rounds);
        default -> fork(depth + 1, rounds);
      };
    }

    /** A task that is computed at once. */
    private Block pure() {
      String id = "t" + drawn;
      String expression =
          "($input.fails = \\\"%s\\\" and $not($exists($vars.again))) ? $error(\\\"no\\\") : \\\"%s\\\""
              .formatted(id, id);
      return single(add("transform", "'expression':{'value':'" + expression + "'}", ""));
    }

    private Block work(String rounds, String round, String loop) {
      String id = "t" + drawn;
      return single(
          add(
              "script",
              "'code':{'value':'1'},'" + WORK + "':{'value':'" + id + rounds + round + "'}",
              loop));
    }

    private static Block single(String id) {
      return new Block(id, id);
    }

    private String items(int concurrency) {
      String values = random.nextBoolean() ? "'a','b','c'" : "'d','e'";
      return "'loopHandler':{'loopType':'forEach','items':["
          + values
          + "],'concurrency':"
          + concurrency
          + "}";
    }

    private Block loop(int depth, String rounds) {
      String id = next();
      bodies++;
      Block body = chain(depth, rounds + "/{{" + id + ".item}}");
      close(body.exit());
      bodies--;
      open.add(
          new Open(
              id, "loop", "'body':{'value':'" + body.entry() + "'}", items(random.nextInt(3))));
      return single(id);
    }

    private Block fork(int depth, String rounds) {
      String fork = add("parallel", "", "");
      String merge = List.of("keyed", "array").get(random.nextInt(2));
      String strict = random.nextBoolean() ? "true" : "false";
      String join =
          add(
              "aggregation",
              "",
              "'join':{'policy':'all','strict':" + strict + ",'merge':'" + merge + "'}");
      List<String> entries = new ArrayList<>();
      for (int branches = 2 + random.nextInt(2); branches > 0; branches--) {
        Block branch = chain(depth, rounds);
        entries.add(branch.entry());
        connect(branch.exit(), join);
      }
      connect(fork, String.join(",", entries));
      return new Block(fork, join);
    }
  }

  /** What was asked of scripts, and which of it fails the first time. */
  private static final class Work {
    private final Set<String> asked = new LinkedHashSet<>();
    private final String failing;
    private boolean failed;

    Work(String failing) {
      this.failing = failing;
    }

    Object answer(Map<String, ?> parameters) {
      String name = String.valueOf(parameters.get(WORK));
      asked.add(name);
      if (name.equals(failing) && !failed) {
        failed = true;
        throw new ActivityFailure("io", "down");
      }
      return "did " + name;
    }
  }

  private static EngineHarness run(String document, String failingTask, Work work) {
    return process(document)
        .activity("script", work::answer)
        .start(Map.of("fails", failingTask))
        .advance(LONG);
  }

  /** The runs of some tasks that are done, in no order: after a rerun they end in another one. */
  private static List<String> done(EngineHarness run, Predicate<String> tasks) {
    return run.state().graph().runs().values().stream()
        .filter(one -> one.result() != null && one.result().status() == RunStatus.DONE)
        .filter(one -> tasks.test(one.place().nodeId()))
        .map(RerunPropertyTest::shown)
        .sorted()
        .toList();
  }

  private static String shown(NodeRun run) {
    Object output = run.result() == null ? null : run.result().output();
    return run.place().nodeId() + " round " + run.place().loopIndex() + " gave " + sorted(output);
  }

  /** What a join keys by task stands in the order of arrival, which means nothing. */
  private static @Nullable Object sorted(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> byName = new TreeMap<>();
        map.forEach((name, member) -> byName.put(String.valueOf(name), sorted(member)));
        yield byName;
      }
      case List<?> list -> list.stream().map(RerunPropertyTest::sorted).toList();
      case null, default -> value;
    };
  }

  private static void requireTheSameEnd(
      EngineHarness run, EngineHarness unhurt, Drawn drawn, String failing) {
    String what =
        "seed %d, %s failed at first in %s: ".formatted(drawn.seed, failing, drawn.document);
    assertThat(run.state().life().status()).as(what + "it fails").isEqualTo(Status.FAILED);
    run.send(new Command.RerunInstance(run.key(), "", Map.of("again", true), Map.of()))
        .settle()
        .advance(LONG);
    assertThat(run.state().life().status()).as(what + "the end").isEqualTo(Status.COMPLETED);
    assertThat(run.state().life().output())
        .as(what + "the output")
        .isEqualTo(unhurt.state().life().output());
    Predicate<String> inBodies = drawn.inBodies::contains;
    assertThat(done(run, inBodies.negate()))
        .as(what + "what is done outside bodies")
        .isEqualTo(done(unhurt, inBodies.negate()));
    // A round that was stopped on its way is run again as a whole.
    assertThat(new TreeSet<>(done(run, inBodies)))
        .as(what + "what is done in bodies")
        .isEqualTo(new TreeSet<>(done(unhurt, inBodies)));
    assertThat(run.timers()).as(what + "timers").isEmpty();
    assertThat(run.state().openRuns()).as(what + "open runs").isEmpty();
  }

  @Test
  void shouldEndAsIfNothingHadFailed() {
    int failures = 0;
    for (long seed = 0; seed < FLOWS; seed++) {
      Drawn drawn = draw(seed);
      String document = drawn.document;
      Work unfailing = new Work("");
      EngineHarness unhurt = run(document, "", unfailing);
      assertThat(unhurt.state().life().status())
          .as("seed %d: %s", seed, document)
          .isEqualTo(Status.COMPLETED);
      Set<String> pure = new LinkedHashSet<>();
      for (NodeRun one : unhurt.state().graph().runs().values()) {
        if (document.contains("'instId':'" + one.place().nodeId() + "'")
            && document.contains("$input.fails = \\\"" + one.place().nodeId() + "\\\"")) {
          pure.add(one.place().nodeId());
        }
      }
      for (String task : pure) {
        requireTheSameEnd(run(document, task, new Work("")), unhurt, drawn, task);
      }
      for (String work : unfailing.asked) {
        requireTheSameEnd(run(document, "", new Work(work)), unhurt, drawn, work);
      }
      failures += pure.size() + unfailing.asked.size();
    }
    assertThat(failures).as("pieces of work that failed").isGreaterThan(FLOWS);
  }
}
