package dev.millrace.systemtests.dapr;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The published SDKs that the tests run programs with, each installed from its lock file by {@code
 * sdk/install}. Safe for all threads.
 */
public enum Sdk {
  PYTHON("python", true, "venv/bin/python", "program.py"),
  PYTHON_1_16("python-1.16", true, "venv/bin/python", "program.py"),
  GO("go", true, "program"),
  GO_1_11("go-1.11", true, "program"),
  JAVASCRIPT("javascript", false, "node", "program.js"),
  JAVASCRIPT_3_5("javascript-3.5", false, "node", "program.js"),
  JAVA(
      "java",
      false,
      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
      "-cp",
      "build/classes" + File.pathSeparator + "lib/*",
      "dev.millrace.sdkprogram.Program"),
  NOCOBASE("nocobase", false, "node", "program.js"),
  NOCOBASE_1_9("nocobase-1.9", false, "node", "program.js");

  private static final int LANGUAGE_MISSING = 3;
  private static final Map<Sdk, Boolean> INSTALLED = new ConcurrentHashMap<>();

  private final String key;
  private final boolean terminatesChildren;

  @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
  private final List<String> command;

  Sdk(String key, boolean terminatesChildren, String... command) {
    this.key = key;
    this.terminatesChildren = terminatesChildren;
    this.command = List.of(command);
  }

  /**
   * Whether the SDK's worker survives the crash of its server. That of npm 3.18 ends for good with
   * the first stream that breaks, unless an earlier one ended in peace; its process must be started
   * again.
   */
  boolean reconnects() {
    return this != JAVASCRIPT;
  }

  /** Whether the SDK's terminate asks the server to terminate children too. */
  boolean terminatesChildren() {
    return terminatesChildren;
  }

  /** Where this module is: here in tests, below for programs that are run from above. */
  private static Path module() {
    return Files.isDirectory(Path.of("sdk")) ? Path.of("") : Path.of("system-tests");
  }

  Path directory() {
    return module().resolve(Path.of("target", "sdk", key)).toAbsolutePath();
  }

  /** The program's command line; its first word is a path where the installation brought it. */
  List<String> command() {
    Path first = directory().resolve(command.getFirst());
    if (!first.toFile().canExecute()) {
      return command;
    }
    return Stream.concat(Stream.of(first.toString()), command.stream().skip(1)).toList();
  }

  /**
   * Installs the SDK unless that is done. On a machine without the language the calling test is
   * left out and says so; where CI=true it fails.
   */
  void install() {
    boolean there = INSTALLED.computeIfAbsent(this, Sdk::installed);
    if (there) {
      return;
    }
    String leftOut =
        "left out: the tests with the SDK " + key + ", whose language is not installed";
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(leftOut);
    }
    System.out.println(leftOut);
    Assumptions.abort(leftOut);
  }

  private static boolean installed(Sdk sdk) {
    ProcessBuilder builder =
        new ProcessBuilder(
            module().resolve(Path.of("sdk", "install")).toAbsolutePath().toString(), sdk.key);
    builder.redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    String repository = System.getProperty("localRepository", "");
    if (!repository.isEmpty()) {
      builder.environment().put("MILLRACE_MAVEN_REPOSITORY", repository);
    }
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code == 0) {
        return true;
      }
      if (code == LANGUAGE_MISSING) {
        return false;
      }
      throw new IllegalStateException(
          "sdk/install " + sdk.key + " ended with " + code + ":\n" + output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
