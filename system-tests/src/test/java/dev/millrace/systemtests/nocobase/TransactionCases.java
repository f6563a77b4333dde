package dev.millrace.systemtests.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.TestServer;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Transaction nodes in the packaged server that is killed meanwhile. */
class TransactionCases {
  private static final int KILLS = 3;
  private static final int CALLERS = 3;
  private static final int BETWEEN_KILLS = 15;

  @Test
  void shouldKeepBothWritesOnceOrNoneThroughKills() throws InterruptedException {
    try (TestServer server = TestServer.start()) {
      long workflow = prepare(server.api());
      AtomicInteger started = new AtomicInteger();
      for (int kill = 0; kill < KILLS; kill++) {
        startAndKill(server, workflow, started);
        server.restart();
      }
      Api.until("all executions have ended", () -> count(server, "executions", 0) == 0);
      long all = count(server, "executions", null);
      assertThat(all).isGreaterThanOrEqualTo(started.get());
      assertThat(count(server, "executions", 1)).isEqualTo(all);
      assertThat(count(server, "debits", null)).isEqualTo(all);
      assertThat(count(server, "credits", null)).isEqualTo(all);
    }
  }

  private static long prepare(Api api) {
    for (String name : List.of("debits", "credits")) {
      api.post(
              "/api/collections:create",
              Map.of("name", name, "fields", List.of(Map.of("name", "title", "type", "string"))))
          .expect(200);
    }
    long workflow =
        id(
            api.post(
                "/api/workflows:create",
                Map.of("type", "schedule", "enabled", true, "config", Map.of("mode", 0))));
    long transaction = node(api, workflow, "transaction", null, null, Map.of());
    long debit = node(api, workflow, "create", transaction, 1, create("debits"));
    node(api, workflow, "create", debit, null, create("credits"));
    return workflow;
  }

  private static Map<String, Object> create(String collection) {
    return Map.of("collection", collection, "params", Map.of("values", Map.of("title", "x")));
  }

  private static long node(
      Api api,
      long workflow,
      String type,
      @Nullable Long upstream,
      @Nullable Integer branch,
      Map<String, Object> config) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("type", type);
    values.put("upstreamId", upstream);
    values.put("branchIndex", branch);
    values.put("config", config);
    return id(api.post("/api/workflows/" + workflow + "/nodes:create", values));
  }

  private static long id(Api.Answer answer) {
    return answer.expect(200).json().at("/data/id").asLong();
  }

  private static void startAndKill(TestServer server, long workflow, AtomicInteger started)
      throws InterruptedException {
    int before = started.get();
    AtomicBoolean stopped = new AtomicBoolean();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    for (int i = 0; i < CALLERS; i++) {
      callers.execute(() -> {
        try (Api api = server.newApi()) {
          while (!stopped.get()) {
            if (api.post("/api/workflows:execute?filterByTk=" + workflow, Map.of()).status()
                == 200) {
              started.incrementAndGet();
            }
          }
        } catch (UncheckedIOException killed) {
          stopped.set(true);
        }
      });
    }
    Api.until("executions are started", () -> started.get() >= before + BETWEEN_KILLS);
    server.kill();
    stopped.set(true);
    callers.shutdown();
    assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private static long count(TestServer server, String collection, @Nullable Integer status) {
    String filter = status == null ? "" : "&filter=%7B%22status%22%3A" + status + "%7D";
    return server
        .api()
        .get("/api/" + collection + ":list?pageSize=1" + filter)
        .json()
        .at("/meta/count")
        .asLong(-1);
  }
}
