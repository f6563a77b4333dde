package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.Logging;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.TestConfiguration;
import dev.millrace.server.client.ApiClient;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
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

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @BeforeEach
  void start() {
    server = MillraceServer.open(TestConfiguration.of(directory.resolve("data")));
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
    assertThat(demo.out.lines().filter(line -> line.contains("http.503, tried again"))).hasSize(2);
    assertThat(demo.out).contains("ship", "All results are as expected.");
    assertThat(demo.code).isEqualTo(ExitCodes.OK);
  }

  @Test
  void shouldFindNothingWrongWithWhatItStored() throws IOException {
    String instance = client("start", waiting()).out.strip();
    client("stop", instance);
    server.close();
    String data = directory.resolve("data").toString();

    Ran verified = run("verify", data);
    assertThat(verified.out).startsWith("No violation found");
    assertThat(verified.code).isEqualTo(ExitCodes.OK);
    assertThat(JsonValue.get(run("verify", data, "-o", "json").json(), "violations"))
        .isEqualTo(List.of());
  }

  @Test
  void shouldVerifyOnlyADirectoryAtRest() {
    Ran verified = run("verify", directory.resolve("data").toString());

    assertThat(verified.out).isEmpty();
    assertThat(verified.err).contains("a server that has", "stop it first");
    assertThat(verified.code).isEqualTo(ExitCodes.CONFLICT);
  }

  @Test
  void shouldRefuseASecondServerAndATakenPort() {
    Ran second = run("serve", "--data-dir", directory.resolve("data").toString());
    assertThat(second.err).contains("cannot open the store", "open in this process");
    assertThat(second.code).isEqualTo(ExitCodes.CONFLICT);

    Ran beside =
        run(
            "serve",
            "--data-dir",
            directory.resolve("other").toString(),
            "--http-port",
            Integer.toString(server.port()));
    assertThat(beside.err).contains("already in use", "--http-port");
    assertThat(beside.code).isEqualTo(ExitCodes.CONFLICT);
  }

  @Test
  void shouldSayThatADirectoryIsInUseOnlyWhenItIs() throws Exception {
    Path other = directory.resolve("other");
    try (SqliteStore store = SqliteStore.open(other)) {
      store.acquire("elsewhere", 1);
    }

    Ran refused =
        run("serve", "--data-dir", other.toString(), "--http-port", "0", "--grpc-port", "0");

    assertThat(refused.err).contains("cannot open the store", "1 partitions");
    assertThat(refused.code).isEqualTo(ExitCodes.FAILED);
  }

  @Test
  void shouldSayWhyAServerIsNotReached() {
    Ran unknown = run("list", "--server", "http://nosuchhost.invalid:3500");
    assertThat(unknown.err).contains("no such host is known");
    assertThat(unknown.code).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(run("list", "--server", "http://127.0.0.1:1").err).contains("nothing listens");
    assertThat(run("list", "--ca", directory.resolve("none.pem").toString()).err)
        .contains("found: no such file or directory");
  }

  @Test
  void shouldListAFewOfManyProcessesWithOneName() throws IOException {
    Path file = Files.writeString(directory.resolve("x.json"), "{\"name\":\"x\",\"tasks\":[]}");
    ApiClient api = new ApiClient(server.url(), null, null, null);
    for (int i = 0; i < 8; i++) {
      api.send("POST", "/api/process", Files.readAllBytes(file));
    }

    Ran refused = client("apply", "-f", file.toString());

    assertThat(refused.code).isEqualTo(ExitCodes.CONFLICT);
    assertThat(refused.err)
        .containsPattern("found (proc-\\w+, ){4}proc-\\w+ and 3 more; say which");
  }

  @Test
  void shouldSayInShortWhatWasMisused() {
    Ran misspelt = run("serve", "--data-dri", "x");
    assertThat(misspelt.err).contains("--data-dri", "--data-dir", "./millrace serve --help");
    assertThat(misspelt.err.lines()).hasSizeLessThan(5);

    assertThat(run("strat").err).contains("millrace start");
    assertThat(run("apply").err).contains("--file");
    assertThat(run("list", "-o", "xml").err).contains("table, json");
  }

  @Test
  void shouldTakeWorkflowsOutAndIn() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("workflows.json"),
            """
            {"data": [{"key": "nightly", "title": "every night", "type": "schedule",
              "config": {"mode": 0},
              "nodes": [{"id": 1, "key": "end", "type": "end", "config": {"endStatus": 1}}]}]}
            """);
    Ran taken = client("import", "-f", file.toString());
    assertThat(taken.err).isEmpty();
    assertThat(taken.out).contains("nightly \"every night\", 1 nodes");

    Ran printed = client("export", "nightly");
    assertThat(printed.out).contains("\"key\":\"end\"", "\"type\":\"schedule\"");
    Files.writeString(file, printed.out.replace("\"schedule\"", "\"sundial\""));
    Ran refused = client("import", "-f", file.toString());
    assertThat(refused.code).isEqualTo(ExitCodes.FAILED);
    assertThat(refused.err).contains("data[0].type: expected the type of a trigger");
    assertThat(client("export", "77").code).isEqualTo(ExitCodes.NOT_FOUND);
  }

  @Test
  void shouldHelpWithEveryCommand() {
    Ran help = run("--help");
    assertThat(help.code).isEqualTo(ExitCodes.OK);
    assertThat(help.out).contains("Exit codes:");
    for (String command :
        List.of(
            "serve", "demo", "apply", "start", "get", "list", "history", "explain", "suspend",
            "resume", "stop", "rerun", "import", "export", "backup", "verify", "config",
            "version")) {
      assertThat(help.out).contains("  " + command);
      Ran one = run(command, "--help");
      assertThat(one.code).isEqualTo(ExitCodes.OK);
      assertThat(one.out).startsWith("Usage: millrace " + command);
    }
  }

  /** A process that waits for ever; its id. */
  private String waiting() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("wait.json"),
            """
            {"name":"Waits","tasks":[{"instId":"w","name":"w","template":"callback"}]}
            """);
    return applied(file);
  }

  @Test
  void shouldApplyStartAndShow() throws IOException {
    String quote = EXAMPLES.resolve("quote.json").toString();

    String id = client("apply", "-f", quote).out.split(" ", 2)[0];
    assertThat(id).startsWith("proc-");
    assertThat(client("apply", "-f", quote).out.strip()).isEqualTo(id + " revision 1, unchanged");
    String changed = Files.readString(EXAMPLES.resolve("quote.json")).replace("0.05", "0.06");
    Path file = Files.writeString(directory.resolve("quote.json"), changed);
    assertThat(client("apply", "-f", file.toString()).out.strip()).isEqualTo(id + " revision 2");

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
  void shouldAnswerJsonForScripts() {
    String id = applied(EXAMPLES.resolve("quote.json"));
    Object applied =
        client("apply", "-f", EXAMPLES.resolve("batch.json").toString(), "-o", "json").json();
    assertThat(JsonValue.text(JsonValue.get(applied, "response"), "id", "")).startsWith("proc-");

    assertThat(JsonValue.get(client("get", id, "-o", "json").json(), "id")).isEqualTo(id);
    assertThat(JsonValue.get(client("list", "-o", "json").json(), "response")).isNotNull();
    assertThat(JsonValue.get(run("version", "-o", "json").json(), "java")).isNotNull();
    Object shown =
        run("config", "show", "-o", "json", "--data-dir", directory.resolve("x").toString()).json();
    assertThat(JsonValue.get(shown, "http-port")).isEqualTo(3500L);
    assertThat(JsonValue.get(shown, "allow-egress")).isEqualTo(List.of());
  }

  @Test
  void shouldTakeTheIdAlsoBehindWait() {
    String id = applied(EXAMPLES.resolve("quote.json"));
    String input = "{\"amount\":1200,\"months\":12}";

    assertThat(client("start", "--wait", id, "--input", input).out).contains("completed");
    assertThat(client("start", "--wait", "5", id, "--input", input).out).contains("completed");
    assertThat(client("start", id, "--input", input, "--wait").out).contains("completed");
  }

  @Test
  void shouldRunAFailedInstanceAgain() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("fails.json"),
            """
            {"name":"Fails","tasks":[{"instId":"s","name":"s","template":"script","parameters":
            {"language":{"type":"string","value":"js"},"code":{"type":"string","value":
            "if (!input.good) { throw new Error('not good'); } return 1;"}}}]}
            """);
    String id = applied(file);
    Ran failed = client("start", id, "--input", "{\"good\":false}", "--wait");
    assertThat(failed.code).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out).contains("failed", "not good");
    String instance = failed.out.lines().findFirst().orElseThrow();

    Ran rerun = client("rerun", instance);
    assertThat(rerun.code).isEqualTo(ExitCodes.OK);
    assertThat(rerun.out).contains(instance);
  }

  @Test
  void shouldSuspendResumeAndStop() throws IOException {
    String instance = client("start", waiting()).out.strip();

    assertThat(client("explain", instance).out).contains("w waits for");
    assertThat(client("suspend", instance).out).contains("suspended");
    assertThat(client("resume", instance).out).contains("started");
    assertThat(client("stop", instance, "--message", "enough").out).contains("stopped");
    assertThat(client("stop", instance).code).isEqualTo(ExitCodes.CONFLICT);
  }

  @Test
  void shouldManageWorkflowsWrittenAsCode() throws Exception {
    startCode("/v1.0/workflows/dapr/Ship/start?instanceID=order-7");
    startCode("/v1.0/workflows/dapr/Ship/start?instanceID=order-8&appID=shop");

    assertThat(client("get", "order-7").out).contains("code:Ship", "started");
    assertThat(client("explain", "order-7").out)
        .contains("Waits for a worker of app default that runs workflow Ship");
    assertThat(client("history", "order-7").out).contains("executionStarted");
    assertThat(client("suspend", "order-7").out).contains("order-7 suspended");
    assertThat(client("resume", "order-7").out).contains("order-7 started");
    assertThat(client("stop", "order-7").out).contains("order-7 stopped");
    assertThat(client("get", "order-8").code).isEqualTo(ExitCodes.NOT_FOUND);
    assertThat(client("get", "order-8", "--namespace", "shop").out).contains("code:Ship");
    assertThat(client("explain", "order-8", "--namespace", "shop").out).contains("app shop");
    assertThat(client("history", "order-8", "--namespace", "shop").code).isEqualTo(ExitCodes.OK);
    assertThat(client("stop", "order-8", "--namespace", "shop").out).contains("order-8 stopped");
    assertThat(row("order-7")).isEqualTo("Ship|stopped|dapr|default");
    assertThat(row("order-8")).isEqualTo("Ship|stopped|dapr|shop");
  }

  private String row(String uid) throws Exception {
    String url = "jdbc:sqlite:" + directory.resolve("data").resolve("millrace.db");
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT name || '|' || status || '|' || trigger_app || '|' || namespace"
                    + " FROM workflow_inst WHERE uid = ?")) {
      select.setString(1, uid);
      try (ResultSet rows = select.executeQuery()) {
        assertThat(rows.next()).isTrue();
        return rows.getString(1);
      }
    }
  }

  private void startCode(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.url() + path))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(202);
    }
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

  @Test
  void shouldPageThroughProcessesAndInstances() throws IOException {
    String process = waiting();
    applied(EXAMPLES.resolve("quote.json"));
    applied(EXAMPLES.resolve("batch.json"));
    Ran first = client("list", "--processes", "--limit", "2");
    assertThat(first.out).contains(process, "2 of 3; more with --offset 2");
    Ran last = client("list", "--processes", "--limit", "2", "--offset", "2");
    assertThat(last.out).contains("1 of 3").doesNotContain("more with", process);

    client("start", process);
    client("start", process);
    String more = client("list", "--limit", "1").out;
    assertThat(more).contains("1 of 2; more with --cursor ");
    String cursor = more.substring(more.lastIndexOf(' ') + 1).strip();
    Ran rest = client("list", "--limit", "1", "--cursor", cursor);
    assertThat(rest.out).contains("1 of 2").doesNotContain("more with");
    assertThat(client("list", "--offset", "1").code).isEqualTo(ExitCodes.USAGE);
    assertThat(client("list", "--processes", "--cursor", "1").code).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void shouldAnswerErrorsAsJsonForScripts() throws IOException {
    Ran missing = client("get", "proc-nothing1", "-o", "json");
    assertThat(missing.code).isEqualTo(ExitCodes.NOT_FOUND);
    assertThat(missing.out).isEmpty();
    Object error = JsonValue.get(Json.parse(missing.err), "error");
    assertThat(JsonValue.text(error, "code", "")).isEqualTo("not_found");
    assertThat(JsonValue.text(error, "traceId", "")).isNotEmpty();
    assertThat(JsonValue.get(error, "exitCode")).isEqualTo((long) ExitCodes.NOT_FOUND);

    Path file = Files.writeString(directory.resolve("bad.json"), "{\"name\":\"\",\"tasks\":[]}");
    Object refused = Json.parse(client("apply", "-f", file.toString(), "--output=json").err);
    assertThat(JsonValue.get(JsonValue.get(refused, "error"), "details")).isInstanceOf(List.class);

    for (List<String> wrong :
        List.of(
            List.of("list", "--server", "http://127.0.0.1:1", "-ojson"),
            List.of("list", "-o", "JSON", "--nonsense"),
            List.of("verify", directory.resolve("none").toString(), "-o=json"))) {
      Ran ran = run(wrong.toArray(String[]::new));
      Object code = JsonValue.get(JsonValue.get(Json.parse(ran.err), "error"), "exitCode");
      assertThat(code).isEqualTo((long) ran.code);
      assertThat(ran.code).isNotZero();
    }
  }

  /** Stores a definition; its id. */
  private String applied(Path file) {
    return client("apply", "-f", file.toString()).out.split(" ", 2)[0];
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
