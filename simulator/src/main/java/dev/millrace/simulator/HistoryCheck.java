package dev.millrace.simulator;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.store.Rows;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one instance from its committed rows, and the laws of its history. */
final class HistoryCheck {

  /** Where runs come from that undo others. */
  private static final String COMPENSATION = "(compensation)";

  private final World world;
  private final InstanceKey key;
  private final Map<String, Integer> runOfIndex = new HashMap<>();
  private final Set<Integer> resolved = new HashSet<>();
  private final Set<String> delivered = new HashSet<>();
  private final Set<String> raised = new HashSet<>();
  private final Set<String> marks = new HashSet<>();
  private final Set<String> actedOn = new HashSet<>();
  private int suspensions;
  private int resumptions;
  private int endings;
  private @Nullable InstanceState folded;
  private long events;
  private boolean purged;
  private Rows.@Nullable InstanceRow row;

  HistoryCheck(World world, InstanceKey key) {
    this.world = world;
    this.key = key;
  }

  /** The last committed row; null before the first. */
  Rows.@Nullable InstanceRow row() {
    return row;
  }

  /** Its rows were removed; what callers were told of it was true. */
  void purge() {
    purged = true;
  }

  boolean purged() {
    return purged;
  }

  /** How many events are committed. */
  long events() {
    return events;
  }

  /** Whether the event was kept or taken. */
  boolean knowsEvent(String eventId) {
    return raised.contains(eventId) || delivered.contains(eventId);
  }

  boolean knowsMark(String mark) {
    return marks.contains(mark);
  }

  boolean wasActedOn(String taskId) {
    return actedOn.contains(taskId);
  }

  int suspensions() {
    return suspensions;
  }

  int resumptions() {
    return resumptions;
  }

  /** Takes the events of one commit. */
  void chunk(Rows.HistoryChunk chunk) {
    world.verdict.require(
        chunk.firstSeq() == events + 1,
        "I3",
        "history of %s: expected event %d, found %d".formatted(key, events + 1, chunk.firstSeq()));
    for (HistoryEvent event : chunk.events()) {
      check(event);
      folded = world.engine.apply(folded, event);
      events++;
    }
    world.verdict.require(
        folded == null || chunk.generation() == folded.life().generation(),
        "I3",
        "history of %s: the chunk is of another generation than its last event".formatted(key));
  }

  /** Takes the row of one commit, after its events. */
  void row(Rows.InstanceRow next) {
    Rows.InstanceRow before = row;
    row = next;
    if (next.state().header().fast()) {
      fast(before, next);
      return;
    }
    world.verdict.require(
        next.state().equals(folded),
        "I7",
        "the stored state of %s is not the fold of its history".formatted(key));
  }

  /** A fast instance has no history; what of it is written tells of each start and each end. */
  private void fast(Rows.@Nullable InstanceRow before, Rows.InstanceRow next) {
    InstanceState.Lifecycle now = next.state().life();
    endings += now.status().terminal() ? 1 : 0;
    if (before == null) {
      return;
    }
    InstanceState.Lifecycle then = before.state().life();
    require(
        !then.status().terminal() || then.status() == Status.FAILED,
        "I4",
        "is %s and was written as %s".formatted(then.status(), now.status()));
    require(
        now.generation() > then.generation()
            || (now.generation() == then.generation() && now.eventCount() > then.eventCount()),
        "I3",
        "went from %s to %s".formatted(then, now));
    require(
        then.status().terminal()
            ? now.generation() > then.generation() || now.status() == then.status()
            : now.generation() == then.generation() || !now.status().terminal(),
        "I4",
        "went from %s to %s".formatted(then, now));
  }

  private void check(HistoryEvent event) {
    world.coverage.count(Coverage.Kind.EVENT, event);
    InstanceState before = folded;
    if (before == null) {
      require(event instanceof HistoryEvent.InstanceStarted, "I3", "begins with " + event);
      return;
    }
    require(
        !event.at().isBefore(before.life().lastEventAt()), "I3", "time runs backwards at " + event);
    if (before.life().status().terminal()) {
      boolean allowed =
          before.life().status() == Status.FAILED
              && (event instanceof HistoryEvent.InstanceRerun
                  || event instanceof HistoryEvent.VariablesSet);
      require(allowed, "I4", "is %s and got %s".formatted(before.life().status(), event));
    }
    switch (event) {
      case HistoryEvent.NodeRan ran -> {
        begun(before, ran.runId(), ran.place());
        resolvedNow(ran.runId());
      }
      case HistoryEvent.NodeEntered entered -> begun(before, entered.runId(), entered.place());
      case HistoryEvent.NodeCompleted completed -> completed(before, completed);
      case HistoryEvent.NodeResumed resumed -> {
        if (wait(before, resumed.runId()) instanceof Wait.ForRetry retry) {
          notEarly(event.at(), retry.dueAt(), "retry of run " + resumed.runId());
        }
      }
      case HistoryEvent.EventRaised kept -> raised.add(kept.eventId());
      case HistoryEvent.VariablesSet set -> {
        if (set.variables().get(Clients.MARK) instanceof String mark) {
          marks.add(mark);
        }
      }
      case HistoryEvent.HumanTaskChanged changed -> acted(changed.task());
      case HistoryEvent.InstanceSuspended _ -> suspensions++;
      case HistoryEvent.InstanceResumed _ -> resumptions++;
      case HistoryEvent.InstanceEnded _ -> {
        endings++;
        require(
            endings <= before.life().generation(),
            "I4",
            "ended %d times in %d generations".formatted(endings, before.life().generation()));
      }
      default -> {}
    }
  }

  private void begun(InstanceState before, int runId, NodeRun.Place place) {
    require(
        before.graph().undo() == null || place.from().equals(COMPENSATION),
        "compensation",
        "node %s begins while nodes are undone".formatted(place.nodeId()));
    Integer other = runOfIndex.put(place.nodeId() + "#" + place.index(), runId);
    require(
        other == null,
        "I5",
        "node %s index %d is run %s and run %d"
            .formatted(place.nodeId(), place.index(), other, runId));
  }

  private void resolvedNow(int runId) {
    require(resolved.add(runId), "I5", "run %d ended twice".formatted(runId));
  }

  private void completed(InstanceState before, HistoryEvent.NodeCompleted completed) {
    resolvedNow(completed.runId());
    if (completed.result().status() != NodeRun.RunStatus.DONE) {
      return;
    }
    switch (wait(before, completed.runId())) {
      case Wait.ForTime time -> notEarly(completed.at(), time.dueAt(), "run " + completed.runId());
      case Wait.ForEvent _ -> {
        if (completed.result().output() instanceof Map<?, ?> payload
            && payload.get(Clients.EVENT) instanceof String id) {
          require(delivered.add(id), "events", "event id %s was delivered twice".formatted(id));
        }
      }
      case null, default -> {}
    }
  }

  private void acted(HumanTask task) {
    if (task.state() == HumanTask.State.COMPLETED) {
      require(actedOn.add(task.id()), "I5", "work item %s was done twice".formatted(task.id()));
    }
  }

  private void notEarly(Instant at, Instant due, String what) {
    require(!at.isBefore(due), "I10", "%s was due %s and went on %s".formatted(what, due, at));
  }

  private static @Nullable Wait wait(InstanceState state, int runId) {
    NodeRun run = state.graph().runs().get(runId);
    return run == null ? null : run.waitsFor();
  }

  private void require(boolean holds, String law, String what) {
    world.verdict.require(holds, law, "instance " + key + ": " + what);
  }
}
