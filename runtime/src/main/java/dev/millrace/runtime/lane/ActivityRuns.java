package dev.millrace.runtime.lane;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.runtime.worker.Payloads;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The activities of a code workflow's present run as node runs, for the table that people read. Its
 * run number is the action's and one; the node is named by the action, as the process API does.
 * Lives for one decision.
 */
final class ActivityRuns {

  private final Map<Integer, CodeEvent.TaskScheduled> open;
  private final Map<Integer, NodeRun> changed = new LinkedHashMap<>();

  private ActivityRuns(@Nullable CodeState before) {
    open = before == null ? new HashMap<>() : new HashMap<>(before.open().tasks());
  }

  /**
   * What a decision changed.
   *
   * @param before null at the start
   */
  static Collection<NodeRun> changed(@Nullable InstanceState before, List<HistoryEvent> events) {
    ActivityRuns runs = new ActivityRuns(before == null ? null : before.code());
    events.forEach(runs::add);
    return runs.changed.values();
  }

  private void add(HistoryEvent event) {
    switch (event) {
      case HistoryEvent.TurnTaken taken -> taken.produced().forEach(this::add);
      case HistoryEvent.HistorySeeded seeded -> seeded.events().forEach(this::add);
      case HistoryEvent.CodeArrived arrived -> add(arrived.event());
      case HistoryEvent.TaskSettled settled ->
          end(settled.taskId(), settled.at(), RunStatus.DONE, null, null);
      case HistoryEvent.ContinuedAsNew _ -> {
        open.clear();
        changed.clear();
      }
      case HistoryEvent.InstanceEnded ended -> {
        if (ended.status() == Status.TERMINATED || ended.status() == Status.CANCELED) {
          for (int id : List.copyOf(open.keySet())) {
            end(id, ended.at(), RunStatus.STOPPED, null, null);
          }
        }
      }
      default -> {
        // The others concern no activity.
      }
    }
  }

  private void add(CodeEvent event) {
    switch (event) {
      case CodeEvent.TaskScheduled task -> {
        open.put(task.eventId(), task);
        changed.put(
            task.eventId(), run(task, new Wait.ForActivity(task.name(), List.of(), 0), null));
      }
      case CodeEvent.TaskCompleted done ->
          end(done.taskId(), done.at(), RunStatus.DONE, Payloads.plain(done.result()), null);
      case CodeEvent.TaskFailed failed ->
          end(failed.taskId(), failed.at(), RunStatus.FAILED, null, failed.failure());
      default -> {
        // The others concern no activity.
      }
    }
  }

  private void end(
      int id,
      Instant at,
      RunStatus status,
      @Nullable Object output,
      @Nullable FailureDetails details) {
    CodeEvent.TaskScheduled task = open.remove(id);
    if (task == null) {
      return;
    }
    String outcome =
        switch (status) {
          case DONE -> "success";
          case STOPPED -> "stopped";
          default -> "error";
        };
    Failure failure = details == null ? null : Failure.of(details, at);
    changed.put(id, run(task, null, new NodeRun.Result(status, outcome, output, failure, at)));
  }

  private static NodeRun run(
      CodeEvent.TaskScheduled task, @Nullable Wait wait, NodeRun.@Nullable Result result) {
    Map<String, @Nullable Object> input = new LinkedHashMap<>();
    input.put("input", Payloads.plain(task.input()));
    Map<String, Object> meta = new LinkedHashMap<>();
    meta.put("name", task.name());
    meta.put("template", "activity");
    return new NodeRun(
        task.eventId() + 1,
        new NodeRun.Place(Integer.toString(task.eventId()), 0, 0, 0, -1, ""),
        task.at(),
        input,
        List.of(),
        task.at(),
        wait,
        null,
        result,
        new NodeRun.Notes(null, meta, null, false));
  }
}
