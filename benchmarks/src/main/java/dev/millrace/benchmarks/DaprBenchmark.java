package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Workflows on a real worker of one of Dapr's SDKs: chains of five activities, fan-outs of a
 * hundred, many that wait for an event, and starts alone.
 *
 * @param sdk the SDK of the worker, as {@code sdk/install} calls it
 */
record DaprBenchmark(String name, String summary, String sdk) implements Benchmark {

  private static final String CHAIN = "Chain";
  private static final String WAITING = "WaitEvent";
  private static final String EVENT = "Go";
  private static final String WIDTH = "100";

  /** Instances of a hundred activities are large; more of them at once says nothing new. */
  private static final int FEW = 16;

  private static final int AT_ONCE = 64;
  private static final int FEW_WAITING = 100;
  private static final int WOKEN_MAX = 10_000;
  private static final int IDLE_MILLIS = 5_000;
  private static final double MILLIS_PER_SECOND = 1000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final String WORKER_CPU = "worker_cpu_ms";

  @Override
  public void run(Settings settings, Consumer<Result> results) throws Exception {
    if (!SdkWorker.install(settings.home(), sdk)) {
      results.accept(Result.remark(name, sdk, "left out: the language is not on this machine"));
      return;
    }
    Path data = settings.work().resolve("data");
    try (ServerProcess server = ServerProcess.start(Installation.of(settings), data);
        SdkWorker worker = SdkWorker.start(settings.home(), sdk, server.grpcPort());
        HubCalls hub = new HubCalls(server.grpcPort())) {
      Shapes shapes = new Shapes(settings, server, worker, hub, new AtomicLong());
      Rounds.Load chains = shapes.load("c", id -> hub.run(CHAIN, id, "1"));
      chains.run(AT_ONCE, settings.warmUp());
      levels(shapes, "chain of 5, " + sdk, chains, Integer.MAX_VALUE, results);
      levels(
          shapes,
          "fan-out of 100, " + sdk,
          shapes.load("f", id -> hub.run("FanOut", id, WIDTH)),
          FEW,
          results);
      results.accept(waiting(shapes, chains));
      levels(
          shapes,
          "start alone",
          shapes.load("s", id -> hub.startLater(CHAIN, id, "1")),
          Integer.MAX_VALUE,
          results);
    }
  }

  private void levels(
      Shapes shapes, String variant, Rounds.Load load, int most, Consumer<Result> results) {
    ProcessStatus status = shapes.server.status();
    Rounds rounds = new Rounds(shapes.settings, name, variant, load, shapes::counted, status);
    for (int level : shapes.settings.levels()) {
      if (level <= most) {
        results.accept(rounds.level(level));
      }
    }
  }

  /** Many that wait for an event, what they do to others meanwhile, and waking them. */
  private Result waiting(Shapes shapes, Rounds.Load chains) throws InterruptedException {
    HubCalls hub = shapes.hub;
    Duration round = shapes.settings.round();
    int all = shapes.settings.parked();
    times(0, FEW_WAITING, n -> hub.start(WAITING, "w" + n, "1"));
    Sample few = chains.run(1, round);
    double seconds = times(FEW_WAITING, all, n -> hub.start(WAITING, "w" + n, "1"));
    Sample many = chains.run(1, round);
    long cpu = shapes.server.status().cpuMillis();
    Thread.sleep(IDLE_MILLIS);
    double idle = shapes.server.status().cpuMillis() - cpu;
    long rss = shapes.server.status().rss();
    int woken = Math.min(WOKEN_MAX, all);
    double waking =
        times(
            0,
            woken,
            n -> {
              CompletableFuture<String> end = hub.completed("w" + n);
              return hub.raise("w" + n, EVENT).thenCompose(raised -> end);
            });
    return new Result(name, "waiting, " + sdk, AT_ONCE, Map.of())
        .with("waiting", all)
        .with(Result.PER_SECOND, (all - FEW_WAITING) / seconds)
        .with("chain_p50_ms_100_waiting", few.p50())
        .with("chain_p50_ms_all_waiting", many.p50())
        .with("idle_cpu_ms_per_s", idle * MILLIS_PER_SECOND / IDLE_MILLIS)
        .with("woken_per_s", woken / waking)
        .with(Result.RSS, rss);
  }

  /** Makes calls, some at once, for each number of a range; answers the seconds it took. */
  private static double times(int from, int to, LongFunction<CompletableFuture<?>> call)
      throws InterruptedException {
    Semaphore places = new Semaphore(AT_ONCE);
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    long begin = System.nanoTime();
    for (long n = from; n < to && failed.get() == null; n++) {
      places.acquire();
      var _ =
          call.apply(n)
              .whenComplete((answer, failure) -> {
                failed.compareAndSet(null, failure);
                places.release();
              });
    }
    places.acquire(AT_ONCE);
    Throwable failure = failed.get();
    if (failure != null) {
      throw new IllegalStateException("a call failed: " + failure, failure);
    }
    return (System.nanoTime() - begin) / NANOS_PER_SECOND;
  }

  /** What all shapes share. */
  private record Shapes(
      Settings settings, ServerProcess server, SdkWorker worker, HubCalls hub, AtomicLong ids) {

    /** A load of calls, each with an id of its own. */
    Rounds.Load load(
        String prefix, java.util.function.Function<String, CompletableFuture<?>> call) {
      return new ClosedLoop(() -> call.apply(prefix + ids.incrementAndGet()))::run;
    }

    Map<String, Long> counted() {
      return Map.of(
          Result.CPU,
          server.status().cpuMillis(),
          WORKER_CPU,
          worker.status().cpuMillis(),
          "client_cpu_ms",
          ProcessStatus.own().cpuMillis());
    }
  }
}
