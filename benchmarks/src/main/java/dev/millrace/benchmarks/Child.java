package dev.millrace.benchmarks;

import dev.millrace.transport.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs one benchmark in a process of its own, with the flags of the server, so that no benchmark
 * measures what another left behind.
 */
final class Child {

  /** Before each result on the child's output. */
  static final String MARK = "RESULT ";

  /** As the launcher of the server does. */
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms24m",
          "-Xmn16m",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=30",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private Child() {}

  /**
   * Runs it and waits.
   *
   * @param arguments of {@link Main} in the child
   * @return the exit code
   */
  static int run(List<String> arguments, Consumer<Result> results)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    String more = System.getenv("MILLRACE_JAVA_OPTIONS");
    if (more != null && !more.isBlank()) {
      command.addAll(List.of(more.strip().split(" +")));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(MARK)) {
          results.accept(Result.fromJson(Json.parse(line.substring(MARK.length()))));
        } else {
          System.err.println(line);
        }
      }
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }

  /** Says a result to the parent. */
  static void say(Result result) {
    System.out.println(MARK + Json.writeText(result.toJson()));
  }
}
