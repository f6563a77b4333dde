package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.transport.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Times that come while their collection is written to, over real HTTP. */
class SchedulesUnderLoadTest extends ServerTest {
  private static final int RECORDS = 20;
  private static final int WRITERS = 3;

  @BeforeEach
  void orders() {
    server.collection("orders", "due", "date", "title", "string");
  }

  private long atDue(Map<String, Object> more) {
    Map<String, Object> config = new java.util.HashMap<>(more);
    config.put("mode", 1);
    config.put("collection", "orders");
    return server.workflow(Map.of("type", "schedule", "enabled", true, "config", config));
  }

  private void due(Instant time) {
    for (int i = 0; i < RECORDS; i++) {
      TestServer.created(server.post("/api/orders:create", Map.of("due", time.toString())));
    }
  }

  private long count(long workflow) {
    return server
        .get("/api/executions:list", "filter", Json.writeText(Map.of("workflowId", workflow)))
        .number("meta.count");
  }

  @Test
  void shouldStartForEachRecordOnceWhileOthersAreSaved() throws Exception {
    long once = atDue(Map.of("startsOn", Map.of("field", "due", "offset", 0)));
    long twice =
        atDue(
            Map.of(
                "startsOn",
                Map.of("field", "due", "offset", 0),
                "endsOn",
                Map.of("field", "due", "offset", 1, "unit", 1_000),
                "repeat",
                1_000));
    due(Instant.now().plusSeconds(6));
    AtomicBoolean over = new AtomicBoolean();
    List<Future<?>> writers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < WRITERS; i++) {
        writers.add(
            threads.submit(() -> {
              while (!over.get()) {
                server.post("/api/orders:create", Map.of("title", "of no date"));
              }
            }));
      }
      try {
        server.executions(server.key(once), RECORDS);
        server.executions(server.key(twice), 2 * RECORDS);
      } finally {
        over.set(true);
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(count(once)).isEqualTo(RECORDS);
  }

  @Test
  void shouldStopAtTheLimitWhenManyRecordsAreDueAtOnce() {
    long limited = atDue(Map.of("startsOn", Map.of("field", "due", "offset", 0), "limit", 2));
    long behind = atDue(Map.of("startsOn", Map.of("field", "due", "offset", 2, "unit", 1_000)));
    due(Instant.now().plusSeconds(3));
    server.executions(server.key(behind), RECORDS);
    assertThat(count(limited)).isEqualTo(2);
  }
}
