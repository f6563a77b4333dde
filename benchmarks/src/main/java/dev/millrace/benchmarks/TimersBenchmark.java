package dev.millrace.benchmarks;

import dev.millrace.engine.InstanceState;
import dev.millrace.store.sqlite.SqliteStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Many timers due at the same moment: how late the last of them is. */
record TimersBenchmark(String name, String summary) implements Benchmark {

  private static final int STARTS_AT_ONCE = 256;

  /** What starting may take, in milliseconds: some, and so much for each. */
  private static final int START_MILLIS = 5_000;

  private static final int START_EACH_MILLIS = 1;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MEDIAN = 0.5;
  private static final double TAIL = 0.99;
  private static final double MILLIS_PER_SECOND = 1000;

  @Override
  public void run(Settings settings, Consumer<Result> results) throws Exception {
    int count = settings.timers();
    try (EngineUnderTest engine =
        new EngineUnderTest(SqliteStore.open(settings.work().resolve("data")))) {
      String process = engine.define(Processes.timed());
      Instant due = Instant.now().plusMillis(START_MILLIS + (long) START_EACH_MILLIS * count);
      Map<String, Object> input = Map.of("until", due.toEpochMilli());
      Semaphore places = new Semaphore(STARTS_AT_ONCE);
      Latencies late = new Latencies();
      CompletableFuture<?>[] ends = new CompletableFuture<?>[count];
      for (int i = 0; i < count; i++) {
        places.acquire();
        ends[i] =
            engine
                .start(process, input)
                .whenComplete((key, thrown) -> places.release())
                .thenCompose(engine::whenEnded)
                .thenAccept(state -> took(late, due, state));
      }
      places.acquire(STARTS_AT_ONCE);
      boolean early = Instant.now().isBefore(due);
      CompletableFuture.allOf(ends).join();
      Latencies sorted = Latencies.merged(List.of(late));
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("late_p50_ms", sorted.millis(MEDIAN));
      figures.put("late_p99_ms", sorted.millis(TAIL));
      figures.put("late_max_ms", sorted.millis(1));
      figures.put(Result.PER_SECOND, count * MILLIS_PER_SECOND / sorted.millis(1));
      figures.put(Result.RSS, ProcessStatus.own().rss());
      if (!early) {
        figures.put(Result.NOTE, "starting took longer than until they were due");
      }
      results.accept(new Result(name, EngineBenchmark.SQLITE, count, figures));
    }
  }

  /** Takes the moment at which the end is durable and known, not the one written in the state. */
  private static void took(Latencies late, Instant due, InstanceState ended) {
    long nanos = (long) ((System.currentTimeMillis() - due.toEpochMilli()) * NANOS_PER_MILLI);
    synchronized (late) {
      late.add(ended.life().endedAt() == null ? 0 : nanos);
    }
  }
}
