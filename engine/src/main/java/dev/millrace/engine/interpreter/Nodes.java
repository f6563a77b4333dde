package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command.WorkToken;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.BodyOutcome;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Enters nodes and records what they answer. */
final class Nodes {

  /** The {@code from} of runs that undo another. */
  static final String COMPENSATION = "(compensation)";

  private final Turn turn;

  /** Discarded runs whose number and place in the count of runs the next run of the node takes. */
  private final Map<String, NodeRun> replaced = new HashMap<>();

  Nodes(Turn turn) {
    this.turn = turn;
  }

  /** The next run of its node in this decision takes the place of one that was discarded. */
  void replace(NodeRun discarded) {
    replaced.put(discarded.place().nodeId(), discarded);
  }

  /** A token reaches a node: pass, join, loop or run. */
  void enter(Token token) {
    Node node = turn.graph.node(token.nodeId());
    if (node.policies().ignored()) {
      pass(node, place(node, token.scope(), token.from(), token.fromRun()));
    } else if (node.policies().join() != null) {
      turn.joins.arrive(token, node.policies().join());
    } else {
      begin(node, token);
    }
  }

  /** Starts a node for a token that need not wait for others. */
  void begin(Node node, Token token) {
    Place place = place(node, token.scope(), token.from(), token.fromRun());
    begin(node, place, new Extras(token.failure(), null));
  }

  /** Starts a node: as a loop, or as one run. */
  void begin(Node node, Place place, Extras extras) {
    if (node.policies().loop() != null) {
      turn.loops.open(node, place);
    } else {
      start(node, place, extras);
    }
  }

  private Place place(Node node, int scope, String from, int fromRun) {
    int round = turn.bodies.round(scope);
    return new Place(node.id(), nextIndex(node.id()), scope, 0, round, from, fromRun);
  }

  /** The index of the next run of a node. */
  int nextIndex(String nodeId) {
    NodeRun discarded = replaced.get(nodeId);
    if (discarded != null) {
      return discarded.place().index() + 1;
    }
    List<Integer> ids = turn.draft.runsOf(nodeId);
    return ids.isEmpty() ? 0 : turn.draft.run(ids.getLast()).place().index() + 1;
  }

  private void pass(Node node, Place place) {
    Result result = new Result(RunStatus.SKIPPED, Outcomes.SUCCESS, null, null, turn.now());
    int id = turn.draft.nextId();
    turn.emit(new HistoryEvent.NodeRan(turn.now(), id, place, Map.of(), result));
    turn.edges.followIgnored(node, turn.draft.run(id));
  }

  /** Runs a node once, up to its end or its wait. */
  void start(Node node, Place place, Extras extras) {
    NodeRun provisional = provisional(place);
    if (Visits.tooMany(turn, place)) {
      Step.Failed failed =
          Step.Failed.of("loop_limit", "node " + node.id() + " ran " + place.index() + " times");
      turn.errors.failNew(node, provisional, Map.of(), failed);
      return;
    }
    RunScope scope = new RunScope(turn, provisional, extras);
    Parameters parameters = new Parameters(turn, node, scope);
    Step step;
    try {
      step = parameters.failure() == null ? answer(node, parameters, scope, extras) : null;
    } catch (ExpressionException fault) {
      step = Step.Failed.of("expression", String.valueOf(fault.getMessage()));
    }
    if (step == null) {
      step = new Step.Failed(Objects.requireNonNull(parameters.failure()));
    }
    take(node, provisional, parameters, scope, step);
  }

  NodeRun provisional(Place place) {
    NodeRun discarded = replaced.remove(place.nodeId());
    int id = discarded == null ? turn.draft.nextId() : discarded.id();
    return new NodeRun(id, place, turn.now(), Map.of(), List.of(), turn.now(), null, null, null);
  }

  private Step answer(Node node, Parameters parameters, RunScope scope, Extras extras) {
    if (node.policies().pinned() != null && turn.draft.header().origin().test()) {
      return Step.Done.of(node.policies().pinned().output());
    }
    NodeType type = turn.ports.types().find(node.type()).orElse(null);
    if (type == null) {
      return Step.Failed.of("constraint", "unknown template " + node.type());
    }
    return type.enter(new EnteredNode(turn, node, parameters.resolved(), scope, extras));
  }

