package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Workflows of five calculations through NocoBase's workflow API and the packaged server: executed
 * and answered when they have ended, triggered without waiting, and started by records. What does
 * not wait is measured to the end of the last execution.
 */
record NocobaseBenchmark(String name, String summary) implements Benchmark {

  private static final int NODES = 5;
  private static final String COLLECTION = "orders";
  private static final int CREATED = 1;
  private static final int LOOK_MILLIS = 20;
  private static final Map<String, Object> RECORD = Map.of("n", 4);
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public void run(Settings settings, Consumer<Result> results) throws Exception {
    Path data = settings.work().resolve("data");
    try (ServerProcess server = ServerProcess.start(Installation.of(settings), data)) {
      NocobaseCalls calls = new NocobaseCalls(server.port());
      Measured measured = new Measured(settings, server, calls, results);
      long sync = calls.workflow("custom-action", true, Map.of("type", 0), NODES);
      levels(
          measured,
          "execute, sync",
          new Shape(
              "/api/workflows:execute?filterByTk=" + sync,
              Map.of("data", RECORD),
              "\"status\":1",
              null));
      long async = calls.workflow("custom-action", false, Map.of("type", 0), NODES);
      levels(
          measured,
          "trigger, async",
          new Shape(
              "/api/workflows:trigger?triggerWorkflows=" + calls.key(async), RECORD, "{}", async));
      calls.collection(COLLECTION);
      long started =
          calls.workflow(
              "collection", false, Map.of("collection", COLLECTION, "mode", CREATED), NODES);
      levels(
          measured,
          "record, async",
          new Shape("/api/" + COLLECTION + ":create", RECORD, "\"id\":", started));
    }
  }

  /**
   * A request that starts an execution.
   *
   * @param expected part of its answer
   * @param workflow whose executions are waited for; null when the answer comes at the end
   */
  private record Shape(
      String path, Map<String, Object> body, String expected, @Nullable Long workflow) {}

  /** What all shapes share. */
  private record Measured(
      Settings settings, ServerProcess server, NocobaseCalls calls, Consumer<Result> results) {}

  private void levels(Measured measured, String variant, Shape shape) {
    Rounds.Load load = (inFlight, time) -> run(measured, shape, inFlight, time);
    ProcessStatus status = measured.server.status();
    load.run(measured.settings.levels().getLast(), measured.settings.warmUp());
    Rounds rounds =
        new Rounds(
            measured.settings,
            name,
            variant,
            load,
            () ->
                Map.of(
                    Result.CPU,
                    status.cpuMillis(),
                    "client_cpu_ms",
                    ProcessStatus.own().cpuMillis()),
            status);
    for (int level : measured.settings.levels()) {
      measured.results.accept(rounds.level(level));
    }
  }

  private static Sample run(Measured measured, Shape shape, int inFlight, Duration time) {
    try (HttpClients clients = new HttpClients(measured.server.port(), inFlight)) {
      long before = shape.workflow == null ? 0 : measured.calls.ended(shape.workflow);
      long begin = System.nanoTime();
      byte[] request = HttpConnection.request("POST", shape.path, shape.body);
      Sample sample =
          new BlockingLoop(clients.repeating(request, shape.expected)).run(inFlight, time);
      if (shape.workflow == null) {
        return sample;
      }
      while (measured.calls.ended(shape.workflow) < before + sample.latencies().count()) {
        Thread.sleep(LOOK_MILLIS);
      }
      return new Sample(sample.latencies(), (System.nanoTime() - begin) / NANOS_PER_SECOND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while executions were under way", e);
    }
  }
}
