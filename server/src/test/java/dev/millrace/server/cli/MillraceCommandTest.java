package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MillraceCommandTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  @TempDir Path directory;
  private MillraceServer server;

  private record Ran(int code, String out, String err) {
    @Nullable Object json() {
      return Json.parse(out);
    }
  }

  @BeforeEach
  void start() {
    server =
        MillraceServer.open(
            new ConfigurationLoader(Map.of())
                .load(
                    null,
                    Map.of(
                        Setting.DATA_DIR,
                        directory.resolve("data").toString(),
                        Setting.HTTP_PORT,
                        "0",
                        Setting.GRPC_PORT,
                        "0")));
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldRunTheDemoToItsEnd() {
    Ran demo =
        run(
            "demo",
            "--once",
            "--grpc-port",
            "0",
            "--http-port",
            "0",
            "--data-dir",
            directory.resolve("demo").toString(),
            "--examples",
            EXAMPLES.toString());

    assertThat(demo.err).isEmpty();
    assertThat(demo.out).contains("ship", "tried again", "All results are as expected.");
    assertThat(demo.code).isEqualTo(ExitCodes.OK);
    assertThat(run("verify", directory.resolve("demo").toString()).code).isEqualTo(ExitCodes.OK);
  }

  @Test
  void shouldApplyStartAndShow() {
    String quote = EXAMPLES.resolve("quote.json").toString();

    String id = client("apply", "-f", quote).out.split(" ", 2)[0];
    assertThat(id).startsWith("proc-");
    assertThat(client("apply", "-f", quote).out)
        .isEqualTo(id + " revision 2" + System.lineSeparator());

    Ran started =
        client("start", id, "--wait", "--input", "{\"amount\":1200,\"months\":12}", "-o", "json");
    assertThat(started.code).isEqualTo(ExitCodes.OK);
    Object response = JsonValue.get(started.json(), "response");
    assertThat(JsonValue.get(response, "status")).isEqualTo("completed");
    String instance = JsonValue.text(response, "id", "");

    assertThat(client("get", instance).out).contains("completed", "monthly");
    assertThat(client("get", id).out).contains("Quote", "fast");
    assertThat(client("list").out).contains(instance, "1 of 1");
    assertThat(client("list", "--processes").out).contains(id, "Quote");
    assertThat(client("explain", instance).out).contains(instance + " is completed");
    assertThat(client("history", instance, "-o", "json").json()).isInstanceOf(List.class);
  }

  @Test
  void shouldSuspendResumeAndStop() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("wait.json"),
            """
            {"name":"Waits","tasks":[{"instId":"w","name":"w","template":"callback"}]}
            """);
    String id = client("apply", "-f", file.toString()).out.split(" ", 2)[0];
    String instance = client("start", id).out.strip();

    assertThat(client("explain", instance).out).contains("w waits for");
    assertThat(client("suspend", instance).out).contains("suspended");
    assertThat(client("resume", instance).out).contains("started");
    assertThat(client("stop", instance, "--message", "enough").out).contains("stopped");
    assertThat(client("stop", instance).code).isEqualTo(ExitCodes.CONFLICT);
  }

  @Test
  void shouldEndWithCodesThatMeanSomething() throws IOException {
    assertThat(run().code).isEqualTo(ExitCodes.USAGE);
    assertThat(run("nonsense").code).isEqualTo(ExitCodes.USAGE);
    assertThat(client("get", "77").code).isEqualTo(ExitCodes.NOT_FOUND);
    assertThat(run("verify", directory.resolve("none").toString()).code)
        .isEqualTo(ExitCodes.NOT_FOUND);
    assertThat(run("list", "--server", "http://127.0.0.1:1").code).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(run("serve", "--http-address", "0.0.0.0").code).isEqualTo(ExitCodes.USAGE);

    Path half = Files.writeString(directory.resolve("half.json"), "{\"name\":");
    Ran malformed = client("apply", "-f", half.toString());
    assertThat(malformed.code).isEqualTo(ExitCodes.USAGE);
    assertThat(malformed.err).contains("line 1");

    Path bad =
        Files.writeString(directory.resolve("bad.json"), "{\"name\":\"x\",\"engine\":\"turbo\"}");
    Ran refused = client("apply", "-f", bad.toString());
    assertThat(refused.code).isEqualTo(ExitCodes.FAILED);
    assertThat(refused.err).contains("invalid_definition", "$.engine").doesNotContain("\tat ");
  }

  @Test
  void shouldShowWhereSettingsComeFrom() {
    Ran shown =
        run(
            "config",
            "show",
            "--origin",
            "--http-port",
            "4711",
            "--data-dir",
            directory.toString());

    assertThat(shown.code).isEqualTo(ExitCodes.OK);
    assertThat(shown.out).containsPattern("http-port +4711 +--http-port");
    assertThat(shown.out).containsPattern("http-address +127.0.0.1 +default");
  }

  private Ran client(String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--server";
    all[arguments.length + 1] = server.url();
    return run(all);
  }

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = MillraceCommand.run(new PrintWriter(out), new PrintWriter(err, true), arguments);
    return new Ran(code, out.toString(), err.toString());
  }
}
