package dev.millrace.simulator;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.store.Rows;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether each instance that has not ended has, in the rows of the store, what will wake it: after
 * a crash there is nothing else. Asked from the state alone, not as the engine does it.
 */
final class WakeCheck {

  private static final String LAW = "I2";

  private final World world;

  WakeCheck(World world) {
    this.world = world;
  }

  private record Rowset(
      Map<InstanceKey, Map<String, Rows.TimerRow>> timers, List<Rows.OutboxRow> outbox) {}

  void check(Collection<InstanceKey> touched, CommitCheck known) {
    if (touched.isEmpty()) {
      return;
    }
    Map<InstanceKey, Map<String, Rows.TimerRow>> timers = new HashMap<>();
    for (Rows.TimerRow row : world.rows.timersBefore(Instant.MAX, Integer.MAX_VALUE)) {
      timers.computeIfAbsent(row.key(), _ -> new HashMap<>()).put(row.timerId(), row);
    }
    Rowset rows = new Rowset(timers, world.rows.outbox());
    for (InstanceKey key : touched) {
      HistoryCheck instance = known.find(key);
      Rows.InstanceRow row = instance == null ? null : instance.row();
      if (row != null && !row.state().life().status().terminal()) {
        check(row, rows, known);
      }
      if (row != null) {
        leftOver(row.state(), rows(row.state(), rows).keySet());
      }
    }
  }

  private void check(Rows.InstanceRow row, Rowset rows, CommitCheck known) {
    InstanceState state = row.state();
    if (state.awaitedSlot() != null) {
      require(idle(state) && row.openWork() == 0, state, "it waits for a slot and does something");
      return;
    }
    if (state.header().fast()) {
      require(row.openWork() > 0, state, "a fast instance that runs is not found by a restart");
      return;
    }
    if (state.life().timeoutAt() != null) {
      timer(state, rows, "instance", state.life().timeoutAt());
    }
    if (state.life().status() == Status.SUSPENDED) {
      return;
    }
    boolean parked =
        !state.graph().parked().isEmpty()
            || state.graph().loops().values().stream()
                .anyMatch(loop -> !loop.closed() && loop.count().active() == 0);
    require(!parked || row.openWork() > 0, state, "held tokens are not found by a restart");
    List<NodeRun> open = state.openRuns();
    require(parked || !open.isEmpty(), state, "nothing is open and it has not ended");
    bodies(row);
    for (NodeRun run : open) {
      run(state, run, row, rows, known);
    }
    joins(state, rows);
  }

  private static boolean idle(InstanceState state) {
    return state.openRuns().isEmpty() && state.life().timeoutAt() == null;
  }

  /** Each body is waited for, and holds something that goes on unless a restart will see to it. */
  private void bodies(Rows.InstanceRow row) {
    InstanceState state = row.state();
    InstanceState.GraphState graph = state.graph();
    Set<Integer> busy = new HashSet<>();
    state.openRuns().forEach(run -> busy.add(body(state, run.place().scope())));
    graph.parked().forEach(token -> busy.add(body(state, token.scope())));
    graph.loops().values().stream()
        .filter(loop -> !loop.closed())
        .forEach(loop -> busy.add(body(state, loop.place().scope())));
    for (InstanceState.Scope scope : graph.scopes().values()) {
      if (scope.body() != null) {
        NodeRun opener = graph.runs().get(scope.body().run());
        require(
            opener != null && opener.waitsFor() instanceof Wait.ForBodies,
            state,
            "nothing waits for body %d".formatted(scope.id()));
        require(
            busy.contains(scope.id()) || row.openWork() > 0,
            state,
            "nothing is left in body %d and it is open".formatted(scope.id()));
      }
    }
  }

  /** The innermost body that a scope lies in or is, 0 for none. */
  private static int body(InstanceState state, int scope) {
    InstanceState.Scope found = state.graph().scopes().get(scope);
    while (found != null && found.body() == null) {
      found = state.graph().scopes().get(found.parent());
    }
    return found == null ? 0 : found.id();
  }

