package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** From the start of the launcher to the first answer, and the memory and CPU of doing nothing. */
record StartupBenchmark(String name, String summary) implements Benchmark {

  private static final int IDLE_MILLIS = 5_000;

  @Override
  public void run(Settings settings, Consumer<Result> results)
      throws IOException, InterruptedException {
    Installation installation = Installation.of(settings);
    for (boolean cache : new boolean[] {true, false}) {
      installation.cache(cache);
      String variant = cache ? "AOT cache" : "no cache";
      results.accept(measure(settings, installation, variant));
    }
    installation.cache(true);
  }

  private Result measure(Settings settings, Installation installation, String variant)
      throws IOException, InterruptedException {
    Path data = settings.work().resolve("data");
    // Not counted: it makes the cache and the file.
    ServerProcess.start(installation, data).close();
    int starts = 2 * settings.rounds() + 1;
    List<Double> ready = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      try (ServerProcess server = ServerProcess.start(installation, data)) {
        ready.add(server.readyMillis());
      }
    }
    ready.sort(Double::compare);
    Result result = new Result(name, variant, 0, Map.of());
    result =
        result
            .with("ready_ms", ready.get(starts / 2))
            .with("ready_min_ms", ready.getFirst())
            .with("ready_max_ms", ready.getLast());
    try (ServerProcess server = ServerProcess.start(installation, data)) {
      long cpu = server.status().cpuMillis();
      Thread.sleep(IDLE_MILLIS);
      return result
          .with("idle_rss_mb", server.status().rss())
          .with("start_cpu_ms", cpu)
          .with("idle_cpu_ms_per_s", (server.status().cpuMillis() - cpu) * 1000.0 / IDLE_MILLIS);
    }
  }
}
