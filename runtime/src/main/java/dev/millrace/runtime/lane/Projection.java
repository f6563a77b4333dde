package dev.millrace.runtime.lane;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Graph;
import dev.millrace.store.Rows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Derives the rows that a decision changes from the states before and after it. Stateless. */
@SuppressWarnings(
    "ReferenceEquality") // states share what did not change, so identity tells it cheaply
final class Projection {

  private Projection() {}

  /**
   * Adds the rows of a standard instance.
   *
   * @param before null at the start
   */
  static void standard(
      BatchBuilder rows,
      Owned owned,
      @Nullable InstanceState before,
      InstanceState after,
      List<HistoryEvent> events) {
    long known = before == null ? 0 : before.life().eventCount();
    if (after.life().eventCount() != known + events.size()) {
      throw new IllegalStateException(
          "expected %d events folded into %s, found %d"
              .formatted(known + events.size(), after.header().key(), after.life().eventCount()));
    }
    // First, because it is the one that may refuse.
    rows.history(
        new Rows.HistoryChunk(
            after.header().key(), owned.partition(), after.life().generation(), known + 1, events));
    rows.instance(instanceRow(owned, after));
    Map<Integer, NodeRun> runs = before == null ? Map.of() : before.graph().runs();
    if (runs == after.graph().runs()) {
      return;
    }
    for (NodeRun run : after.graph().runs().values()) {
      NodeRun old = runs.get(run.id());
      if (old != run) {
        rows.nodeRun(
            new Rows.NodeRunRow(
                after.header().key(), after.header().id(), after.life().generation(), run));
        humanTasks(rows, after, old, run, events);
      }
    }
  }

  /** Adds the rows of the activities of a code workflow, after all its other rows. */
  static void activities(
      BatchBuilder rows,
      @Nullable InstanceState before,
      InstanceState after,
      List<HistoryEvent> events) {
    InstanceState.Header header = after.header();
    if (beginsAgain(events)) {
      rows.clearRuns(new Rows.ClearRow(header.key(), after.life().eventCount()));
    }
    for (NodeRun run : ActivityRuns.changed(before, events)) {
      rows.nodeRun(new Rows.NodeRunRow(header.key(), header.id(), after.life().generation(), run));
    }
  }

  /** Adds the two rows of a fast instance: what lists show, and the whole state. */
  static void fast(BatchBuilder rows, Owned owned, InstanceState after) {
    rows.instance(instanceRow(owned, after));
    rows.snapshot(new Rows.Snapshot(after.header().key(), after.life().eventCount(), after));
  }

  /** Whether a decision began a new run of a code workflow. */
  static boolean beginsAgain(List<HistoryEvent> events) {
    return events.stream().anyMatch(HistoryEvent.ContinuedAsNew.class::isInstance);
  }

  /** What an instance's row says that its state does not. */
  record Owned(int partition, String owner, int openWork, Graph.Kept kept) {}

  private static Rows.InstanceRow instanceRow(Owned owned, InstanceState state) {
    return new Rows.InstanceRow(
        owned.partition(), state, owned.owner(), owned.openWork(), keptUntil(owned.kept(), state));
  }

  private static @Nullable Instant keptUntil(Graph.Kept kept, InstanceState state) {
    Instant endedAt = state.life().endedAt();
    Duration time = kept.of(state.life().status());
    if (endedAt == null || time == null) {
      return null;
    }
    return time.equals(Graph.Kept.FOREVER) ? Rows.FOREVER : endedAt.plus(time);
  }

  private static void humanTasks(
      BatchBuilder rows,
      InstanceState state,
      @Nullable NodeRun old,
      NodeRun run,
      List<HistoryEvent> events) {
    Wait.ForPeople then = old == null ? null : people(old);
    Wait.ForPeople now = people(run);
    Map<String, HumanTask> known = then == null ? Map.of() : then.tasks();
    if (now != null) {
      for (HumanTask task : now.tasks().values()) {
        if (known.get(task.id()) != task) {
          rows.humanTask(row(state, run, now, task));
        }
      }
    }
    for (HumanTask task : known.values()) {
      if (then == null || (now != null && now.tasks().containsKey(task.id()))) {
        continue;
      }
      HumanTask last = lastChange(events, run.id(), task);
      if (last.state().open()) {
        // The run ended without a word about this work item: nobody may act on it any more.
        last =
            new HumanTask(
                task.id(),
                task.user(),
                HumanTask.State.CANCELED,
                "",
                null,
                state.life().lastEventAt());
      }
      if (last != task) {
        rows.humanTask(row(state, run, then, last));
      }
    }
  }

  private static Wait.@Nullable ForPeople people(NodeRun run) {
    return run.waitsFor() instanceof Wait.ForPeople people ? people : null;
  }

  private static HumanTask lastChange(List<HistoryEvent> events, int runId, HumanTask task) {
    HumanTask last = task;
    for (HistoryEvent event : events) {
      if (event instanceof HistoryEvent.HumanTaskChanged changed
          && changed.runId() == runId
          && changed.task().id().equals(task.id())) {
        last = changed.task();
      }
    }
    return last;
  }

  private static Rows.HumanTaskRow row(
      InstanceState state, NodeRun run, Wait.ForPeople people, HumanTask task) {
    return new Rows.HumanTaskRow(
        state.header().key(),
        run.id(),
        run.place().nodeId(),
        people.spec().title(),
        people.spec().content(),
        task);
  }
}
