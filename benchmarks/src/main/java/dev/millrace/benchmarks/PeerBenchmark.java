package dev.millrace.benchmarks;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Workflow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * DBOS Transact on PostgreSQL with five durable steps that do nothing, called in its own process:
 * the durable workflow library that comes closest to an engine in the caller's process.
 */
record PeerBenchmark(String name, String summary) implements Benchmark {

  private static final String VARIANT = "DBOS";

  /** What the peer runs. Public, as the peer makes a proxy of it. */
  public interface Five {
    /** Five steps, one after another. */
    int five(int amount);
  }

  /** The peer's way to write the process. */
  static final class FiveSteps implements Five {
    private final DBOS dbos;

    FiveSteps(DBOS dbos) {
      this.dbos = dbos;
    }

    @Override
    @Workflow(name = "five")
    public int five(int amount) {
      int value = amount;
      for (String step : List.of("one", "two", "three", "four", "five")) {
        int before = value;
        value = dbos.runStep(() -> before + 1, step);
      }
      return value;
    }
  }

  @Override
  public void run(Settings settings, Consumer<Result> results) throws IOException {
    Optional<Path> programs = Postgres.programs();
    if (programs.isEmpty()) {
      results.accept(
          Result.remark(
              name,
              VARIANT,
              "PostgreSQL is not installed (apt install postgresql); no ratios in this run"));
      return;
    }
    try (Postgres postgres = Postgres.start(programs.get(), settings.work())) {
      DBOSConfig config =
          DBOSConfig.defaults("bench")
              .withDatabaseUrl(postgres.url())
              .withDbUser(postgres.user())
              .withDbPassword("");
      try (DBOS dbos = new DBOS(config)) {
        Five workflow = dbos.registerProxy(Five.class, new FiveSteps(dbos));
        dbos.launch();
        measure(settings, workflow, postgres, results);
      }
    }
  }

  private void measure(
      Settings settings, Five workflow, Postgres postgres, Consumer<Result> results) {
    Callable<Integer> operation = () -> workflow.five(1);
    BlockingLoop loop =
        new BlockingLoop(Collections.nCopies(settings.levels().getLast(), operation));
    loop.run(settings.levels().getLast(), settings.warmUp());
    ProcessStatus own = ProcessStatus.own();
    Rounds rounds =
        new Rounds(settings, name, VARIANT, loop::run, () -> counted(own, postgres), own);
    for (int level : settings.levels()) {
      results.accept(rounds.level(level));
    }
  }

  private static Map<String, Long> counted(ProcessStatus own, Postgres postgres) {
    try {
      return Map.of(Result.CPU, own.cpuMillis() + postgres.cpuMillis());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
