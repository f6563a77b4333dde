package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.again;
import static dev.millrace.testkit.Actions.child;
import static dev.millrace.testkit.Actions.complete;
import static dev.millrace.testkit.Actions.detached;
import static dev.millrace.testkit.Actions.task;
import static dev.millrace.testkit.Actions.timer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.explain.CodeExplain;
import dev.millrace.runtime.explain.WaitReason;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.store.memory.MemoryStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullUnmarked
@Timeout(60)
class CodeRuntimeTest {

  private static final String APP = "shop";
  private static final InstanceKey A = new InstanceKey(APP, "a");

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

  private void restart() {
    close();
    open();
  }

  private ScriptedWorker worker() {
    return new ScriptedWorker(runtime.workers(), APP)
        .activity("upper", text -> text.toUpperCase(java.util.Locale.ROOT))
        .activity("never", _ -> null);
  }

  private Reply start(InstanceKey key, String workflow) {
    return runtime.startCode(key, CodeStart.of(workflow, "1", APP)).join();
  }

  private InstanceState end(InstanceKey key) {
    return runtime.when(key, CodeApi.Milestone.ENDED).join();
  }

  /** Asks for activities one after the other. */
  private static Function<List<CodeEvent>, List<CodeAction>> chain(String name, int length) {
    return history -> {
      int done = (int) history.stream().filter(CodeEvent.TaskCompleted.class::isInstance).count();
      return List.of(done < length ? task(done, name) : complete(length, "\"" + done + "\""));
    };
  }

  private static long count(List<CodeEvent> history, Class<? extends CodeEvent> kind) {
    return history.stream().filter(kind::isInstance).count();
  }

