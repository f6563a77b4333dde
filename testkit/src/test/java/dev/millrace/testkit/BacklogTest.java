package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.complete;
import static dev.millrace.testkit.Actions.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.explain.CodeExplain;
import dev.millrace.runtime.explain.WaitReason;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More work waits for workers than is kept in memory. */
@NullUnmarked
@Timeout(120)
class BacklogTest {
  private static final String APP = "shop";

  /** More than an application keeps. */
  private static final int INSTANCES = 24_000;

  private final MemoryStore store = new MemoryStore();
  private EngineRuntime runtime;

  @BeforeEach
  void open() {
    runtime = CodeEngine.open(store);
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  @Test
  void shouldRunAllThatWaited() {
    List<InstanceKey> keys = start();
    assertThat(runtime.workers().leavesToStore(APP)).isTrue();
    InstanceState last = runtime.instance(keys.getLast()).join().orElseThrow();
    assertThat(CodeExplain.explain(last, runtime.workers()))
        .extracting(WaitReason::kind)
        .containsExactly(WaitReason.Kind.WORKER);

    assertAllEnd(keys);
  }

  @Test
  void shouldRunAllThatWaitedAfterARestart() {
    List<InstanceKey> keys = start();
    close();
    open();

    assertAllEnd(keys);
  }

  private List<InstanceKey> start() {
    List<InstanceKey> keys = new ArrayList<>();
    List<CompletableFuture<Reply>> starts = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      InstanceKey key = new InstanceKey(APP, "i%06d".formatted(i));
      keys.add(key);
      starts.add(runtime.startCode(key, CodeStart.of("One", "1", APP)));
      if (starts.size() == 1_000) {
        starts.forEach(reply -> assertThat(reply.join()).isInstanceOf(Reply.Accepted.class));
        starts.clear();
      }
    }
    return keys;
  }

  private void assertAllEnd(List<InstanceKey> keys) {
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .activity("a", text -> text)
            .workflow(
                "One",
                history ->
                    history.stream().anyMatch(CodeEvent.TaskCompleted.class::isInstance)
                        ? List.of(complete(1, "\"done\""))
                        : List.of(task(0, "a")))
            .connect(500)) {
      for (InstanceKey key : keys) {
        InstanceState state = runtime.when(key, CodeApi.Milestone.ENDED).join();
        assertThat(state.life().status()).isEqualTo(Status.COMPLETED);
      }
      assertThat(worker.turns.get()).as("nothing handed over twice").isEqualTo(2 * INSTANCES);
      assertThat(worker.tasks.get()).isEqualTo(INSTANCES);
    }
  }
}
