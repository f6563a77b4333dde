package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.InstanceState.Join;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.Graph.Ends;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The end of runs and instances, and what is undone before a failed end. */
final class Endings {

  static final String INSTANCE_TIMER = "instance";

  /** The parameter that names the definition of a child. */
  private static final String CHILD = "child_workflow_id";

  private final Turn turn;

  Endings(Turn turn) {
    this.turn = turn;
  }

  /** Stops an open run; work in flight is told nothing, its late result is ignored. */
  void stop(NodeRun run) {
    NodeRun found = turn.draft.findRun(run.id());
    if (found != null && found.open()) {
      turn.bodies.closeAll(found);
      turn.waits.closeRace(found);
      halt(found);
    }
  }

  /** Stops an open run alone; its bodies are stopped by whoever asks. */
  void halt(NodeRun run) {
    turn.waits.cancelTimers(run);
    turn.waits.dropWork(run);
    turn.waits.closePeople(run);
    stopChild(run, "the parent's node was stopped");
    Object progress = run.waitsFor() instanceof Wait.ForBodies bodies ? bodies.progress() : null;
    Object shown = run.notes() == null ? progress : run.notes().output();
    Result result = new Result(RunStatus.STOPPED, Outcomes.ERROR, shown, null, turn.now());
    turn.emit(new HistoryEvent.NodeCompleted(turn.now(), run.id(), result));
  }

  /** Gives up what an open run waits for, which somebody else has settled. */
  void release(NodeRun run) {
    turn.waits.cancelTimers(run);
    turn.waits.dropWork(run);
    stopChild(run, "the parent's node was settled");
  }

  /** Terminates the child that an open run waits for. */
  void stopChild(NodeRun run, String why) {
    if (run.waitsFor() instanceof Wait.ForChild child && child.terminateWithParent()) {
      terminate(child.child(), why);
    }
  }

  /** How the run of a node ends that ends the instance. */
  Result lastResult(Node node, Step.EndInstance end) {
    Failure failure = end.failure() == null ? null : end.failure().at(node.id(), turn.now());
    return failure == null
        ? new Result(RunStatus.DONE, Outcomes.SUCCESS, end.output(), null, turn.now())
        : new Result(RunStatus.FAILED, Outcomes.ERROR, end.output(), failure, turn.now());
  }

  private void terminate(InstanceKey child, String why) {
    turn.effect(
        new Effect.SendToInstance(new Command.TerminateInstance(child, EndReason.SYSTEM, why)));
  }

  /** Ends the instance: everything open is stopped, the parent is told. */
  void end(Status status, EndReason reason, @Nullable Object output, @Nullable Failure failure) {
    if (turn.ended()) {
      return;
    }
    if (status == Status.FAILED) {
      turn.leftovers.takeStock();
    }
    turn.dropReady();
    turn.draft.openRuns().forEach(this::stop);
    endDetachedChildren();
    if (turn.draft.timeoutAt() != null) {
      turn.effect(new Effect.CancelTimer(INSTANCE_TIMER));
    }
    turn.joins.cancelTimers();
    Failure recorded = failure == null ? turn.draft.caught() : failure;
    Ends ends = turn.graph.settings().ends();
    Object given = output == null || ends.setOutputOnly() ? turn.draft.output() : output;
    turn.emit(new HistoryEvent.InstanceEnded(turn.now(), status, reason, given, recorded));
    tellParent(status, given, recorded);
    if (status == Status.FAILED && !ends.onFailure().isEmpty()) {
      startHandler(ends.onFailure(), recorded);
    }
    if (ends.forgotten().contains(new Failure.End(status, reason))) {
      turn.forget();
    }
  }

  /** An approval was rejected and no branch takes the rejection. */
  void reject(NodeRun run) {
    Failure failure =
        Failure.of(Outcomes.REJECTED, "rejected at " + run.place().nodeId())
            .at(run.place().nodeId(), turn.now());
    int body = turn.bodies.around(run.place().scope());
    if (body != 0) {
      turn.bodies.fail(body, failure);
    } else {
      reject(failure);
    }
  }