  @Test
  void shouldRunManyChainsOverTwoWorkers() {
    try (ScriptedWorker one = worker().workflow("Chain", chain("upper", 5)).connect(10);
        ScriptedWorker two = worker().workflow("Chain", chain("upper", 5)).connect(10)) {
      List<CompletableFuture<InstanceState>> ends = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        InstanceKey key = new InstanceKey(APP, "c" + i);
        assertThat(start(key, "Chain")).isInstanceOf(Reply.Accepted.class);
        ends.add(runtime.when(key, CodeApi.Milestone.ENDED));
      }
      ends.forEach(end -> assertThat(end.join().life().output()).isEqualTo("\"5\""));
      assertThat(one.tasks.get() + two.tasks.get()).isEqualTo(1000);
      assertThat(one.tasks.get()).isPositive();
      assertThat(two.tasks.get()).isPositive();
    }
    assertThat(runtime.counters().quarantined()).isZero();
  }

  @Test
  void shouldFanOut() {
    try (ScriptedWorker worker =
        worker()
            .workflow(
                "Fan",
                history ->
                    count(history, CodeEvent.TaskCompleted.class) == 300
                        ? List.of(complete(300, "\"all\""))
                        : IntStream.range(0, 300).mapToObj(i -> task(i, "upper")).toList())
            .connect(100)) {
      start(A, "Fan");
      assertThat(end(A).life().output()).isEqualTo("\"all\"");
      assertThat(worker.tasks.get()).isEqualTo(300);
    }
  }

  @Test
  void shouldWaitForAWorkerAndSayIt() {
    assertThat(start(A, "Chain")).isInstanceOf(Reply.Accepted.class);
    InstanceState state = runtime.instance(A).join().orElseThrow();
    assertThat(state.life().status()).isEqualTo(Status.PENDING);
    assertThat(CodeExplain.explain(state, runtime.workers()))
        .extracting(WaitReason::sentence)
        .containsExactly(
            "Waits for a worker of app shop that runs workflow Chain; none is connected.");
    try (ScriptedWorker worker = worker().workflow("Chain", chain("upper", 1)).connect(1)) {
      assertThat(end(A).life().status()).isEqualTo(Status.COMPLETED);
      assertThat(worker.tasks.get()).isEqualTo(1);
    }
  }

  @Test
  void shouldHandOverWhatALostWorkerHadAtOnce() {
    try (ScriptedWorker lost = worker().workflow("Chain", chain("never", 1)).connect(5)) {
      start(A, "Chain");
      InstanceState waiting = runtime.when(A, CodeApi.Milestone.STARTED).join();
      assertThat(waiting.code().open().tasks()).hasSize(1);
      while (lost.tasks.get() == 0) {
        Thread.onSpinWait();
      }
      lost.leave();
      try (ScriptedWorker next =
          worker().workflow("Chain", chain("never", 1)).activity("never", _ -> "now").connect(5)) {
        assertThat(end(A).life().status()).isEqualTo(Status.COMPLETED);
        assertThat(next.tasks.get()).isEqualTo(1);
      }
    }
  }

  @Test
  void shouldGoOnAfterARestart() {
    try (ScriptedWorker worker = worker().workflow("Chain", chain("never", 2)).connect(5)) {
      start(A, "Chain");
      assertThat(runtime.when(A, CodeApi.Milestone.STARTED).join().code().open().tasks())
          .hasSize(1);
      assertThat(worker.turns.get()).isEqualTo(1);
    }
    restart();
    try (ScriptedWorker worker =
        worker().workflow("Chain", chain("never", 2)).activity("never", _ -> "x").connect(5)) {
      assertThat(end(A).life().output()).isEqualTo("\"2\"");
      assertThat(worker.tasks.get()).isEqualTo(2);
    }
    restart();
    InstanceState state = runtime.instance(A).join().orElseThrow();
    assertThat(state.life().output()).isEqualTo("\"2\"");
    assertThat(CodeHarness.kinds(state.code().history())).hasSize(9);
  }

  @Test
  void shouldFireTimersAndTakeEvents() {
    Instant due = Instant.now().plusMillis(60);
    AtomicReference<Instant> fired = new AtomicReference<>();
    try (ScriptedWorker worker =
        worker()
            .workflow(
                "Wait",
                history -> {
                  if (count(history, CodeEvent.TimerFired.class) > 0) {
                    fired.compareAndSet(null, Instant.now());
                  }
                  boolean both =
                      count(history, CodeEvent.TimerFired.class) == 1
                          && count(history, CodeEvent.EventRaised.class) == 25;
                  return List.of(both ? complete(1, null) : timer(0, due));
                })
            .connect(5)) {
      start(A, "Wait");
      for (int i = 0; i < 25; i++) {
        assertThat(runtime.submit(new Command.RaiseEvent(A, "Go", "", "" + i, "", 0)).join())
            .isEqualTo(Reply.OK);
      }
      List<CodeEvent> history = end(A).code().history();
      assertThat(fired.get()).isAfterOrEqualTo(due);
      assertThat(
              history.stream()
                  .filter(CodeEvent.EventRaised.class::isInstance)
                  .map(event -> ((CodeEvent.EventRaised) event).input()))
          .isEqualTo(IntStream.range(0, 25).mapToObj(Integer::toString).toList());
      assertThat(worker.turns.get()).isPositive();
    }
  }

  @Test
  void shouldRunChildrenInWhateverPartition() {
    try (ScriptedWorker worker =
        worker()
            .workflow(
                "Parent",
                history ->
                    count(history, CodeEvent.ChildCompleted.class) == 40
                        ? List.of(complete(40, "\"all\""))
                        : IntStream.range(0, 40).mapToObj(i -> child(i, "", "Chain")).toList())
            .workflow("Chain", chain("upper", 1))
            .connect(20)) {
      start(A, "Parent");
      assertThat(end(A).life().output()).isEqualTo("\"all\"");
      assertThat(worker.tasks.get()).isEqualTo(40);
      assertThat(runtime.queries().keys(APP, null, 100)).hasSize(41);
      assertThat(runtime.purge(A, true, false).join())
          .isEqualTo(new Reply.Accepted(Map.of("purged", 41L)));
      assertThat(runtime.queries().keys(APP, null, 100)).isEmpty();
    }
  }

  @Test
  void shouldFailTheCallWhenTheChildsIdIsInUse() {
    try (ScriptedWorker worker =
        worker()
            .workflow(
                "Parent",
                history ->
                    List.of(
                        count(history, CodeEvent.ChildFailed.class) == 1
                            ? complete(1, null)
                            : child(0, "busy", "Idle")))
            .workflow("Idle", _ -> List.of())
            .connect(5)) {
      start(new InstanceKey(APP, "busy"), "Idle");
      start(A, "Parent");
      CodeEvent.ChildFailed failed =
          (CodeEvent.ChildFailed)
              end(A).code().history().stream()
                  .filter(CodeEvent.ChildFailed.class::isInstance)
                  .findFirst()
                  .orElseThrow();
      assertThat(failed.failure().type()).isEqualTo("WorkflowInstanceAlreadyExists");
      assertThat(failed.failure().message())
          .isEqualTo("an active workflow with ID 'busy' already exists");
      assertThat(worker.turns.get()).isPositive();
    }
  }

  @Test
  void shouldTerminateATreeWithoutAWorker() {
    try (ScriptedWorker worker =
        worker()
            .workflow("Parent", _ -> List.of(child(0, "", "Middle"), child(1, "", "Idle")))
            .workflow("Middle", _ -> List.of(child(0, "", "Idle")))
            .workflow("Idle", _ -> List.of())
            .connect(5)) {
      start(A, "Parent");
      runtime.when(new InstanceKey(APP, "a:0000:0000"), CodeApi.Milestone.STARTED).join();
      runtime.when(new InstanceKey(APP, "a:0001"), CodeApi.Milestone.STARTED).join();
      assertThat(worker.turns.get()).isPositive();
    }
    assertThat(runtime.submit(new Command.TerminateCode(A, "\"bye\"", true, null)).join())
        .isEqualTo(Reply.OK);
    for (String uid : List.of("a", "a:0000", "a:0001", "a:0000:0000")) {
      assertThat(end(new InstanceKey(APP, uid)).life().status()).isEqualTo(Status.TERMINATED);
    }
  }

  @Test
  void shouldLeaveNoRowBehindAndFreeTheIdAtOnce() {
    start(A, "Idle");
    assertThat(runtime.purge(A, false, false).join())
        .isEqualTo(Reply.Rejected.of(Reason.INVALID_STATE, "orchestration has not yet completed"));
    CompletableFuture<Reply> purged = runtime.submit(new Command.PurgeInstance(A, true));
    CompletableFuture<Reply> started = runtime.startCode(A, CodeStart.of("Idle", "2", APP));
    assertThat(purged.join()).isEqualTo(Reply.OK);
    assertThat(started.join()).isInstanceOf(Reply.Accepted.class);
    assertThat(runtime.instance(A).join().orElseThrow().code().started().input()).isEqualTo("2");
    runtime.purge(A, false, true).join();
    assertThat(runtime.instance(A).join()).isEmpty();
    assertThat(store.load(A)).isEmpty();
    assertThat(store.timersBefore(Instant.MAX, 10)).isEmpty();
    assertThat(runtime.queries().history(A, 0, 10)).isEmpty();
    assertThat(runtime.purge(A, true, false).join())
        .isEqualTo(Reply.Rejected.of(Reason.NOT_FOUND, "no such instance exists"));
    restart();
    assertThat(runtime.instance(A).join()).isEmpty();
  }

  @Test
  void shouldContinueAsNewAHundredTimesWithoutKeepingTheOldRuns() {
    try (ScriptedWorker worker =
        worker()
            .workflow(
                "Loop",
                history -> {
                  int n = Integer.parseInt(((CodeEvent.ExecutionStarted) history.get(1)).input());
                  return List.of(n < 100 ? again(0, "" + (n + 1)) : complete(0, "" + n));
                })
            .connect(1)) {
      start(A, "Loop");
      assertThat(end(A).life().output()).isEqualTo("100");
      assertThat(worker.turns.get()).isEqualTo(100);
      assertThat(runtime.queries().history(A, 0, 1000)).hasSizeLessThan(10);
    }
    restart();
    InstanceState state = runtime.instance(A).join().orElseThrow();
    assertThat(CodeHarness.kinds(state.code().history()))
        .containsExactly("TurnStarted", "ExecutionStarted", "ExecutionCompleted");
  }

  @Test
  void shouldWaitForInstancesThatDoNotExistYet() {
    CompletableFuture<InstanceState> end = runtime.when(A, CodeApi.Milestone.ENDED);
    try (ScriptedWorker worker = worker().workflow("Chain", chain("upper", 1)).connect(1)) {
      start(A, "Chain");
      assertThat(end.join().life().status()).isEqualTo(Status.COMPLETED);
      assertThat(worker.tasks.get()).isEqualTo(1);
    }
  }

  @Test
  void shouldNotReplaceAParentWhoseChildIsActive() {
    try (ScriptedWorker worker =
        worker()
            .workflow("Parent", _ -> List.of(child(0, "kid", "Idle"), complete(1, null)))
            .workflow("Idle", _ -> List.of())
            .connect(5)) {
      InstanceKey kid = new InstanceKey(APP, "kid");
      start(A, "Parent");
      end(A);
      runtime.when(kid, CodeApi.Milestone.STARTED).join();
      assertThat(start(A, "Parent"))
          .isEqualTo(
              Reply.Rejected.of(
                  Reason.ALREADY_EXISTS,
                  "cannot recreate workflow with ID 'a': child workflow 'kid': orchestration has not yet completed"));
      runtime.purge(kid, false, true).join();
      assertThat(start(A, "Parent")).isInstanceOf(Reply.Accepted.class);
      assertThat(worker.turns.get()).isPositive();
    }
  }

  @Test
  void shouldRunAgainFromTheMiddle() {
    try (ScriptedWorker worker = worker().workflow("Chain", chain("upper", 5)).connect(5)) {
      start(A, "Chain");
      end(A);
      assertThat(worker.tasks.get()).isEqualTo(5);
      InstanceKey next = new InstanceKey(APP, "b");
      Reply reply = runtime.rerun(new CodeApi.RerunRequest(A, 2, "b", false, null, null)).join();
      assertThat(reply).isInstanceOf(Reply.Accepted.class);
      assertThat(end(next).life().output()).isEqualTo("\"5\"");
      assertThat(worker.tasks.get()).isEqualTo(8);
      assertThat(runtime.rerun(new CodeApi.RerunRequest(A, 2, "b", false, null, null)).join())
          .isEqualTo(
              Reply.Rejected.of(Reason.ALREADY_EXISTS, "workflow 'b' has already been created"));
    }
  }

  @Test
  void shouldRunActivitiesNobodyWaitsForAlsoAfterARestart() {
    try (ScriptedWorker worker =
        worker()
            .workflow("Quick", _ -> List.of(task(0, "never"), task(1, "never"), complete(2, "1")))
            .connect(5)) {
      start(A, "Quick");
      assertThat(end(A).life().output()).isEqualTo("1");
      assertThat(worker.turns.get()).isEqualTo(1);
    }
    restart();
    CountDownLatch ran = new CountDownLatch(2);
    try (ScriptedWorker worker =
        worker()
            .activity(
                "never",
                _ -> {
                  ran.countDown();
                  return "x";
                })
            .connect(5)) {
      assertThat(ran.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
      assertThat(worker.tasks.get()).isEqualTo(2);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldGiveAStalledTurnToANewWorkerOnly() {
    try (ScriptedWorker old =
        worker()
            .workflow("V", _ -> List.of(new CodeAction.VersionNotAvailable(0, null)))
            .connect(5)) {
      start(A, "V");
      InstanceState stalled = runtime.when(A, CodeApi.Milestone.STARTED).join();
      assertThat(stalled.code().stalled()).isTrue();
      assertThat(CodeExplain.explain(stalled, runtime.workers()).getFirst().kind())
          .isEqualTo(WaitReason.Kind.STALLED);
      try (ScriptedWorker next =
          worker().workflow("V", _ -> List.of(complete(0, "1"))).connect(5)) {
        assertThat(end(A).life().output()).isEqualTo("1");
        assertThat(next.turns.get()).isEqualTo(1);
        assertThat(old.turns.get()).isEqualTo(1);
      }
    }
  }

  @Test
  void shouldStartDetachedWorkflows() {
    try (ScriptedWorker worker =
        worker()
            .workflow("Parent", _ -> List.of(detached(0, "free", "Chain"), complete(1, null)))
            .workflow("Chain", chain("upper", 1))
            .connect(5)) {
      start(A, "Parent");
      assertThat(end(new InstanceKey(APP, "free")).header().parent()).isNull();
      assertThat(worker.tasks.get()).isEqualTo(1);
    }
  }
}
