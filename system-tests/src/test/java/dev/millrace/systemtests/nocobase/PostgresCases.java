package dev.millrace.systemtests.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.DatabaseSettings;
import dev.millrace.data.TestingPostgres;
import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Records on PostgreSQL, written to the packaged server that is killed meanwhile. */
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class PostgresCases {
  private static final int KILLS = 3;
  private static final int WRITERS = 4;
  private static final int BETWEEN_KILLS = 60;

  @TempDir Path folder;

  @Test
  void shouldStartOneExecutionForEachRecordThroughKills()
      throws IOException, InterruptedException, SQLException {
    DatabaseSettings.Jdbc place = TestingPostgres.at(folder);
    Path file = folder.resolve("millrace.yaml");
    Files.writeString(
        file, "data: {url: \"%s\", username: \"%s\"}%n".formatted(place.url(), place.user()));
    try (TestServer server =
        TestServer.start(List.of(), Map.of("MILLRACE_CONFIG", file.toString()))) {
      prepare(server.api());
      Set<String> acknowledged = new ConcurrentSkipListSet<>();
      AtomicInteger number = new AtomicInteger();
      for (int kill = 0; kill < KILLS; kill++) {
        writeAndKill(server, acknowledged, number);
        server.restart();
      }
      Set<String> written = new TreeSet<>();
      try (Connection connection = DriverManager.getConnection(place.url(), place.user(), "");
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT title FROM orders")) {
        while (row.next()) {
          written.add(row.getString(1));
        }
      }
      assertThat(written).containsAll(acknowledged);
      assertThat(acknowledged).hasSizeGreaterThan(KILLS * BETWEEN_KILLS / 2);
      Api.until(
          "an execution and a note for each of " + written.size() + " records",
          () ->
              count(server.api(), "executions") == written.size()
                  && count(server.api(), "notes") == written.size());
    }
  }

  private static void prepare(Api api) {
    for (String name : List.of("orders", "notes")) {
      api.post(
              "/api/collections:create",
              Map.of("name", name, "fields", List.of(Map.of("name", "title", "type", "string"))))
          .expect(200);
    }
    long workflow =
        api.post(
                "/api/workflows:create",
                Map.of(
                    "title",
                    "on orders",
                    "type",
                    "collection",
                    "config",
                    Map.of("collection", "orders", "mode", 1)))
            .expect(200)
            .json()
            .at("/data/id")
            .asLong();
    api.post(
            "/api/workflows/" + workflow + "/nodes:create",
            Map.of(
                "type",
                "create",
                "config",
                Map.of(
                    "collection",
                    "notes",
                    "params",
                    Map.of("values", Map.of("title", "{{$context.data.title}}")))))
        .expect(200);
    api.post("/api/workflows:update?filterByTk=" + workflow, Map.of("enabled", true)).expect(200);
  }

  private static void writeAndKill(
      TestServer server, Set<String> acknowledged, AtomicInteger number)
      throws InterruptedException {
    int before = acknowledged.size();
    AtomicBoolean stopped = new AtomicBoolean();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    for (int i = 0; i < WRITERS; i++) {
      writers.execute(() -> {
        try (Api api = server.newApi()) {
          while (!stopped.get()) {
            String title = "o" + number.incrementAndGet();
            if (api.post("/api/orders:create", Map.of("title", title)).status() == 200) {
              acknowledged.add(title);
            }
          }
        } catch (UncheckedIOException killed) {
          stopped.set(true);
        }
      });
    }
    Api.until("records are written", () -> acknowledged.size() >= before + BETWEEN_KILLS);
    server.kill();
    stopped.set(true);
    writers.shutdown();
    assertThat(writers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private static long count(Api api, String collection) {
    return api.get("/api/" + collection + ":list?pageSize=1").json().at("/meta/count").asLong(-1);
  }
}
