package dev.millrace.engine.interpreter;

import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.Arrival;
import dev.millrace.engine.InstanceState.Join;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Joined;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins. An arrival is counted per join and fork scope. A join that wants all goes on when each
 * missing branch can no longer arrive (the dead-path rule), which is looked at when no token can
 * move.
 */
final class Joins {

  static final String TIMER = "join:";

  private final Turn turn;

  Joins(Turn turn) {
    this.turn = turn;
  }

  void arrive(Token token, JoinPolicy policy) {
    int scope = keyScope(token.scope(), policy);
    Join join = turn.draft.join(GraphDraft.joinKey(token.nodeId(), scope));
    if (join != null && join.done()) {
      swallow(token);
      return;
    }
    turn.emit(
        new HistoryEvent.JoinArrived(
            turn.now(), token.nodeId(), scope, token.from(), token.fromRun()));
    if (join == null) {
      arm(GraphDraft.joinKey(token.nodeId(), scope));
    }
    if (policy.kind() != JoinPolicy.Kind.ALL) {
      check(token.nodeId(), policy, scope, true);
    }
  }

  private int keyScope(int scope, JoinPolicy policy) {
    int fork = policy.fork().isEmpty() ? 0 : turn.edges.enclosing(scope, policy.fork());
    return fork == 0 ? turn.bodies.around(scope) : fork;
  }

  private void swallow(Token token) {
    Place place =
        new Place(
            token.nodeId(),
            turn.nodes.nextIndex(token.nodeId()),
            token.scope(),
            0,
            turn.bodies.round(token.scope()),
            token.from());
    Result result = new Result(RunStatus.SKIPPED, Outcomes.SUCCESS, null, null, turn.now());
    turn.emit(new HistoryEvent.NodeRan(turn.now(), turn.draft.nextId(), place, Map.of(), result));
  }

  /**
   * Lets one join go on whose missing branches are dead; false when there is none. A join that
   * waits further up may still send a token, so it keeps a branch alive, unless nothing else is
   * left that could move: then joins that wait for each other around a cycle are let go.
   */
  boolean settle() {
    if (turn.draft.status() == Status.SUSPENDED || turn.draft.undo() != null) {
      return false;
    }
    return settle(true) || settle(false);
  }

  private boolean settle(boolean waitingJoinsLive) {
    for (Join join : turn.draft.joins()) {
      JoinPolicy policy = turn.graph.node(join.joinId()).policies().join();
      if (policy != null
          && !join.done()
          && !join.arrivals().isEmpty()
          && check(join.joinId(), policy, join.scope(), waitingJoinsLive)) {
        return true;
      }
    }
    return false;
  }

  private boolean check(String joinId, JoinPolicy policy, int scope, boolean waitingJoinsLive) {
    Join join = turn.draft.join(GraphDraft.joinKey(joinId, scope));
    if (join == null || join.done()) {
      return false;
    }
    List<Arrival> used = enough(join, policy, waitingJoinsLive);
    if (used == null) {
      return false;
    }
    pass(join, policy, used);
    return true;
  }

  private @Nullable List<Arrival> enough(Join join, JoinPolicy policy, boolean waitingJoinsLive) {
    List<Arrival> arrivals = join.arrivals();
    return switch (policy.kind()) {
      case COUNT ->
          arrivals.size() >= policy.count() || dead(join, policy, waitingJoinsLive)
              ? arrivals
              : null;
      case SPECIFIC ->
          hasAll(arrivals, policy.of()) || dead(join, policy, waitingJoinsLive) ? arrivals : null;
      case ALL -> {
        if (hasAll(arrivals, policy.incoming())) {
          yield policy.strict() ? oneOfEach(arrivals, policy.incoming()) : arrivals;
        }
        yield !policy.strict() && dead(join, policy, waitingJoinsLive) ? arrivals : null;
      }
    };
  }

  private static boolean hasAll(List<Arrival> arrivals, List<String> wanted) {
    return wanted.stream()
        .allMatch(node -> arrivals.stream().anyMatch(arrival -> arrival.from().equals(node)));
  }

  private static List<Arrival> oneOfEach(List<Arrival> arrivals, List<String> wanted) {
    List<Arrival> used = new ArrayList<>();
    for (String node : wanted) {
      arrivals.stream().filter(a -> a.from().equals(node)).findFirst().ifPresent(used::add);
    }
    return used;
  }

