package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Setting;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.store.sqlite.SqliteVerification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ROUND = Duration.ofMillis(50);

  /** Rows that speak of no instance, or of one for longer than it is there. */
  private static final List<String> LASTING =
      List.of("mr_meta", "mr_idempotency", "mr_sent", "mr_inbox_seen", "sqlite_sequence");

  private static final String BIG =
      """
      {"name": "big", "tasks": [
        {"instId": "S", "name": "S", "template": "script", "connections": ["P"], "parameters": {
          "code": {"type": "string", "value": "return 'x'.repeat(400000)"}}},
        {"instId": "P", "name": "P", "template": "approval", "connections": ["C"], "parameters": {
          "members": {"type": "array", "value": ["li"]},
          "title": {"type": "string", "value": "t"}}},
        {"instId": "C", "name": "C", "template": "sub-workflow", "parameters": {
          "child_workflow_id": {"type": "string", "value": "CHILD"},
          "operation": {"type": "string", "value": "sync"}}}]}
      """;

  private static final String SMALL =
      """
      {"name": "small", "tasks": [
        {"instId": "T", "name": "T", "template": "transform", "parameters": {
          "expression": {"type": "string", "value": "1 + 1"}}}]}
      """;

  private static final String WAITING =
      """
      {"name": "waiting", "tasks": [
        {"instId": "W", "name": "W", "template": "delay", "parameters": {
          "interval": {"type": "number", "value": 3600}}}]}
      """;

  @TempDir Path directory;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  @Test
  void shouldLeaveNoRowOfWhatWasKeptLongEnough() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration("0s"));
        HttpClient client = HttpClient.newHttpClient()) {
      server.start();
      Calls calls = new Calls(server, client);
      String small = calls.save(SMALL);
      String big = calls.save(BIG.replace("CHILD", small));
      String waiting = calls.save(WAITING);
      Map<String, Long> before = rows();
      long removed = server.engine().queries().instances(ALL, 1, null).rows().size();
      assertThat(removed).isZero();

      calls.post("/api/process/" + small, "{\"inputData\":{}}", "once");
      calls.post("/api/process/" + big, "{\"inputData\":{}}", null);
      String stopped = calls.post("/api/process/" + waiting, "{\"inputData\":{}}", null);
      calls.post("/api/processInst/" + text(stopped, "id") + "/actions/stop", "{}", null);
      String item = until(() -> text(calls.get("/api/taskInsts?user=li"), "id"));
      assertThat(rows().get("mr_blob")).isPositive();
      calls.post("/api/taskInst/" + item, "{\"user\":\"li\",\"operation\":\"agree\"}", null);
      calls.post("/v1.0-beta1/workflows/dapr/Code/start?instanceID=c1", "1", null);
      calls.post("/v1.0-beta1/workflows/dapr/c1/terminate", "", null);

      until(() -> instances() == 0 ? "gone" : "");
      assertThat(rows()).isEqualTo(before);
      assertThat(calls.get("/metrics")).contains("millrace_retention_purged_total 5.0");
      // The request is remembered longer than what it started: asked again, nothing runs again.
      calls.post("/api/process/" + small, "{\"inputData\":{}}", "once");
      assertThat(instances()).isZero();
    }
    assertThat(SqliteVerification.run(directory)).isEmpty();
  }

  @Test
  void shouldKeepTheInstancesOfAProcessAsItSays() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration("0s"));
        HttpClient client = HttpClient.newHttpClient()) {
      server.start();
      Calls calls = new Calls(server, client);
      String kept =
          calls.save(
              SMALL.replace(
                  "\"tasks\"", "\"extension\": {\"retention\": {\"any\": \"P30D\"}}, \"tasks\""));
      String own = text(calls.post("/api/process/" + kept, "{}", null), "id");
      calls.post("/api/process/" + calls.save(SMALL), "{}", null);
      until(() -> instances() == 1 ? "one" : "");
      assertThat(calls.get("/api/processInst/" + own)).contains("completed");
    }
  }

  @Test
  void shouldKeepWhatIsToBeKept() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration("forever"));
        HttpClient client = HttpClient.newHttpClient()) {
      server.start();
      Calls calls = new Calls(server, client);
      calls.post("/api/process/" + calls.save(SMALL), "{\"inputData\":{}}", null);
      calls.post("/v1.0-beta1/workflows/dapr/Code/start?instanceID=c1", "1", null);
      calls.post("/v1.0-beta1/workflows/dapr/c1/terminate", "", null);
      until(() -> instances() == 1 ? "one" : "");
      assertThat(calls.get("/api/processInsts?limit=10&offset=0")).contains("\"total\":1");
    }
  }

  private static final dev.millrace.store.query.Queries.InstanceFilter ALL =
      dev.millrace.store.query.Queries.InstanceFilter.ALL;

  private Configuration configuration(String completed) {
    Map<Setting, Object> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.RETENTION_COMPLETED, completed);
    flags.put(Setting.RETENTION_FAILED, completed);
    flags.put(Setting.RETENTION_TERMINATED, completed);
    if (completed.equals("forever")) {
      flags.put(Setting.RETENTION_APPS, Map.of("default", Map.of("terminated", "0s")));
    }
    return TestConfiguration.of(directory, flags);
  }

  /** Calls to one server. */
  private record Calls(MillraceServer server, HttpClient client) {
    private String save(String definition) throws Exception {
      return text(post("/api/process", definition, null), "id");
    }

    private String post(String path, String body, @Nullable String key) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.url() + path))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(body));
      if (key != null) {
        request.header("Idempotency-Key", key);
      }
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(path + ": " + answer.body()).isBetween(200, 299);
      return answer.body();
    }

    private String get(String path) throws Exception {
      HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path)).build();
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }

  private static String text(String json, String name) {
    var found = java.util.regex.Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  private static String until(Callable<String> found) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    String value = found.call();
    while (value.isEmpty()) {
      assertThat(Instant.now()).as("patience ends").isBefore(end);
      LockSupport.parkNanos(ROUND.toNanos());
      value = found.call();
    }
    return value;
  }

  private long instances() throws SQLException {
    return rows().getOrDefault("mr_instance", 0L);
  }

  /** How many rows each table has. */
  private Map<String, Long> rows() throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve(SqliteStore.FILE));
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet names =
          statement.executeQuery(
              "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")) {
        while (names.next()) {
          tables.add(names.getString(1));
        }
      }
      tables.removeAll(LASTING);
      for (String table : tables) {
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
          counts.put(table, count.getLong(1));
        }
      }
    }
    return counts;
  }
}
