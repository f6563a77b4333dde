package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.complete;
import static dev.millrace.testkit.Actions.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.explain.CodeExplain;
import dev.millrace.runtime.explain.WaitReason;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.worker.WorkItem;
import dev.millrace.store.memory.MemoryStore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How items are handed to connections and answered, with workers played by hand. */
@NullUnmarked
@Timeout(60)
class CodeWorkersTest {

  private static final String APP = "shop";
  private static final InstanceKey A = new InstanceKey(APP, "a");

  private EngineRuntime runtime;

  @BeforeEach
  void open() {
    runtime = CodeEngine.open(new MemoryStore());
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  private void start(InstanceKey key, String workflow) {
    runtime.startCode(key, CodeStart.of(workflow, "1", APP)).join();
  }

  /** Items are handed over after the commit, which the caller of a start does not wait for. */
  private static void await(List<WorkItem> items, int count) throws InterruptedException {
    while (items.size() < count) {
      if (Thread.interrupted()) {
        throw new InterruptedException("expected %d items, found %s".formatted(count, items));
      }
      Thread.onSpinWait();
    }
  }

  private InstanceState end(InstanceKey key) {
    return runtime.when(key, CodeApi.Milestone.ENDED).join();
  }

  @Test
  void shouldAcceptAnswersWithoutTokenAndIgnoreWrongOnes() throws InterruptedException {
    List<WorkItem> items = new CopyOnWriteArrayList<>();
    try (var connection = runtime.workers().connect(APP, 5, items::add)) {
      start(A, "Echo");
      await(items, 1);
      runtime
          .workers()
          .completeTurn(A, "wrong", List.of(complete(0, "\"bad\"")), null, null)
          .join();
      assertThat(runtime.instance(A).join().orElseThrow().life().status())
          .isEqualTo(Status.PENDING);
      runtime.workers().completeTurn(A, "", List.of(complete(0, "\"ok\"")), null, null).join();
      assertThat(end(A).life().output()).isEqualTo("\"ok\"");
      runtime.workers().completeTurn(A, "", List.of(complete(0, "\"ok\"")), null, null).join();
      runtime.workers().completeTask(APP, "a", 0, "", "1", null).join();
      assertThat(connection).isNotNull();
    }
  }

  @Test
  void shouldShowEveryWorkerOfATurnTheSame() throws InterruptedException {
    List<WorkItem> first = new CopyOnWriteArrayList<>();
    List<WorkItem> second = new CopyOnWriteArrayList<>();
    var lost = runtime.workers().connect(APP, 5, first::add);
    start(A, "Wait");
    await(first, 1);
    runtime.submit(new Command.RaiseEvent(A, "Go", "", "1", "", 0)).join();
    lost.close();
    try (var next = runtime.workers().connect(APP, 5, second::add)) {
      assertThat(first).hasSize(1);
      assertThat(((WorkItem.Turn) second.getFirst()).turn())
          .isEqualTo(((WorkItem.Turn) first.getFirst()).turn());
      assertThat(second.getFirst().token()).isNotEqualTo(first.getFirst().token());
      runtime.workers().completeTurn(A, "", List.of(), null, null).join();
      await(second, 2);
      assertThat(CodeHarness.kinds(((WorkItem.Turn) second.getLast()).turn().fresh()))
          .containsExactly("TurnStarted", "EventRaised");
      assertThat(next).isNotNull();
    }
  }

  @Test
  void shouldKeepRoomForTurnsBesideActivities() throws InterruptedException {
    List<WorkItem> items = new CopyOnWriteArrayList<>();
    try (var connection = runtime.workers().connect(APP, 10, items::add)) {
      start(A, "Fan");
      await(items, 1);
      CodeAction[] many =
          IntStream.range(0, 20).mapToObj(i -> task(i, "slow")).toArray(CodeAction[]::new);
      runtime.workers().completeTurn(A, "", List.of(many), null, null).join();
      start(new InstanceKey(APP, "b"), "Other");
      await(items, 11);
      assertThat(items.getLast()).isInstanceOf(WorkItem.Turn.class);
      assertThat(items).hasSize(11);
      assertThat(connection).isNotNull();
    }
  }

  @Test
  void shouldSayWhichEventIsAwaitedWithoutLimit() {
    Instant never = Instant.parse("9999-12-31T23:59:59.999999999Z");
    Instant later = Instant.now().plusSeconds(600);
    try (ScriptedWorker worker =
        new ScriptedWorker(runtime.workers(), APP)
            .workflow(
                "Waits",
                _ ->
                    List.of(Actions.eventTimer(0, never, "Go"), Actions.eventTimer(1, later, "In")))
            .connect(5)) {
      runtime.startCode(A, CodeStart.of("Waits", "1", APP)).join();
      InstanceState waiting = runtime.when(A, CodeApi.Milestone.STARTED).join();

      assertThat(CodeExplain.explain(waiting, runtime.workers()))
          .extracting(WaitReason::kind, WaitReason::sentence)
          .containsExactly(
              tuple(
                  WaitReason.Kind.EVENT,
                  "Waits for event Go without a time limit. Events so far: none."),
              tuple(
                  WaitReason.Kind.TIME,
                  "Timer 1 is due at " + later + " and limits the wait for In."));
      assertThat(worker.turns.get()).isEqualTo(1);
    }
  }
}