  /** A timer goes in the same commit as what it was for, or rows pile up and fire for nothing. */
  private void leftOver(InstanceState state, Set<String> timers) {
    for (String id : timers) {
      int colon = id.indexOf(':');
      String name = id.substring(colon + 1);
      boolean needed =
          !state.life().status().terminal()
              && switch (id.substring(0, Math.max(0, colon))) {
                case "" -> state.life().timeoutAt() != null;
                case "join" -> {
                  InstanceState.Join join = state.graph().joins().get(name);
                  yield join != null
                      && state.graph().undo() == null
                      && !join.done()
                      && !join.arrivals().isEmpty();
                }
                default -> {
                  NodeRun run = state.graph().runs().get(Integer.parseInt(name));
                  yield run != null
                      && run.open()
                      && (run.timeoutAt() != null
                          || run.waitsFor() instanceof Wait.ForTime
                          || run.waitsFor() instanceof Wait.ForRetry);
                }
              };
      require(needed, state, "timer %s is stored and nothing waits for it".formatted(id));
    }
  }

  private void run(
      InstanceState state, NodeRun run, Rows.InstanceRow row, Rowset rows, CommitCheck known) {
    if (run.timeoutAt() != null) {
      timer(state, rows, "timeout:" + run.id(), run.timeoutAt());
    }
    switch (run.waitsFor()) {
      case Wait.ForActivity _ ->
          require(row.openWork() > 0, state, "an activity in flight is not found by a restart");
      case Wait.ForTime time -> timer(state, rows, "due:" + run.id(), time.dueAt());
      case Wait.ForRetry retry -> timer(state, rows, "retry:" + run.id(), retry.dueAt());
      case Wait.ForPeople people ->
          require(
              people.tasks().values().stream()
                  .anyMatch(task ->
                      task.state().open()
                          && world
                              .rows
                              .queries()
                              .humanTask(task.id())
                              .map(view -> view.task().state().open())
                              .orElse(false)),
              state,
              "run %d waits for people and nobody has a work item".formatted(run.id()));
      case Wait.ForChild child -> child(state, run, child.child(), rows, known);
      case Wait.ForRace race ->
          require(
              state.openRuns().size() > 1, state, "race %d has no runner".formatted(race.scope()));
      case Wait.ForBodies _ ->
          require(
              state.graph().scopes().values().stream()
                  .anyMatch(scope -> scope.body() != null && scope.body().run() == run.id()),
              state,
              "run %d waits for bodies and none is open".formatted(run.id()));
      case Wait.ForEvent _, Wait.ForCallback _, Wait.ForOperator _ -> {}
      case null ->
          require(false, state, "run %d is open and waits for nothing".formatted(run.id()));
    }
  }

  private void child(
      InstanceState state, NodeRun run, InstanceKey child, Rowset rows, CommitCheck known) {
    HistoryCheck instance = known.find(child);
    Rows.InstanceRow row = instance == null ? null : instance.row();
    boolean alive = row != null && !row.state().life().status().terminal();
    boolean told =
        rows.outbox().stream()
            .anyMatch(message ->
                switch (message.message()) {
                  case Effect.StartChild start -> start.key().equals(child);
                  case Effect.SendToInstance send ->
                      send.command() instanceof Command.ChildEnded ended
                          && ended.child().equals(child);
                  default -> false;
                });
    require(
        alive || told,
        state,
        "run %d waits for child %s, which is %s"
            .formatted(run.id(), child, row == null ? "unknown" : row.state().life().status()));
  }

  private void joins(InstanceState state, Rowset rows) {
    for (InstanceState.Join join : state.graph().joins().values()) {
      JoinPolicy policy =
          world.graphs.graph(state.header().definition()).node(join.joinId()).policies().join();
      if (policy != null
          && state.graph().undo() == null
          && policy.timeoutMillis() > 0
          && !join.done()
          && !join.arrivals().isEmpty()) {
        String id = "join:" + join.joinId() + "@" + join.scope();
        require(rows(state, rows).containsKey(id), state, "timer %s is not stored".formatted(id));
      }
    }
  }

  private void timer(InstanceState state, Rowset rows, String id, Instant due) {
    Rows.TimerRow row = rows(state, rows).get(id);
    require(
        row != null && row.dueAt().equals(due),
        state,
        "expected timer %s for %s, found %s".formatted(id, due, row));
  }

  private static Map<String, Rows.TimerRow> rows(InstanceState state, Rowset rows) {
    return rows.timers().getOrDefault(state.header().key(), Map.of());
  }

  private void require(boolean holds, InstanceState state, String what) {
    if (!holds) {
      world.verdict.breach(LAW, "instance %s: %s".formatted(state.header().key(), what));
    }
  }
}
