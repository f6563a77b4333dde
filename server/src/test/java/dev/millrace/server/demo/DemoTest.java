package dev.millrace.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.Logging;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.TestConfiguration;
import dev.millrace.server.client.ApiClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir Path directory;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @Test
  void shouldPrintALineThatClosesTheApproval() throws Exception {
    StringWriter out = new StringWriter();
    try (MillraceServer server =
        MillraceServer.open(Demo.reachingItself(TestConfiguration.of(directory)), Demo::mount)) {
      server.start();
      Demo demo =
          new Demo(server.url(), directory, Path.of("..", "examples"), new PrintWriter(out));

      assertThat(demo.run(false)).isTrue();
      String line =
          out.toString().lines().filter(l -> l.contains("curl -sS")).findFirst().orElseThrow();
      String answer = shell(line.strip());

      assertThat(answer).contains("\"response\"");
      String instance = instance(line, out.toString());
      ApiClient client = new ApiClient(server.url(), null, null, null);
      Object order = client.get("/api/processInst/" + instance + "/approve");
      assertThat(String.valueOf(order)).contains("approved");
      Object ended = client.get("/api/processInst/" + instance);
      assertThat(JsonValue.get(ended, "status")).isEqualTo("completed");
    }
  }

  /** The last instance that was started before the line. */
  private static String instance(String line, String out) {
    String before = out.substring(0, out.indexOf(line));
    String marker = "-> instance ";
    int at = before.lastIndexOf(marker) + marker.length();
    return before.substring(at, before.indexOf('\n', at)).strip();
  }

  private static String shell(String line) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
    String answer = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    shell.waitFor();
    return answer;
  }
}
