package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InstanceKey;
import dev.millrace.store.Batch;
import dev.millrace.store.Fence;
import dev.millrace.store.Rows;
import dev.millrace.store.memory.MemoryStore;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of an instance that an error of the server set aside. */
class QuarantineTest {
  private static final int PARTITIONS = 16;

  @Test
  void shouldExplainThatAnInstanceIsSetAside() throws Exception {
    MemoryStore store = new MemoryStore();
    try (LiveEngine engine = new LiveEngine(store, List.of(), List.of());
        HttpDoor door = new HttpDoor(engine.dialect())) {
      assertThat(door.post("/v1.0/workflows/dapr/W/start?instanceID=odd")).startsWith("202");
    }
    setAside(store, "odd");

    try (LiveEngine engine = new LiveEngine(store, List.of(), List.of());
        HttpDoor door = new HttpDoor(engine.dialect())) {
      assertThat(door.get("/v1.0/workflows/dapr/odd/explain"))
          .startsWith("200 ")
          .contains("\"instanceID\":\"odd\"")
          .contains("\"quarantine\":{\"since\":\"2026-01-01T00:00:00Z\",\"cause\":\"a bug\"}")
          .contains("an error of the server set it aside: a bug");
      assertThat(door.get("/v1.0/workflows/dapr/other/explain")).startsWith("404 ");
    }
  }

  private static void setAside(MemoryStore store, String uid) {
    Batch batch = new Batch();
    Fence fence = store.acquire("test", PARTITIONS).getFirst();
    batch.fences.add(fence.next());
    batch.quarantined.add(
        new Rows.QuarantineRow(
            new InstanceKey("default", uid),
            fence.partition(),
            "a bug",
            Instant.parse("2026-01-01T00:00:00Z")));
    var _ = store.commit(batch);
  }
}