  /** Whether no token of the scope can reach the join any more. */
  private boolean dead(Join join, JoinPolicy policy, boolean waitingJoinsLive) {
    int scope = join.scope();
    boolean failed =
        turn.bodies.around(scope) == 0 ? turn.errors.pending() != null : turn.bodies.settled(scope);
    if (failed) {
      return false;
    }
    if (waitingJoinsLive && waitingUpstream(join, policy)) {
      return false;
    }
    if (!turn.draft.parked().isEmpty() || !turn.readyTokens().isEmpty()) {
      return false;
    }
    for (NodeRun run : turn.draft.openRuns()) {
      if (policy.upstream().contains(run.place().nodeId())
          && turn.edges.inside(run.place().scope(), scope)) {
        return false;
      }
    }
    for (Loop loop : turn.draft.loops()) {
      if (!loop.closed()
          && policy.upstream().contains(loop.place().nodeId())
          && turn.edges.inside(loop.place().scope(), scope)) {
        return false;
      }
    }
    return true;
  }

  private boolean waitingUpstream(Join join, JoinPolicy policy) {
    return turn.draft.joins().stream()
        .anyMatch(other ->
            !other.joinId().equals(join.joinId())
                && !other.done()
                && !other.arrivals().isEmpty()
                && policy.upstream().contains(other.joinId())
                && turn.edges.inside(other.scope(), join.scope()));
  }

  private void pass(Join join, JoinPolicy policy, List<Arrival> used) {
    Node node = turn.graph.node(join.joinId());
    Object merged = merge(policy, join.scope(), used);
    int scope = join.scope();
    String from = used.isEmpty() ? "" : used.getLast().from();
    List<Integer> runs = used.stream().map(Arrival::fromRun).toList();
    boolean swallowRest = policy.kind() != JoinPolicy.Kind.ALL;
    if (policy.timeoutMillis() > 0) {
      turn.effect(new Effect.CancelTimer(TIMER + GraphDraft.joinKey(join.joinId(), scope)));
    }
    turn.emit(new HistoryEvent.JoinPassed(turn.now(), join.joinId(), scope, runs, swallowRest));
    arm(GraphDraft.joinKey(join.joinId(), scope));
    if (policy.cancelRest()) {
      cancelRest(policy, scope);
    }
    int next = scope;
    Scope found = turn.draft.scope(scope);
    if (policy.closesScope() && found != null && found.body() == null) {
      next = found.parent();
      if (!swallowRest && empty(scope)) {
        turn.emit(new HistoryEvent.ScopeClosed(turn.now(), scope));
      }
    }
    Place place =
        new Place(
            node.id(),
            turn.nodes.nextIndex(node.id()),
            next,
            0,
            turn.bodies.round(next),
            from,
            0,
            new Joined(scope, List.copyOf(used)));
    turn.nodes.begin(node, place, new Nodes.Extras(null, merged));
  }

  /** The outputs that a join let a run go with; null for any other run. */
  @Nullable Object merged(Place place) {
    JoinPolicy policy = turn.graph.node(place.nodeId()).policies().join();
    return policy == null || place.joined() == null
        ? null
        : merge(policy, place.joined().scope(), place.joined().arrivals());
  }

  /** What a join that can never go fails with. */
  static Failure deadlock(Join join) {
    return Failure.of(
        "deadlock", "join " + join.joinId() + " waits for branches that can no longer arrive");
  }

  /** Whether no token is inside a scope, so that nothing can ask for it again. */
  boolean empty(int scope) {
    return turn.draft.openRuns().stream()
            .noneMatch(run -> turn.edges.inside(run.place().scope(), scope))
        && turn.draft.loops().stream()
            .noneMatch(loop -> !loop.closed() && turn.edges.inside(loop.place().scope(), scope))
        && turn.readyTokens().stream().noneMatch(token -> turn.edges.inside(token.scope(), scope))
        && turn.draft.parked().stream().noneMatch(token -> turn.edges.inside(token.scope(), scope))
        && turn.draft.joins().stream()
            .noneMatch(
                join -> !join.arrivals().isEmpty() && turn.edges.inside(join.scope(), scope));
  }

