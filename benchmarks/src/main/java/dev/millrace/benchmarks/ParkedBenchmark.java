package dev.millrace.benchmarks;

import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Many instances that wait for a call: what they cost, and what a restart after a kill does. */
record ParkedBenchmark(String name, String summary) implements Benchmark {

  private static final int CLIENTS = 64;
  private static final int WOKEN_MAX = 10_000;
  private static final int IDLE_MILLIS = 5_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MILLIS_PER_SECOND = 1000;

  @Override
  public void run(Settings settings, Consumer<Result> results)
      throws IOException, InterruptedException {
    Path data = settings.work().resolve("data");
    Installation installation = Installation.of(settings);
    Queue<String> parked = new ConcurrentLinkedQueue<>();
    Result result = new Result(name, "callback", settings.parked(), Map.of());
    ServerProcess first = ServerProcess.start(installation, data);
    try (HttpClients clients = new HttpClients(first.port(), CLIENTS)) {
      String process = clients.define(Processes.waiting());
      byte[] request = HttpConnection.request("POST", "/api/process/" + process, Processes.INPUT);
      double millis =
          each(
              clients,
              settings.parked(),
              connection -> parked.add(HttpClients.id(Json.parse(connection.send(request)))));
      result =
          result
              .with(Result.PER_SECOND, settings.parked() * MILLIS_PER_SECOND / millis)
              .with("rss_loaded_mb", first.status().rss());
    } finally {
      // Closed in order once, so that the log is in the file and its size can be read.
      first.close();
    }
    result = result.with(Result.BYTES, DiskSize.of(data) / settings.parked());
    ServerProcess.start(installation, data).kill();
    results.accept(restarted(result, installation, data, new ArrayList<>(parked)));
  }

  private static Result restarted(
      Result before, Installation installation, Path data, List<String> parked)
      throws IOException, InterruptedException {
    Result result = before;
    try (ServerProcess server = ServerProcess.start(installation, data)) {
      result = firstAnswers(result, server, parked.getLast());
      long cpu = server.status().cpuMillis();
      Thread.sleep(IDLE_MILLIS);
      double idle = server.status().cpuMillis() - cpu;
      int woken = Math.min(WOKEN_MAX, parked.size() - 1);
      Queue<String> next = new ConcurrentLinkedQueue<>(parked.subList(0, woken));
      result =
          result
              .with("idle_cpu_ms_per_s", idle * MILLIS_PER_SECOND / IDLE_MILLIS)
              .with("rss_restarted_mb", server.status().rss());
      try (HttpClients clients = new HttpClients(server.port(), CLIENTS)) {
        double millis = each(clients, woken, connection -> wake(connection, next.remove()));
        return result
            .with("woken", woken)
            .with("wake_all_s", millis / MILLIS_PER_SECOND)
            .with(Result.RSS_PEAK, server.status().rssPeak());
      }
    }
  }

  private static Result firstAnswers(Result before, ServerProcess server, String id)
      throws IOException {
    try (HttpClients clients = new HttpClients(server.port(), 1)) {
      Result result = before.with("restart_ready_ms", server.readyMillis());
      long begin = System.nanoTime();
      clients.first().json("GET", "/api/processInst/" + id, null);
      result = result.with("first_answer_ms", millisSince(begin));
      begin = System.nanoTime();
      wake(clients.first(), id);
      return result.with("first_wake_ms", millisSince(begin));
    }
  }

  @FunctionalInterface
  private interface Call {
    void on(HttpConnection connection) throws IOException;
  }

  /** Makes a call a number of times on all connections; answers the milliseconds it took. */
  private static double each(HttpClients clients, int times, Call call) {
    AtomicInteger left = new AtomicInteger(times);
    List<Callable<byte[]>> operations = new ArrayList<>();
    for (HttpConnection connection : clients.all()) {
      operations.add(() -> {
        while (left.getAndDecrement() > 0) {
          call.on(connection);
        }
        return new byte[0];
      });
    }
    long begin = System.nanoTime();
    new BlockingLoop(operations).once();
    return millisSince(begin);
  }

  private static void wake(HttpConnection connection, String id) throws IOException {
    connection.send(HttpConnection.request("POST", "/callback/" + id + "/call", "done"));
  }

  private static double millisSince(long begin) {
    return (System.nanoTime() - begin) / NANOS_PER_MILLI;
  }
}
