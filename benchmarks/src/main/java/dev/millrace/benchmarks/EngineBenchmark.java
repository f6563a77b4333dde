package dev.millrace.benchmarks;

import dev.millrace.store.Store;
import dev.millrace.store.memory.MemoryStore;
import dev.millrace.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One process through the engine API in this process, over one store, at all levels.
 *
 * @param store {@code sqlite} or {@code memory}
 * @param mostInFlight higher levels are left out
 * @param startOnly whether the start ends the measured time, not the completion
 */
record EngineBenchmark(
    String name,
    String summary,
    String store,
    Map<String, Object> process,
    int mostInFlight,
    boolean startOnly)
    implements Benchmark {

  static final String SQLITE = "sqlite";
  static final String MEMORY = "memory";

  private static final ProcessStatus STATUS = ProcessStatus.own();

  @Override
  public void run(Settings settings, Consumer<Result> results) throws IOException {
    Path directory = settings.work().resolve(name + "-" + store);
    List<Result> measured = new ArrayList<>();
    long instances;
    try (EngineUnderTest engine = new EngineUnderTest(open(directory))) {
      String process = engine.define(process());
      ClosedLoop loop = new ClosedLoop(() -> operation(engine, process));
      loop.run(Math.min(settings.levels().getLast(), mostInFlight), settings.warmUp());
      Rounds rounds = new Rounds(settings, name, store, loop::run, () -> counted(engine), STATUS);
      for (int level : settings.levels()) {
        if (level <= mostInFlight) {
          measured.add(rounds.level(level));
        }
      }
      instances = engine.counters().started();
    }
    // Closed, so that the log is in the file.
    long bytes = store.equals(SQLITE) ? DiskSize.of(directory) / instances : 0;
    measured.forEach(
        result -> results.accept(bytes == 0 ? result : result.with(Result.BYTES, bytes)));
  }

  private CompletableFuture<?> operation(EngineUnderTest engine, String process) {
    return startOnly
        ? engine.start(process, Processes.INPUT)
        : engine.complete(process, Processes.INPUT);
  }

  private static Map<String, Long> counted(EngineUnderTest engine) {
    return Map.of(Result.CPU, STATUS.cpuMillis(), "commits_each", engine.counters().commits());
  }

  private Store open(Path directory) {
    return switch (store) {
      case SQLITE -> SqliteStore.open(directory);
      case MEMORY -> new MemoryStore();
      default -> throw new IllegalArgumentException("expected sqlite or memory, found " + store);
    };
  }
}
