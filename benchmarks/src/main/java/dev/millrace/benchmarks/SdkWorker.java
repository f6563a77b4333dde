package dev.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program with a published Dapr SDK, which works for a server, as a process of its own. */
final class SdkWorker implements AutoCloseable {

  private static final Path SYSTEM_TESTS = Path.of("system-tests");
  private static final int LANGUAGE_MISSING = 3;
  private static final String READY = "{\"ready\"";

  private final Process process;

  private SdkWorker(Process process) {
    this.process = process;
  }

  /**
   * Makes the program of an SDK ready to run; the tests of the SDKs use the same.
   *
   * @return false when its language is not on this machine
   */
  static boolean install(Path home, String sdk) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve(SYSTEM_TESTS).resolve("sdk/install").toString(), sdk);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process install = builder.redirectErrorStream(true).start();
    String said = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = install.waitFor();
    if (code != 0 && code != LANGUAGE_MISSING) {
      throw new IOException("expected sdk/install %s to end well, found: %s".formatted(sdk, said));
    }
    return code == 0;
  }

  /** Starts the program and returns once its worker has been started. */
  static SdkWorker start(Path home, String sdk, int grpcPort) throws IOException {
    Path directory = home.resolve(SYSTEM_TESTS).resolve("target/sdk").resolve(sdk);
    ProcessBuilder builder = new ProcessBuilder(command(sdk, directory));
    builder.directory(directory.toFile());
    builder.environment().putAll(Map.of("DAPR_GRPC_PORT", Integer.toString(grpcPort)));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(READY)) {
        // What the SDK logs is read away, or it would wait for a reader.
        Thread.ofVirtual().start(() -> lines.lines().forEach(ignored -> {}));
        return new SdkWorker(process);
      }
    }
    process.destroy();
    throw new IOException("expected the worker with the %s SDK to start".formatted(sdk));
  }

  private static List<String> command(String sdk, Path directory) {
    if (!sdk.equals("java")) {
      return List.of(directory.resolve("program").toString());
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", "build/classes:lib/*", "dev.millrace.sdkprogram.Program"));
    return command;
  }

  ProcessStatus status() {
    return ProcessStatus.of(process.toHandle());
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