  /** A rejection that reached the outermost level. */
  void reject(Failure failure) {
    end(Status.TERMINATED, EndReason.REJECTED, null, failure);
  }

  private void endDetachedChildren() {
    for (NodeRun run : turn.draft.allRuns()) {
      if (run.result() != null
          && run.result().status() == RunStatus.DONE
          && startsDetachedChild(run)
          && !chosen(run, "whenParentComplete", "continue")) {
        String definition = String.valueOf(run.input().get(CHILD));
        terminate(ChildKeys.of(turn.draft.header().key(), run, definition), "the parent ended");
      }
    }
  }

  private static boolean startsDetachedChild(NodeRun run) {
    return run.input().containsKey(CHILD) && chosen(run, "operation", "async");
  }

  private static boolean chosen(NodeRun run, String parameter, String choice) {
    return run.input().get(parameter) instanceof String text && text.equalsIgnoreCase(choice);
  }

  private void tellParent(Status status, @Nullable Object output, @Nullable Failure failure) {
    ParentRef parent = turn.draft.header().parent();
    if (parent == null || !parent.waits()) {
      return;
    }
    Object result = status == Status.COMPLETED || failure == null ? output : failure.toJson();
    turn.effect(
        new Effect.SendToInstance(
            new Command.ChildEnded(
                parent.key(),
                parent.generation(),
                parent.runId(),
                turn.draft.header().key(),
                status,
                result,
                parent.execution())));
  }

  /** Starts the process that is to be told of the failure, in the commit of the failed end. */
  private void startHandler(String definition, @Nullable Failure failure) {
    InstanceState.Header self = turn.draft.header();
    if (self.origin().labels().containsKey(Command.Origin.FAILURE_OF)) {
      return;
    }
    Failure told =
        failure == null ? Failure.of("unknown", "no reason given").at("", turn.now()) : failure;
    int generation = turn.draft.generation();
    TraceContext trace = self.origin().trace();
    turn.effect(
        new Effect.StartChild(
            ChildKeys.ofFailure(self.key(), generation, definition),
            definition,
            0,
            Failures.told(turn, told),
            self.origin().executor(),
            new ParentRef(self.key(), generation, 0, false, ParentRef.depthBelow(self.parent())),
            Map.of(Command.Origin.FAILURE_OF, self.key().toString()),
            trace == null ? null : trace.below(generation)));
  }

  /** Ends the instance if no token, wait or join is left. */
  void finishIfIdle() {
    if (turn.draft.status() == Status.SUSPENDED
        || !turn.draft.parked().isEmpty()
        || !turn.draft.openRuns().isEmpty()
        || turn.draft.loops().stream().anyMatch(loop -> !loop.closed())) {
      return;
    }
    Failure pending = turn.errors.pending();
    if (pending != null) {
      end(pending.status(), pending.reason(), null, pending);
      return;
    }
    for (Join join : turn.draft.joins()) {
      if (!join.done() && !join.arrivals().isEmpty()) {
        Failure failure = Joins.deadlock(join).at(join.joinId(), turn.now());
        end(Status.FAILED, EndReason.ERROR, null, failure);
        return;
      }
    }
    complete();
  }

  private void complete() {
    Graph.Settings settings = turn.graph.settings();
    if (settings.ends().setOutputOnly()) {
      end(Status.COMPLETED, EndReason.NONE, null, null);
      return;
    }
    Object output;
    try {
      output =
          settings.output() == null
              ? natural()
              : turn.ports.expressions().resolve(settings.output(), RunScope.ofInstance(turn));
    } catch (ExpressionException fault) {
      Failure failure = Failure.of("expression", "output: " + fault.getMessage());
      end(Status.FAILED, EndReason.ERROR, null, failure);
      return;
    }
    Schemas.Validation validation = turn.ports.schemas().validate(settings.outputSchema(), output);
    if (!validation.valid()) {
      Schemas.Violation first = validation.violations().getFirst();
      Failure failure = Failure.of("constraint", "output " + first.path() + ": " + first.message());
      end(Status.FAILED, EndReason.DECIDED, output, failure.at("", turn.now()));
      return;
    }
    end(Status.COMPLETED, EndReason.NONE, validation.value(), null);
  }

