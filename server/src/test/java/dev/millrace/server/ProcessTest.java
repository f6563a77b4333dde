package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own: its log, its end by a signal, the lock between two. */
class ProcessTest {
  @TempDir Path directory;

  @Test
  void shouldLogThatItIsReadyAndEndWellWhenToldTo() throws Exception {
    Process server = serve();
    try (BufferedReader log = server.errorReader()) {
      String ready = log.readLine();
      assertThat(ready).contains("INFO", "ready on http://127.0.0.1:", "millrace.db");

      Process second = serve();
      String refusal = second.errorReader().readLine();
      assertThat(refusal).contains("in use by another process", "pid " + server.pid());
      assertThat(second.waitFor()).isEqualTo(4);

      // Process.destroy would close the streams as well.
      assertThat(server.toHandle().destroy()).isTrue();
      assertThat(log.lines().collect(Collectors.joining("\n"))).contains("stopping", "stopped");
      assertThat(server.waitFor()).isZero();
    } finally {
      server.destroyForcibly();
    }
  }

  private Process serve() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve"));
    command.addAll(List.of("--http-port", "0", "--data-dir", directory.toString()));
    return new ProcessBuilder(command).start();
  }
}