  private void take(Node node, NodeRun run, Parameters parameters, RunScope scope, Step step) {
    switch (step) {
      case Step.Done done -> done(node, run, parameters, done.output(), done.outcome());
      case Step.Waiting waiting -> wait(node, run, parameters, scope, waiting.waitsFor());
      case Step.Failed failed -> turn.errors.failNew(node, run, parameters.recorded(), failed);
      case Step.Stay _ ->
          turn.errors.failNew(
              node,
              run,
              parameters.recorded(),
              Step.Failed.of("constraint", "node " + node.id() + " waits for nothing"));
      case Step.Recorded more -> {
        NodeRun noted = others(run, more.others()).noted(more.notes());
        RunScope seen = noted.id() == run.id() ? scope : new RunScope(turn, noted, Extras.NONE);
        Parameters with = more.input() == null ? parameters : parameters.recordedAs(more.input());
        take(node, noted, with, seen, more.step());
      }
      case Step.SetOutput set -> {
        turn.emit(new HistoryEvent.OutputSet(turn.now(), set.output()));
        done(node, run, parameters, set.output(), Outcomes.SUCCESS);
      }
      case Step.SetVariables set -> {
        turn.emit(new HistoryEvent.VariablesSet(turn.now(), set.variables()));
        done(node, run, parameters, set.output(), Outcomes.SUCCESS);
      }
      case Step.RemoveVariable remove -> {
        turn.emit(new HistoryEvent.VariableRemoved(turn.now(), remove.name()));
        done(node, run, parameters, remove.output(), Outcomes.SUCCESS);
      }
      case Step.SetEnvironment set -> {
        turn.setEnvironment(set.name(), set.value());
        done(node, run, parameters, set.output(), Outcomes.SUCCESS);
      }
      case Step.StartAndGo go -> {
        startChild(run, go.child(), false);
        done(node, run, parameters, Map.of("id", go.child().child().uid()), Outcomes.SUCCESS);
      }
      case Step.EndInstance end -> {
        Result result = turn.endings.lastResult(node, end);
        record(run, parameters.recorded(), result);
        turn.leftovers.failed(turn.draft.run(run.id()));
        turn.endings.end(end.status(), end.reason(), end.output(), result.failure());
      }
      case Step.Race race -> turn.waits.race(node, run, parameters);
      case Step.Open open -> {
        Wait wait = new Wait.ForBodies(open.progress());
        turn.bodies.enter(
            node, run, parameters, open, timeoutAt(node, parameters.resolved(), wait));
      }
      case Step.EndBody end -> endBody(node, run, parameters, end);
    }
  }

  /** Records runs of other nodes; the run, which may have another number after that. */
  private NodeRun others(NodeRun run, List<Step.OtherRun> others) {
    for (Step.OtherRun other : others) {
      List<Integer> ids = turn.draft.runsOf(other.nodeId());
      Place place =
          new Place(
              other.nodeId(),
              nextIndex(other.nodeId()),
              run.place().scope(),
              0,
              run.place().loopIndex(),
              run.place().nodeId(),
              ids.isEmpty() ? 0 : ids.getFirst());
      Result result =
          new Result(RunStatus.DONE, Outcomes.SUCCESS, other.output(), null, turn.now());
      turn.emit(new HistoryEvent.NodeRan(turn.now(), turn.draft.nextId(), place, Map.of(), result));
    }
    return others.isEmpty() || turn.draft.findRun(run.id()) == null
        ? run
        : provisional(run.place());
  }

  /** Records runs of other nodes while a run is open. */
  void recordOthers(NodeRun run, List<Step.OtherRun> others) {
    others(run, others);
  }

  private void endBody(Node node, NodeRun run, Parameters parameters, Step.EndBody end) {
    int body = turn.bodies.around(run.place().scope());
    if (body == 0) {
      done(node, run, parameters, end.output(), Outcomes.SUCCESS);
      return;
    }
    Result result = new Result(RunStatus.DONE, Outcomes.SUCCESS, end.output(), null, turn.now());
    record(run, parameters.recorded(), result);
    turn.bodies.settle(body, new BodyOutcome(end.outcome(), end.output(), null), true);
  }

  private void done(
      Node node, NodeRun run, Parameters parameters, @Nullable Object output, String outcome) {
    finishNew(
        node,
        run,
        parameters.recorded(),
        new Result(RunStatus.DONE, outcome, output, null, turn.now()));
  }

  /** Records a run that never waited and follows its edges. */
  void finishNew(Node node, NodeRun run, Map<String, @Nullable Object> recorded, Result result) {
    NodeRun withInput =
        new NodeRun(
            run.id(),
            run.place(),
            run.startAt(),
            recorded,
            run.attempts(),
            run.attemptAt(),
            null,
            null,
            null,
            run.notes());
    Ending ending = Ending.of(turn, node, withInput, result);
    if (ending.failure() != null) {
      turn.errors.failNew(node, run, recorded, new Step.Failed(ending.failure()));
      return;
    }
    record(run, recorded, ending.result());
    ended(node, turn.draft.run(run.id()), ending);
  }

