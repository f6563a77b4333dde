package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Running a failed instance again, and going on after an incident. */
final class Reruns {

  private Reruns() {}

  static Decision rerun(InstanceState state, Command.RerunInstance command, Turn turn) {
    if (!command.fromNode().isEmpty() && !turn.graph.nodes().containsKey(command.fromNode())) {
      return Turn.rejected(
          state, Reply.Rejected.of(Reason.NOT_FOUND, "no task " + command.fromNode()));
    }
    String opener = turn.graph.openers().get(command.fromNode());
    if (opener != null) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(
              Reason.INVALID_INPUT,
              "task "
                  + command.fromNode()
                  + " lies in a body of "
                  + opener
                  + ", which can only be run again as a whole"));
    }
    boolean incident = state.life().status() == Status.RUNNING && state.incident();
    if (state.life().status() != Status.FAILED && !incident) {
      return Turn.rejected(
          state,
          Reply.Rejected.of(
              Reason.INVALID_STATE,
              "only a failed instance can be run again; this one is "
                  + state.life().status().word()));
    }
    return incident ? resolve(state, command, turn) : again(state, command, turn);
  }

  /** Runs an instance again that has not ended. */
  static Decision restart(InstanceState state, Command.RestartInstance command, Turn turn) {
    String from = command.fromNode();
    Reply.Rejected refusal = refusal(state, from, turn);
    if (refusal != null) {
      return Turn.rejected(state, refusal);
    }
    NodeRun latest = from.isEmpty() ? latest(turn, first(turn.graph.roots())) : latest(turn, from);
    Token token = new Token(from, 0, "", 0, null);
    if (latest != null && !from.isEmpty()) {
      NodeRun.Place place = latest.place();
      token = new Token(from, place.scope(), place.from(), place.fromRun(), null);
    }
    if (turn.graph.openers().containsKey(from)) {
      if (!turn.bodies.empty(turn.bodies.around(token.scope()))) {
        return Turn.rejected(
            state,
            Reply.Rejected.of(
                Reason.INVALID_STATE, "the body that task " + from + " lies in has ended"));
      }
    } else {
      stopAll(state, turn);
      token = new Token(from, 0, token.from(), token.fromRun(), null);
    }
    if (command.overwrite() && latest != null) {
      turn.emit(new HistoryEvent.NodeRunDiscarded(turn.now(), latest.id()));
      turn.nodes.replace(latest);
    }
    if (from.isEmpty()) {
      turn.graph.roots().forEach(root -> turn.ready(new Token(root, 0, "", 0, null)));
    } else {
      turn.ready(token);
    }
    turn.run();
    return turn.decision(Reply.OK);
  }

  private static Reply.@Nullable Rejected refusal(InstanceState state, String from, Turn turn) {
    if (state.life().status() != Status.RUNNING) {
      return Reply.Rejected.of(
          Reason.INVALID_STATE,
          "only a started instance can be started again; this one is "
              + state.life().status().word());
    }
    if (!from.isEmpty() && !turn.graph.nodes().containsKey(from)) {
      return Reply.Rejected.of(Reason.NOT_FOUND, "no task " + from);
    }
    return !from.isEmpty() && latest(turn, from) == null
        ? Reply.Rejected.of(Reason.INVALID_INPUT, "task " + from + " has not run yet")
        : null;
  }

  private static String first(List<String> roots) {
    return roots.isEmpty() ? "" : roots.getFirst();
  }

  private static @Nullable NodeRun latest(Turn turn, String nodeId) {
    List<Integer> ids = turn.draft.runsOf(nodeId);
    return ids.isEmpty() ? null : turn.draft.run(ids.getLast());
  }

  /** Begins a new generation in which nothing runs. */
  private static void stopAll(InstanceState state, Turn turn) {
    state.openRuns().forEach(turn.waits::dropWork);
    turn.emit(
        new HistoryEvent.InstanceRerun(
            turn.now(),
            state.life().generation() + 1,
            turn.drawUid(),
            state.graph().parameters(),
            state.life().timeoutAt()));
    turn.endings.standStill();
    for (InstanceState.Join join : turn.draft.joins()) {
      List<Integer> arrived = join.arrivals().stream().map(InstanceState.Arrival::fromRun).toList();
      turn.emit(
          new HistoryEvent.JoinPassed(turn.now(), join.joinId(), join.scope(), arrived, false));
    }
  }

  private static Decision resolve(InstanceState state, Command.RerunInstance command, Turn turn) {
    setVariables(command, turn);
    if (!command.parameters().isEmpty()) {
      turn.emit(new HistoryEvent.ParametersSet(turn.now(), command.parameters()));
    }
    for (NodeRun run : state.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForOperator) {
        turn.nodes.retry(run);
      }
    }
    turn.run();
    return turn.decision(Reply.OK);
  }

  private static Decision again(InstanceState state, Command.RerunInstance command, Turn turn) {
    InstanceState.Left left = state.graph().left();
    if (left == null) {
      left = new InstanceState.Left(List.of(), failedRuns(state, turn.graph.openers().keySet()));
    }
    long timeout = turn.graph.settings().timeoutMillis();
    Instant timeoutAt = timeout > 0 ? turn.now().plusMillis(timeout) : null;
    turn.emit(
        new HistoryEvent.InstanceRerun(
            turn.now(),
            state.life().generation() + 1,
            turn.drawUid(),
            parameters(state, command),
            timeoutAt));
    if (timeoutAt != null) {
      turn.effect(new Effect.ArmTimer(Endings.INSTANCE_TIMER, timeoutAt));
    }
    setVariables(command, turn);
    for (InstanceState.Loop loop : state.graph().loops().values()) {
      if (!loop.closed()) {
        turn.emit(new HistoryEvent.LoopClosed(turn.now(), loop.id(), null));
      }
    }
    turn.leftovers.putBack(left, command.fromNode());
    catchAgain(state, turn);
    turn.run();
    return turn.decision(new Reply.Accepted(Map.of("executionUid", turn.draft.executionUid())));
  }

  /** What the global exception node was given stays, unless what failed then is run again. */
  private static void catchAgain(InstanceState state, Turn turn) {
    Failure caught = state.life().caught();
    if (caught == null || turn.graph.settings().errorNode().isEmpty()) {
      return;
    }
    NodeRun cause = latest(turn, caught.nodeId());
    if (cause == null || !turn.leftovers.again(cause.id())) {
      turn.emit(new HistoryEvent.ErrorCaught(turn.now(), caught));
    }
  }

  private static Map<String, Map<String, @Nullable Object>> parameters(
      InstanceState state, Command.RerunInstance command) {
    Map<String, Map<String, @Nullable Object>> parameters =
        new LinkedHashMap<>(state.graph().parameters());
    parameters.putAll(command.parameters());
    return parameters;
  }

  private static void setVariables(Command.RerunInstance command, Turn turn) {
    if (!command.variables().isEmpty()) {
      turn.emit(new HistoryEvent.VariablesSet(turn.now(), command.variables()));
    }
  }

  /**
   * The nodes whose last run failed or was stopped, for an instance that failed before what it left
   * was recorded.
   */
  private static List<Integer> failedRuns(InstanceState state, Set<String> inBodies) {
    Map<String, NodeRun> last = new LinkedHashMap<>();
    for (NodeRun run : state.graph().runs().values()) {
      last.put(run.place().nodeId(), run);
    }
    List<Integer> failed = new ArrayList<>();
    for (NodeRun run : last.values()) {
      boolean own = !inBodies.contains(run.place().nodeId());
      if (own && run.result() != null && broken(run, run.result())) {
        failed.add(run.place().loop() == 0 ? run.id() : run.place().loop());
      }
    }
    return failed;
  }

  private static boolean broken(NodeRun run, NodeRun.Result result) {
    if (run.place().from().equals(Nodes.COMPENSATION)) {
      return false;
    }
    RunStatus status = result.status();
    boolean ignored = result.outcome().equals("success");
    return !ignored
        && (status == RunStatus.FAILED
            || status == RunStatus.TIMEOUT
            || status == RunStatus.STOPPED);
  }
}
