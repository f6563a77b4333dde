package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Five steps through HTTP against the packaged server, answered when they are completed. */
record HttpBenchmark(String name, String summary, String engine) implements Benchmark {

  @Override
  public void run(Settings settings, Consumer<Result> results) throws Exception {
    Path data = settings.work().resolve("data");
    List<Result> measured = new ArrayList<>();
    AtomicLong instances = new AtomicLong();
    try (ServerProcess server = ServerProcess.start(Installation.of(settings), data)) {
      byte[] request = request(server);
      Rounds.Load load =
          (inFlight, time) -> {
            Sample sample = run(server, request, inFlight, time);
            instances.addAndGet(sample.latencies().count());
            return sample;
          };
      load.run(settings.levels().getLast(), settings.warmUp());
      ProcessStatus status = server.status();
      Rounds rounds = new Rounds(settings, name, engine, load, () -> counted(status), status);
      for (int level : settings.levels()) {
        measured.add(rounds.level(level));
      }
    }
    long bytes = DiskSize.of(data) / instances.get();
    measured.forEach(result -> results.accept(result.with(Result.BYTES, bytes)));
  }

  private byte[] request(ServerProcess server) throws IOException {
    try (HttpClients clients = new HttpClients(server.port(), 1)) {
      String process = clients.define(Processes.five(engine));
      return HttpConnection.request(
          "POST", "/api/process/" + process + "?wait=60", Processes.INPUT);
    }
  }

  /** Connects anew each time: the server closes connections that another level left idle. */
  private static Sample run(ServerProcess server, byte[] request, int inFlight, Duration time) {
    try (HttpClients clients = new HttpClients(server.port(), inFlight)) {
      return new BlockingLoop(clients.repeating(request, "\"completed\"")).run(inFlight, time);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Long> counted(ProcessStatus server) {
    return Map.of(Result.CPU, server.cpuMillis(), "client_cpu_ms", ProcessStatus.own().cpuMillis());
  }
}