  private void record(NodeRun run, Map<String, @Nullable Object> recorded, Result result) {
    turn.emit(
        new HistoryEvent.NodeRan(turn.now(), run.id(), run.place(), recorded, result, run.notes()));
  }

  /** What an open run waited for has come: it ends, unless its type wants to go on. */
  void complete(NodeRun run, @Nullable Object output, String outcome) {
    Node node = turn.graph.node(run.place().nodeId());
    if (turn.openers.asks(node)) {
      turn.openers.waitEnded(run, outcome, output);
    } else {
      finish(node, run, output, outcome);
    }
  }

  /**
   * What an open run waited for has failed: it fails, unless its type says otherwise.
   *
   * @param leastDelayMillis before a retry, as the other side asked
   */
  void fail(NodeRun run, Failure failure, long leastDelayMillis) {
    Node node = turn.graph.node(run.place().nodeId());
    if (turn.openers.asks(node)) {
      turn.openers.waitFailed(run, failure, leastDelayMillis);
    } else {
      turn.errors.fail(run, failure, leastDelayMillis);
    }
  }

  /** Ends an open run well and follows its edges. */
  void finish(Node node, NodeRun run, @Nullable Object output, String outcome) {
    Result result = new Result(RunStatus.DONE, outcome, output, null, turn.now());
    Ending ending = Ending.of(turn, node, run, result);
    turn.waits.cancelTimers(run);
    if (ending.failure() != null) {
      turn.errors.fail(run, ending.failure(), 0);
      return;
    }
    turn.emit(new HistoryEvent.NodeCompleted(turn.now(), run.id(), ending.result()));
    ended(node, turn.draft.run(run.id()), ending);
  }

  private void ended(Node node, NodeRun run, Ending ending) {
    if (run.place().loop() != 0) {
      turn.advanceLater(run.place().loop());
    } else if (run.place().from().equals(COMPENSATION)) {
      turn.endings.compensated();
    } else if (node.id().equals(turn.graph.settings().endNode())) {
      turn.endings.end(Status.COMPLETED, EndReason.NONE, ending.result().output(), null);
    } else {
      int scope = turn.waits.winRace(run);
      turn.edges.take(node, scope, run.id(), ending.edges());
    }
  }

  private void wait(Node node, NodeRun run, Parameters parameters, RunScope scope, Wait waitsFor) {
    Instant timeoutAt = timeoutAt(node, parameters.resolved(), waitsFor);
    turn.emit(
        new HistoryEvent.NodeEntered(
            turn.now(),
            run.id(),
            run.place(),
            parameters.recorded(),
            waitsFor,
            timeoutAt,
            run.notes()));
    NodeRun open = turn.draft.run(run.id());
    turn.waits.armTimers(open);
    launch(node, open, parameters.resolved(), scope);
  }

  /** An open run waits for something else. */
  void waitAgain(Node node, NodeRun run, Parameters parameters, RunScope scope, Wait waitsFor) {
    turn.emit(
        new HistoryEvent.NodeResumed(
            turn.now(), run.id(), waitsFor, timeoutAt(node, parameters.resolved(), waitsFor)));
    NodeRun open = turn.draft.run(run.id());
    turn.waits.armTimers(open);
    launch(node, open, parameters.resolved(), scope);
  }

  /** Does what a wait needs from outside: dispatch, start a child, look for a kept event. */
  private void launch(
      Node node, NodeRun run, Map<String, @Nullable Object> resolved, RunScope scope) {
    switch (run.waitsFor()) {
      case Wait.ForActivity activity -> dispatch(node, run, activity, resolved, scope);
      case Wait.ForChild child -> startChild(run, child, true);
      case Wait.ForEvent event -> turn.waits.takeKept(run, event);
      case null, default -> {}
    }
  }

  private void dispatch(
      Node node,
      NodeRun run,
      Wait.ForActivity activity,
      Map<String, @Nullable Object> resolved,
      RunScope scope) {
    Map<String, @Nullable Object> roots = new LinkedHashMap<>();
    for (String root : activity.roots()) {
      roots.put(root, scope.value(root));
    }
    long own = activity.timeoutMillis();
    long limit = node.policies().timeoutMillis();
    turn.effect(
        new Effect.DispatchActivity(
            new WorkToken(turn.draft.generation(), run.id(), run.attempt()),
            activity.activity(),
            activity.recorded() ? run.input() : resolved,
            roots,
            idempotencyKey(run),
            own > 0 && limit > 0 ? Math.min(own, limit) : Math.max(own, limit),
            run.traceIn(turn.draft.header().origin())));
  }

