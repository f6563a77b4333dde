package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeOutcome;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.transport.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The history of an instance of another language in the words of this one: its runs of nodes are
 * activities, its waits for a time timers, its children children; each under the number of the run.
 * Nobody replays it. Used by one thread.
 */
public final class GraphHistory {
  private final InstanceState state;
  private final List<CodeEvent> told = new ArrayList<>();

  /** The runs that are timers or children, and what they wait for. */
  private final Map<Integer, Wait> waits = new HashMap<>();

  private GraphHistory(InstanceState state) {
    this.state = state;
  }

  /**
   * What happened to an instance, oldest first.
   *
   * @param events all of them; what the engine keeps to itself is left out
   */
  public static List<CodeEvent> of(InstanceState state, List<HistoryEvent> events) {
    GraphHistory history = new GraphHistory(state);
    InstanceState.Header header = state.header();
    history.started(header.startedAt(), state.life().executionUid(), header.input());
    events.forEach(history::tell);
    if (events.isEmpty() && state.life().endedAt() != null) {
      history.ended(
          state.life().endedAt(),
          state.life().status(),
          state.life().output(),
          state.life().failure());
    }
    return history.told;
  }

  private void started(Instant at, String execution, @Nullable Object input) {
    InstanceState.Header header = state.header();
    told.add(
        new CodeEvent.ExecutionStarted(
            at,
            null,
            header.definition().id(),
            null,
            text(input),
            header.key().uid(),
            execution,
            null,
            null,
            null,
            Map.of()));
  }

  private void tell(HistoryEvent event) {
    switch (event) {
      case HistoryEvent.NodeRan ran -> {
        scheduled(ran.at(), ran.runId(), ran.place(), ran.input());
        finished(ran.at(), ran.runId(), ran.result());
      }
      case HistoryEvent.NodeEntered entered -> entered(entered);
      case HistoryEvent.NodeCompleted completed ->
          finished(completed.at(), completed.runId(), completed.result());
      case HistoryEvent.EventRaised raised ->
          told.add(
              new CodeEvent.EventRaised(raised.at(), null, raised.name(), text(raised.payload())));
      case HistoryEvent.InstanceSuspended suspended ->
          told.add(new CodeEvent.ExecutionSuspended(suspended.at(), null));
      case HistoryEvent.InstanceResumed resumed ->
          told.add(new CodeEvent.ExecutionResumed(resumed.at(), null));
      case HistoryEvent.InstanceRerun rerun ->
          started(rerun.at(), rerun.executionUid(), state.header().input());
      case HistoryEvent.InstanceEnded ended ->
          ended(ended.at(), ended.status(), ended.output(), ended.failure());
      // How the engine came there, which this language has no words for.
      default -> {}
    }
  }

  private void entered(HistoryEvent.NodeEntered entered) {
    int id = entered.runId();
    switch (entered.waitsFor()) {
      case Wait.ForTime time -> {
        waits.put(id, time);
        told.add(
            new CodeEvent.TimerCreated(
                id, entered.at(), null, time.dueAt(), entered.place().nodeId(), null, null));
      }
      case Wait.ForChild child -> {
        waits.put(id, child);
        told.add(
            new CodeEvent.ChildCreated(
                id,
                entered.at(),
                null,
                child.child().uid(),
                child.definition(),
                null,
                text(child.input()),
                null,
                null,
                null,
                null));
      }
      default -> scheduled(entered.at(), id, entered.place(), entered.input());
    }
  }

  private void scheduled(
      Instant at, int id, NodeRun.Place place, Map<String, @Nullable Object> input) {
    told.add(
        new CodeEvent.TaskScheduled(
            id, at, null, place.nodeId(), null, text(input), null, "", null, null));
  }

  private void finished(Instant at, int id, NodeRun.Result result) {
    Failure failure = result.failure();
    String output = text(result.output());
    told.add(
        switch (waits.remove(id)) {
          case Wait.ForTime time -> new CodeEvent.TimerFired(at, time.dueAt(), id);
          case Wait.ForChild _ ->
              failure == null
                  ? new CodeEvent.ChildCompleted(at, null, id, output)
                  : new CodeEvent.ChildFailed(at, null, id, details(failure));
          case null, default ->
              failure == null
                  ? new CodeEvent.TaskCompleted(at, null, id, output, "")
                  : new CodeEvent.TaskFailed(at, null, id, details(failure), "");
        });
  }

  private void ended(
      Instant at, Status status, @Nullable Object output, @Nullable Failure failure) {
    CodeOutcome outcome =
        switch (status) {
          case COMPLETED -> CodeOutcome.COMPLETED;
          case CANCELED -> CodeOutcome.CANCELED;
          case TERMINATED -> CodeOutcome.TERMINATED;
          case PENDING, RUNNING, SUSPENDED, FAILED -> CodeOutcome.FAILED;
        };
    told.add(
        new CodeEvent.ExecutionCompleted(
            CodeEvent.NO_ID,
            at,
            null,
            outcome,
            text(output),
            failure == null ? null : details(failure)));
  }

  private static FailureDetails details(Failure failure) {
    return FailureDetails.of(failure.type(), failure.message());
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : Json.writeText(value);
  }
}
