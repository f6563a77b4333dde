package dev.millrace.systemtests.dapr;

import dev.millrace.systemtests.Json;
import dev.millrace.systemtests.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * A running program of one SDK: a worker, and a client that plays scenarios one after the other.
 * Used by one thread.
 */
public final class SdkProgram implements AutoCloseable {

  private static final long READY_SECONDS = 60;
  private static final long SCENARIO_SECONDS = 90;
  private static final long EXIT_SECONDS = 5;
  private static final int PRINTED_LOG = 6_000;
  private static final List<String> OWN_LINES =
      List.of("{\"ready\"", "{\"scenario\"", "{\"result\"", "{\"error\"");

  private final Process process;
  private final Writer input;
  private final Path log;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private SdkProgram(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    Thread.ofVirtual().start(this::readLines);
  }

  /**
   * Starts a program against the server and waits until its worker has been started.
   *
   * @param journal where the activity Step writes a line each time it has run
   */
  static SdkProgram start(Sdk sdk, TestServer server, Path journal) {
    return start(sdk, server, journal, Map.of());
  }

  /** Starts a program that finds these variables in its environment too. */
  public static SdkProgram start(
      Sdk sdk, TestServer server, Path journal, Map<String, String> environment) {
    sdk.install();
    try {
      Path log = Files.createTempFile("millrace-sdk-", ".log");
      ProcessBuilder builder = new ProcessBuilder(sdk.command());
      builder.directory(sdk.directory().toFile());
      builder.environment().put("DAPR_GRPC_PORT", Integer.toString(server.grpcPort()));
      builder.environment().put("DAPR_HTTP_PORT", Integer.toString(server.httpPort()));
      builder.environment().put("MILLRACE_JOURNAL", journal.toString());
      builder.environment().putAll(environment);
      builder.redirectError(log.toFile());
      SdkProgram program = new SdkProgram(builder.start(), log);
      program.next("ready", READY_SECONDS);
      return program;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SDKs log to standard output too: only lines of the program's own form count. */
  private void readLines() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (OWN_LINES.stream().anyMatch(line::startsWith)) {
          lines.add(line);
        }
      }
    } catch (IOException closed) {
      // The process has ended; whoever waits for a line finds that out by its time limit.
    }
  }

  private JsonNode next(String what, long seconds) {
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      while (System.nanoTime() < deadline) {
        String line = lines.poll(1, TimeUnit.SECONDS);
        if (line != null) {
          return Json.parse(line);
        }
        if (!process.isAlive() && lines.isEmpty()) {
          throw new AssertionError(
              what + ": the program ended with " + process.exitValue() + "\n" + log());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    throw new AssertionError(what + ": no answer in " + seconds + " s; the program said\n" + log());
  }

  /** Plays a scenario and returns what the program saw; fails with the program's error. */
  public JsonNode play(String scenario) {
    try {
      input.write(scenario + "\n");
      input.flush();
    } catch (IOException e) {
      throw new AssertionError("the program is gone:\n" + log(), e);
    }
    JsonNode line = next(scenario, SCENARIO_SECONDS);
    if (!scenario.equals(line.path("scenario").asString(""))) {
      throw new AssertionError("expected the result of " + scenario + ", found " + line);
    }
    if (line.has("error")) {
      throw new AssertionError(scenario + ": " + line.path("error").asString("") + "\n" + log());
    }
    return line.path("result");
  }

  /** Whether the program runs; it ends by itself only when something is wrong. */
  boolean alive() {
    return process.isAlive();
  }

  /** Ends the program at once, as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  private String log() {
    try {
      String text = Files.readString(log, StandardCharsets.UTF_8);
      return text.length() > PRINTED_LOG ? text.substring(text.length() - PRINTED_LOG) : text;
    } catch (IOException e) {
      return "log not readable: " + e;
    }
  }

  private void awaitExit() {
    try {
      if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroy();
    awaitExit();
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