  /** The output of the end node reached, or of several by their ids. */
  private @Nullable Object natural() {
    RunScope scope = RunScope.ofInstance(turn);
    Map<String, @Nullable Object> reached = new LinkedHashMap<>();
    Set<String> inBodies = turn.graph.openers().keySet();
    String last = "";
    for (String id : turn.draft.nodesRun()) {
      if (inBodies.contains(id)) {
        continue;
      }
      last = id;
      Node node = turn.graph.nodes().get(id);
      if (node != null && node.edges().isEmpty() && done(id)) {
        reached.put(id, scope.outputOf(id));
      }
    }
    if (reached.isEmpty()) {
      return last.isEmpty() ? null : scope.outputOf(last);
    }
    return reached.size() == 1 ? reached.values().iterator().next() : reached;
  }

  private boolean done(String nodeId) {
    return turn.draft.runsOf(nodeId).stream()
        .map(id -> turn.draft.run(id).result())
        .anyMatch(result -> result != null && result.status() == RunStatus.DONE);
  }

  /** Undoes the completed nodes, newest first, and fails the instance then. */
  void compensate(Failure failure) {
    turn.leftovers.takeStock();
    standStill();
    List<Integer> undo =
        turn.draft.allRuns().stream()
            .filter(this::undoable)
            .sorted(Comparator.comparing(this::endAt).thenComparingInt(NodeRun::id).reversed())
            .map(NodeRun::id)
            .toList();
    turn.emit(new HistoryEvent.CompensationStarted(turn.now(), undo, failure));
  }

  /** Stops everything that could still move a token: nothing goes on while nodes are undone. */
  void standStill() {
    turn.dropReady();
    turn.draft.openRuns().forEach(this::stop);
    for (Loop loop : List.copyOf(turn.draft.loops())) {
      if (!loop.closed()) {
        turn.emit(new HistoryEvent.LoopClosed(turn.now(), loop.id(), null));
      }
    }
    if (!turn.draft.parked().isEmpty()) {
      turn.emit(new HistoryEvent.TokensReleased(turn.now()));
    }
    turn.joins.cancelTimers();
  }

  private boolean undoable(NodeRun run) {
    Node node = turn.graph.nodes().get(run.place().nodeId());
    return node != null
        && !node.policies().compensate().isEmpty()
        && run.result() != null
        && run.result().status() == RunStatus.DONE
        && !undone(node.policies().compensate(), run.id());
  }

  /** Whether a run was undone before a rerun. */
  private boolean undone(String compensation, int runId) {
    return turn.draft.runsOf(compensation).stream()
        .map(id -> turn.draft.run(id).place())
        .anyMatch(place -> place.from().equals(Nodes.COMPENSATION) && place.fromRun() == runId);
  }

  private Instant endAt(NodeRun run) {
    return run.result() == null ? run.startAt() : run.result().endAt();
  }

  /** Starts the next undo, or ends the instance after the last; false when not compensating. */
  boolean compensateNext() {
    List<Integer> undo = turn.draft.undo();
    if (undo == null || turn.draft.status() == Status.SUSPENDED) {
      return false;
    }
    if (undo.isEmpty()) {
      end(Status.FAILED, EndReason.ERROR, null, turn.draft.failure());
      return true;
    }
    if (!turn.draft.openRuns().isEmpty()) {
      return false;
    }
    NodeRun undone = turn.draft.run(undo.getFirst());
    Node node = turn.graph.node(turn.graph.node(undone.place().nodeId()).policies().compensate());
    Place place =
        new Place(
            node.id(), turn.nodes.nextIndex(node.id()), 0, 0, -1, Nodes.COMPENSATION, undone.id());
    turn.nodes.start(node, place, Nodes.Extras.NONE);
    return true;
  }

  /** The undo under way is done. */
  void compensated() {
    List<Integer> undo = turn.draft.undo();
    if (undo != null && !undo.isEmpty()) {
      turn.emit(new HistoryEvent.CompensationStepped(turn.now(), undo.getFirst()));
    }
  }
}