  private void cancelRest(JoinPolicy policy, int scope) {
    for (NodeRun run : turn.draft.openRuns()) {
      if (policy.upstream().contains(run.place().nodeId())
          && turn.edges.inside(run.place().scope(), scope)) {
        turn.endings.stop(run);
      }
    }
    for (Loop loop : List.copyOf(turn.draft.loops())) {
      if (!loop.closed()
          && policy.upstream().contains(loop.place().nodeId())
          && turn.edges.inside(loop.place().scope(), scope)) {
        turn.emit(new HistoryEvent.LoopClosed(turn.now(), loop.id(), null));
      }
    }
  }

  private @Nullable Object merge(JoinPolicy policy, int scope, List<Arrival> used) {
    return switch (policy.merge()) {
      case KEYED -> {
        Map<String, @Nullable Object> keyed = new LinkedHashMap<>();
        for (Arrival arrival : used) {
          keyed.put(arrival.from(), output(scope, arrival));
        }
        yield keyed;
      }
      case ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        for (String from : policy.incoming()) {
          for (Arrival arrival : used) {
            if (arrival.from().equals(from)) {
              array.add(output(scope, arrival));
            }
          }
        }
        yield array;
      }
      case SHALLOW -> {
        Map<String, @Nullable Object> merged = new LinkedHashMap<>();
        for (Arrival arrival : used) {
          if (output(scope, arrival) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> merged.put(String.valueOf(key), value));
          }
        }
        yield merged;
      }
    };
  }

  /** What an arrival brings: of a loop that of all its rounds, not that of another loop there. */
  private @Nullable Object output(int scope, Arrival arrival) {
    NodeRun run = turn.draft.findRun(arrival.fromRun());
    if (run != null && run.place().loop() == 0) {
      return run.result() == null ? null : run.result().output();
    }
    Loop loop = run == null ? latest(arrival.from(), scope) : turn.draft.loop(run.place().loop());
    return loop != null && loop.closed()
        ? loop.output()
        : RunScope.ofInstance(turn).outputOf(arrival.from());
  }

  /** The loop of a node that closed last inside a scope, as one without rounds; null for none. */
  private @Nullable Loop latest(String node, int scope) {
    Loop latest = null;
    for (Loop loop : turn.draft.loops()) {
      boolean here = scope == 0 || turn.edges.inside(loop.place().scope(), scope);
      if (loop.closed() && here && loop.place().nodeId().equals(node)) {
        latest = loop;
      }
    }
    return latest;
  }

  /** Arms the timers of all joins that wait, as after a suspension. */
  void armTimers() {
    turn.draft.joins().forEach(join -> arm(GraphDraft.joinKey(join.joinId(), join.scope())));
  }

  /** Forgets the timers of all joins that wait. */
  void cancelTimers() {
    for (Join join : turn.draft.joins()) {
      String key = GraphDraft.joinKey(join.joinId(), join.scope());
      if (dueAt(key) != null) {
        turn.effect(new Effect.CancelTimer(TIMER + key));
      }
    }
  }

  private void arm(String key) {
    Instant due = dueAt(key);
    if (due != null) {
      turn.effect(new Effect.ArmTimer(TIMER + key, due));
    }
  }

  /** When a join has waited long enough; null when it does not wait or waits for ever. */
  @Nullable Instant dueAt(String key) {
    Join join = turn.draft.join(key);
    if (join == null || join.done() || join.since() == null || turn.draft.undo() != null) {
      return null;
    }
    JoinPolicy policy = turn.graph.node(join.joinId()).policies().join();
    return policy == null || policy.timeoutMillis() == 0
        ? null
        : join.since().plusMillis(policy.timeoutMillis());
  }

  /** The time of a join is over: its node fails. */
  boolean timedOut(String key) {
    Join join = turn.draft.join(key);
    if (join == null || join.done() || join.arrivals().isEmpty()) {
      return false;
    }
    Node node = turn.graph.node(join.joinId());
    List<Integer> runs = join.arrivals().stream().map(Arrival::fromRun).toList();
    turn.emit(new HistoryEvent.JoinPassed(turn.now(), join.joinId(), join.scope(), runs, true));
    Place place =
        new Place(
            node.id(),
            turn.nodes.nextIndex(node.id()),
            join.scope(),
            0,
            turn.bodies.round(join.scope()),
            join.arrivals().getLast().from(),
            0,
            new Joined(join.scope(), join.arrivals()));
    turn.errors.failNew(
        node, place, Map.of(), Failure.of("timeout", "the join waited too long for its branches"));
    return true;
  }
}
