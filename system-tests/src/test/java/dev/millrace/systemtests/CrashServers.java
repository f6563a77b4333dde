package dev.millrace.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a crash run does with the packaged server besides serving: a quick start, verifying. */
public final class CrashServers {

  private static final long PREPARE_SECONDS = 120;
  private static final long VERIFY_SECONDS = 300;
  private static final int NOT_ENDED = -1;

  private CrashServers() {}

  /** The end of a command. */
  public record Ended(int code, String output) {}

  /**
   * Options of a Java that is started many times. Classes loaded in a run of the demo are kept,
   * which makes a start about twice as fast; when that fails the start is only slower.
   */
  public static List<String> quickStart(Path scratch) {
    List<String> options =
        new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
    Path cache = scratch.resolve("start.aot");
    List<String> training = new ArrayList<>(options);
    training.add("-XX:AOTCacheOutput=" + cache);
    run(
        PREPARE_SECONDS,
        scratch,
        TestServer.command(
            training,
            "demo",
            "--once",
            "--http-port",
            "0",
            "--data-dir",
            scratch.resolve("demo").toString()));
    if (Files.isRegularFile(cache)) {
      options.add("-XX:AOTCache=" + cache);
      options.add("-Xlog:disable");
    }
    return List.copyOf(options);
  }

  /** Runs {@code millrace verify} over a data directory that nobody serves. */
  public static Ended verify(Path dataDirectory, Path scratch) {
    return run(
        VERIFY_SECONDS, scratch, TestServer.command(List.of(), "verify", dataDirectory.toString()));
  }

  private static Ended run(long seconds, Path scratch, ProcessBuilder command) {
    try {
      Path output = Files.createTempFile(scratch, "command-", ".log");
      Process process = command.redirectOutput(output.toFile()).start();
      int code = NOT_ENDED;
      if (process.waitFor(seconds, TimeUnit.SECONDS)) {
        code = process.exitValue();
      } else {
        process.destroyForcibly().waitFor();
      }
      return new Ended(code, Files.readString(output, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
