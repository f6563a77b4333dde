package dev.millrace.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What crash runs do with the packaged server besides asking it: quick starts, kills, checks. */
public final class CrashServers {

  private static final long PREPARE_SECONDS = 120;
  private static final long VERIFY_SECONDS = 300;
  private static final int NOT_ENDED = -1;

  /** Of the restarts: killed again before it is ready. */
  private static final double WHILE_STARTING = 0.15;

  private static final int STARTING_MILLIS = 700;

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

  /**
   * Kills a server that should run and starts it again, sometimes after a start that is killed too.
   * Returns whether it was.
   */
  public static boolean killAndRestart(
      TestServer server, Random random, Collection<String> findings) {
    if (!server.process().isAlive()) {
      findings.add("the server ended by itself");
    }
    server.kill();
    boolean whileStarting = random.nextDouble() < WHILE_STARTING;
    if (whileStarting) {
      server.spawn();
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(STARTING_MILLIS)).toNanos());
      server.kill();
    }
    server.restart();
    return whileStarting;
  }

  /**
   * Verifies what a stopped server has left and looks through its log; its data and log are kept
   * when something was found.
   */
  public static void checkAndClose(TestServer server, Path scratch, Collection<String> findings) {
    findings.addAll(troubles(server));
    Ended verified = verify(server.dataDirectory(), scratch);
    if (verified.code() != 0) {
      findings.add("verify ended with %d: %s".formatted(verified.code(), verified.output()));
    }
    if (findings.isEmpty()) {
      server.close();
    } else {
      System.out.println("the data and the server's log are left in " + server.abandon());
    }
  }

  /** What a server logged that no crash may cause, a finding each. */
  static List<String> troubles(TestServer server) {
    return server
        .log()
        .lines()
        .filter(line -> line.contains(" SEVERE ") || line.contains("Exception"))
        .map(line -> "in the server's log: " + line)
        .toList();
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
