package dev.millrace.testkit;

import static dev.millrace.testkit.Actions.complete;
import static dev.millrace.testkit.Actions.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.lane.LaneSettings;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.runtime.local.RuntimeSettings;
import dev.millrace.store.memory.MemoryStore;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The activities of code workflows as node runs. */
@NullUnmarked
@Timeout(60)
class ActivityRowsTest {
  private static final String APP = "shop";
  private static final InstanceKey A = new InstanceKey(APP, "a");

  private final MemoryStore store = new MemoryStore();
  private EngineRuntime runtime;

  @BeforeEach
  void open() {
    LaneSettings lane = LaneSettings.DEFAULT;
    runtime =
        CodeEngine.open(
            store,
            new RuntimeSettings(
                new LaneSettings(
                    lane.owner(),
                    lane.partitions(),
                    lane.mailbox(),
                    lane.batch(),
                    lane.cache(),
                    lane.secrets(),
                    true),
                RuntimeSettings.DEFAULT.clock(),
                0,
                1,
                RuntimeSettings.DEFAULT.retention()));
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  @Test
  void shouldShowDoneAndFailedActivities() {
    try (ScriptedWorker worker =
        worker(history ->
            history.stream().anyMatch(CodeEvent.TaskFailed.class::isInstance)
                ? List.of(complete(2, "1"))
                : history.stream().anyMatch(CodeEvent.TaskCompleted.class::isInstance)
                    ? List.of(task(1, "bad"))
                    : List.of(task(0, "good")))) {
      start();
      end();
      assertThat(worker).isNotNull();
    }

    assertThat(runs())
        .extracting(
            NodeRun::id, run -> run.place().nodeId(), NodeRun::status, run -> run.result().output())
        .containsExactly(
            tuple(1, "0", RunStatus.DONE, Map.of("a", 1L)), tuple(2, "1", RunStatus.FAILED, null));
    assertThat(runs().getFirst().notes().meta())
        .isEqualTo(Map.of("name", "good", "template", "activity"));
    assertThat(runs().getLast().result().failure().message()).isEqualTo("declined");
  }

  @Test
  void shouldShowWhatIsOpenAndStopItWithTheInstance() {
    try (ScriptedWorker worker = worker(_ -> List.of(task(0, "never")))) {
      start();
      runtime.when(A, CodeApi.Milestone.STARTED).join();
      assertThat(runs()).extracting(NodeRun::status).containsExactly(RunStatus.STARTED);

      runtime.submit(new Command.TerminateCode(A, null, true, null)).join();

      assertThat(runs()).extracting(NodeRun::status).containsExactly(RunStatus.STOPPED);
      assertThat(worker).isNotNull();
    }
  }

  @Test
  void shouldShowThePresentRunOnly() {
    try (ScriptedWorker worker =
        worker(history -> {
          CodeEvent.ExecutionStarted started =
              (CodeEvent.ExecutionStarted)
                  history.stream()
                      .filter(CodeEvent.ExecutionStarted.class::isInstance)
                      .findFirst()
                      .orElseThrow();
          boolean first = started.input().equals("1");
          long done = history.stream().filter(CodeEvent.TaskCompleted.class::isInstance).count();
          if (first && done == 2) {
            return List.of(
                new CodeAction.Complete(
                    2, null, CodeOutcome.CONTINUED_AS_NEW, "2", null, null, List.of()));
          }
          return first || done == 0
              ? List.of(task((int) done, "good"))
              : List.of(complete(1, "\"over\""));
        })) {
      start();
      end();
      assertThat(worker).isNotNull();
    }

    assertThat(runs()).extracting(NodeRun::id).containsExactly(1);
  }

  @Test
  void shouldShowARerunAndNothingAfterAPurge() {
    try (ScriptedWorker worker =
        worker(history -> {
          int done =
              (int) history.stream().filter(CodeEvent.TaskCompleted.class::isInstance).count();
          return List.of(done < 2 ? task(done, "good") : complete(2, "1"));
        })) {
      start();
      end();
      InstanceKey again = new InstanceKey(APP, "b");
      runtime.rerun(new CodeApi.RerunRequest(A, 1, "b", false, null, null)).join();
      long id = runtime.when(again, CodeApi.Milestone.ENDED).join().header().id();

      assertThat(store.nodeRuns(id)).extracting(NodeRun::status).containsOnly(RunStatus.DONE);
      assertThat(store.nodeRuns(id)).extracting(NodeRun::id).containsExactly(1, 2);

      runtime.purge(again, true, false).join();
      assertThat(store.nodeRuns(id)).isEmpty();
      assertThat(worker).isNotNull();
    }
  }

  private ScriptedWorker worker(Function<List<CodeEvent>, List<CodeAction>> code) {
    return new ScriptedWorker(runtime.workers(), APP)
        .activity("good", _ -> "{\"a\":1}")
        .activity(
            "bad",
            _ -> {
              throw new ScriptedWorker.ActivityFailure(FailureDetails.of("Error", "declined"));
            })
        .activity("never", _ -> null)
        .workflow("W", code)
        .connect(10);
  }

  private void start() {
    runtime.startCode(A, CodeStart.of("W", "1", APP)).join();
  }

  private InstanceState end() {
    return runtime.when(A, CodeApi.Milestone.ENDED).join();
  }

  private List<NodeRun> runs() {
    long id = runtime.instance(A).join().orElseThrow().header().id();
    return List.copyOf(store.nodeRuns(id));
  }
}
