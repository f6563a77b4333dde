package dev.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged server as a process of its own. */
final class ServerProcess implements AutoCloseable {

  private static final Pattern PORT =
      Pattern.compile("ready on http://[^ ]*:(\\d+), gRPC port (\\d+)");
  private static final long STOP_SECONDS = 30;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Process process;
  private final Ports ports;
  private final double readyMillis;

  /** Where it listens. */
  private record Ports(int http, int grpc) {}

  private ServerProcess(Process process, Ports ports, double readyMillis) {
    this.process = process;
    this.ports = ports;
    this.readyMillis = readyMillis;
  }

  /** Starts it and returns once it says that it is ready. */
  static ServerProcess start(Installation installation, Path dataDir) throws IOException {
    long begin = System.nanoTime();
    // It says on its log, which is standard error, that it is ready.
    Process process = installation.serve(dataDir).redirectErrorStream(true).start();
    try {
      Ports ports = ports(process);
      try (HttpConnection connection = new HttpConnection(ports.http())) {
        connection.send(HttpConnection.request("GET", "/readyz", null));
      }
      return new ServerProcess(process, ports, (System.nanoTime() - begin) / NANOS_PER_MILLI);
    } catch (IOException e) {
      process.destroy();
      throw e;
    }
  }

  private static Ports ports(Process process) throws IOException {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher found = PORT.matcher(line);
      if (found.find()) {
        return new Ports(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)));
      }
    }
    throw new IOException("expected the server to start, found that it ended");
  }

  int port() {
    return ports.http();
  }

  int grpcPort() {
    return ports.grpc();
  }

  /** From the start of the process to the first answer that it is ready. */
  double readyMillis() {
    return readyMillis;
  }

  ProcessStatus status() {
    return ProcessStatus.of(process.toHandle());
  }

  /** As a crash of the process: no signal is handled. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Stops it as an operator would, and waits. */
  @Override
  public void close() {
    process.destroy();
    try {
      process.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException late) {
      kill();
    }
  }
}