  private String idempotencyKey(NodeRun run) {
    return turn.draft.header().key().uid()
        + "/"
        + turn.draft.generation()
        + "/"
        + run.place().nodeId()
        + "/"
        + run.place().index();
  }

  private void startChild(NodeRun run, Wait.ForChild child, boolean waits) {
    TraceContext trace = run.traceIn(turn.draft.header().origin());
    turn.effect(
        new Effect.StartChild(
            child.child(),
            child.definition(),
            child.revision(),
            child.input(),
            turn.draft.header().origin().executor(),
            new ParentRef(
                turn.draft.header().key(),
                turn.draft.generation(),
                run.id(),
                waits,
                ParentRef.depthBelow(turn.draft.header().parent()),
                "",
                waits ? ParentRef.heldBy(turn.draft.header()) : null),
            turn.draft.header().origin().handedOn(child.labels()),
            trace == null ? null : trace.below(0)));
  }

  @Nullable Instant timeoutAt(Node node, Map<String, @Nullable Object> parameters, Wait waitsFor) {
    long millis = node.policies().timeoutMillis();
    if (millis == 0 && !builtIn(waitsFor) && parameters.get("timeout") instanceof Number seconds) {
      millis = Math.round(seconds.doubleValue() * 1000);
    }
    return millis > 0 ? turn.now().plusMillis(millis) : null;
  }

  /** Whether the server's own dispatcher keeps the time of it. */
  private static boolean builtIn(Wait wait) {
    return wait instanceof Wait.ForActivity activity
        && WorkerActivity.of(activity.activity()) == null;
  }

  /** What an open run was given beside its place when it was entered. */
  private Extras extras(NodeRun run) {
    return new Extras(turn.leftovers.carried(run.place()), turn.joins.merged(run.place()));
  }

  /** Begins the next attempt of an open run, from the start of the node. */
  void retry(NodeRun run) {
    Node node = turn.graph.node(run.place().nodeId());
    Extras extras = extras(run);
    RunScope scope = new RunScope(turn, run, extras);
    Parameters parameters = new Parameters(turn, node, scope);
    Step step;
    try {
      step =
          parameters.failure() == null
              ? answer(node, parameters, scope, extras)
              : new Step.Failed(parameters.failure());
    } catch (ExpressionException fault) {
      step = Step.Failed.of("expression", String.valueOf(fault.getMessage()));
    }
    if (step instanceof Step.Recorded more) {
      if (more.notes() != null) {
        turn.emit(new HistoryEvent.NodeNoted(turn.now(), run.id(), more.notes()));
      }
      step = more.step();
    }
    Wait next =
        switch (step) {
          case Step.Waiting waiting -> waiting.waitsFor();
          case Step.Open open -> new Wait.ForBodies(open.progress());
          default -> new Wait.ForOperator();
        };
    turn.emit(
        new HistoryEvent.NodeResumed(
            turn.now(), run.id(), next, timeoutAt(node, parameters.resolved(), next)));
    NodeRun open = turn.draft.run(run.id());
    switch (step) {
      case Step.Waiting waiting -> {
        turn.waits.armTimers(open);
        launch(node, open, parameters.resolved(), scope);
      }
      case Step.Failed failed -> turn.errors.fail(open, failed, 0);
      case Step.Done done -> finish(node, open, done.output(), done.outcome());
      case Step.Open bodies -> {
        turn.waits.armTimers(open);
        turn.bodies.more(node, open, bodies);
      }
      default ->
          turn.errors.fail(
              open, Failure.of("unknown", "node " + node.id() + " cannot be tried again"), 0);
    }
  }

  /** The effects that an open run needs again after a restart. */
  void relaunch(NodeRun run) {
    if (run.waitsFor() instanceof Wait.ForActivity activity) {
      Node node = turn.graph.node(run.place().nodeId());
      RunScope scope = new RunScope(turn, run, extras(run));
      dispatch(node, run, activity, new Parameters(turn, node, scope).resolved(), scope);
    }
  }

  /**
   * What a run sees besides the state.
   *
   * @param failure the error its token carries, or null
   * @param joined the merged outputs of a join, or null
   */
  record Extras(@Nullable Failure failure, @Nullable Object joined) {
    static final Extras NONE = new Extras(null, null);
  }
}
