package dev.millrace.engine.interpreter;

import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceState.KeptEvent;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What open runs wait for: timers, kept events, persons, races. */
final class Waits {

  static final String DUE = "due:";
  static final String RETRY = "retry:";
  static final String TIMEOUT = "timeout:";

  private final Turn turn;

  Waits(Turn turn) {
    this.turn = turn;
  }

  /** The timers that an open run needs, by id. They follow from its state alone. */
  static Map<String, Instant> timersOf(NodeRun run) {
    Map<String, Instant> timers = new LinkedHashMap<>();
    switch (run.waitsFor()) {
      case Wait.ForTime time -> timers.put(DUE + run.id(), time.dueAt());
      case Wait.ForRetry retry -> timers.put(RETRY + run.id(), retry.dueAt());
      case null, default -> {}
    }
    if (run.timeoutAt() != null) {
      timers.put(TIMEOUT + run.id(), run.timeoutAt());
    }
    return timers;
  }

  void armTimers(NodeRun run) {
    timersOf(run).forEach((id, due) -> turn.effect(new Effect.ArmTimer(id, due)));
  }

  void cancelTimers(NodeRun run) {
    timersOf(run).keySet().forEach(id -> turn.effect(new Effect.CancelTimer(id)));
  }

  /** Takes back the work of a run that no worker has yet. */
  void dropWork(NodeRun run) {
    if (run.waitsFor() instanceof Wait.ForActivity activity
        && WorkerActivity.of(activity.activity()) != null) {
      turn.effect(new Effect.DropWork(WorkerActivity.work(turn.draft.generation(), run.id())));
    }
  }

  /** Gives a run that waits for an event one that was kept, if there is one. */
  void takeKept(NodeRun run, Wait.ForEvent wanted) {
    List<KeptEvent> kept = turn.draft.keptEvents();
    for (int i = 0; i < kept.size(); i++) {
      KeptEvent event = kept.get(i);
      boolean alive = event.expiresAt() == null || event.expiresAt().isAfter(turn.now());
      if (alive && fits(wanted, event.name(), event.correlation())) {
        turn.emit(new HistoryEvent.EventConsumed(turn.now(), i));
        turn.nodes.complete(run, event.payload(), Outcomes.SUCCESS);
        return;
      }
    }
  }

  static boolean fits(Wait.ForEvent wanted, String name, String correlation) {
    return wanted.name().equals(name)
        && (wanted.correlation().isEmpty() || wanted.correlation().equals(correlation));
  }

  /** Cancels the open work items of a run. */
  void closePeople(NodeRun run) {
    if (!(turn.draft.run(run.id()).waitsFor() instanceof Wait.ForPeople people)) {
      return;
    }
    for (HumanTask task : people.tasks().values()) {
      if (task.state().open()) {
        HumanTask canceled =
            new HumanTask(task.id(), task.user(), HumanTask.State.CANCELED, "", null, turn.now());
        turn.emit(new HistoryEvent.HumanTaskChanged(turn.now(), run.id(), canceled));
      }
    }
  }

  /** Begins a race of the nodes that follow. */
  void race(Node node, NodeRun run, Parameters parameters) {
    int runId = run.id();
    int scope = runId + 1;
    turn.emit(
        new HistoryEvent.NodeEntered(
            turn.now(),
            runId,
            run.place(),
            parameters.recorded(),
            new Wait.ForRace(scope),
            turn.nodes.timeoutAt(node, parameters.resolved(), new Wait.ForRace(scope))));
    armTimers(turn.draft.run(runId));
    turn.emit(new HistoryEvent.ScopeOpened(turn.now(), scope, run.place().scope(), node.id()));
    for (Edge edge : turn.edges.candidates(node, Outcomes.SUCCESS)) {
      turn.ready(new Token(edge.to(), scope, node.id(), runId, null));
    }
  }

  /**
   * If a run is the first to end in a race, the others are stopped and the gateway ends.
   *
   * @return the scope that the winner's edges are followed in
   */
  int winRace(NodeRun winner) {
    int scope = winner.place().scope();
    NodeRun gateway = null;
    for (NodeRun run : turn.draft.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForRace race && race.scope() == scope) {
        gateway = run;
      }
    }
    if (gateway == null) {
      return scope;
    }
    for (NodeRun run : new ArrayList<>(turn.draft.openRuns())) {
      if (run.id() != winner.id()
          && run.id() != gateway.id()
          && turn.edges.inside(run.place().scope(), scope)) {
        turn.endings.stop(run);
      }
    }
    turn.dropReady(Set.of(scope));
    cancelTimers(gateway);
    Map<String, @Nullable Object> output = new LinkedHashMap<>();
    output.put("winner", winner.place().nodeId());
    output.put("output", winner.result() == null ? null : winner.result().output());
    Scope found = turn.draft.scope(scope);
    turn.emit(
        new HistoryEvent.NodeCompleted(
            turn.now(),
            gateway.id(),
            new Result(RunStatus.DONE, Outcomes.SUCCESS, output, null, turn.now())));
    turn.emit(new HistoryEvent.ScopeClosed(turn.now(), scope));
    return found == null ? 0 : found.parent();
  }
}
