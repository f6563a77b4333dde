package dev.millrace.engine.interpreter;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceState.Arrival;
import dev.millrace.engine.InstanceState.GraphState;
import dev.millrace.engine.InstanceState.Join;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.InstanceState.LoopCount;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Outcomes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a draft that says where the tokens are. Each collection is copied at most once, on
 * the first write, so that folding many events costs what they touch. Not thread-safe.
 */
final class GraphDraft {

  private int lastId;
  private final CopiedMap<Integer, NodeRun> runs;
  private final ScopeDraft scopes;
  private final CopiedMap<String, Join> joins;
  private final CopiedMap<Integer, Loop> loops;
  private final CopiedMap<String, @Nullable Object> variables;
  private Map<String, Map<String, @Nullable Object>> parameters = Map.of();
  private List<Token> parked = List.of();
  private @Nullable List<Integer> undo;
  private @Nullable Map<String, List<Integer>> runsByNode;
  private @Nullable Map<Integer, NodeRun> open;

  GraphDraft(@Nullable GraphState graph) {
    runs = new CopiedMap<>(graph == null ? Map.of() : graph.runs());
    scopes = new ScopeDraft(graph == null ? Map.of() : graph.scopes());
    joins = new CopiedMap<>(graph == null ? Map.of() : graph.joins());
    loops = new CopiedMap<>(graph == null ? Map.of() : graph.loops());
    variables = new CopiedMap<>(graph == null ? Map.of() : graph.variables());
    if (graph != null) {
      lastId = graph.lastId();
      parameters = graph.parameters();
      parked = graph.parked();
      undo = graph.undo();
    }
  }

  GraphState freeze() {
    return new GraphState(
        lastId,
        runs.freeze(),
        scopes.freeze(),
        joins.freeze(),
        loops.freeze(),
        parked,
        variables.freeze(),
        parameters,
        undo);
  }

  void retryScheduled(HistoryEvent.NodeRetryScheduled retry) {
    NodeRun run = run(retry.runId());
    Wait then = run.waitsFor() == null ? new Wait.ForOperator() : run.waitsFor();
    put(run.failedOnce(retry.failure(), retry.at(), new Wait.ForRetry(retry.dueAt(), then)));
  }

  void resumed(HistoryEvent.NodeResumed resumed) {
    NodeRun run = run(resumed.runId());
    boolean sameAttempt =
        run.waitsFor() instanceof Wait.ForBodies && resumed.waitsFor() instanceof Wait.ForBodies;
    NodeRun next =
        sameAttempt
            ? run.waiting(resumed.waitsFor(), resumed.timeoutAt())
            : run.attempted(resumed.at(), resumed.waitsFor(), resumed.timeoutAt());
    put(next);
  }

  void noted(HistoryEvent.NodeNoted noted) {
    put(run(noted.runId()).noted(noted.notes()));
  }

  /** Its number is given out again by whoever discards it. */
  void discarded(int runId) {
    List<Integer> ofNode = runsOf(run(runId).place().nodeId());
    runs.write().remove(runId);
    ofNode.remove(Integer.valueOf(runId));
    if (open != null) {
      open.remove(runId);
    }
  }

  void completed(HistoryEvent.NodeCompleted completed) {
    NodeRun run = run(completed.runId()).ended(completed.result());
    put(run);
    countRound(run);
    scopes.ended(run);
  }

  void scopeOpened(HistoryEvent.ScopeOpened opened) {
    lastId = Math.max(lastId, opened.scope());
    scopes.open(new Scope(opened.scope(), opened.parent(), opened.opener()));
  }

  void bodyOpened(HistoryEvent.BodyOpened opened) {
    lastId = Math.max(lastId, opened.scope());
    scopes.openBody(opened, run(opened.runId()));
  }

  void bodySettled(HistoryEvent.BodySettled settled) {
    scopes.settle(settled);
  }

  void scopeClosed(HistoryEvent.ScopeClosed closed) {
    scopes.close(closed.scope());
    if (joins.read().values().stream().anyMatch(join -> join.scope() == closed.scope())) {
      joins.write().values().removeIf(join -> join.scope() == closed.scope());
    }
  }

  void loopClosed(HistoryEvent.LoopClosed closed) {
    loops
        .write()
        .computeIfPresent(
            closed.loop(),
            (id, loop) ->
                new Loop(
                    id,
                    loop.place(),
                    null,
                    loop.total(),
                    loop.keepLast(),
                    loop.count(),
                    true,
                    closed.output()));
  }

  void park(Token token) {
    parked = plus(parked, token);
    scopes.entered(token.scope());
  }

  void releaseParked() {
    parked = List.of();
  }

  void variablesSet(Map<String, @Nullable Object> changed) {
    variables.write().putAll(changed);
  }

  void variableRemoved(String name) {
    variables.write().remove(name);
  }

  void undo(@Nullable List<Integer> runIds) {
    undo = runIds;
  }

  void undone(int runId) {
    List<Integer> rest = new ArrayList<>(undo == null ? List.of() : undo);
    rest.remove(Integer.valueOf(runId));
    undo = Collections.unmodifiableList(rest);
  }

  void parameters(Map<String, Map<String, @Nullable Object>> replaced) {
    parameters = replaced;
  }

  void nodeRan(HistoryEvent.NodeRan ran) {
    NodeRun run =
        new NodeRun(
            ran.runId(),
            ran.place(),
            ran.at(),
            ran.input(),
            List.of(),
            ran.at(),
            null,
            null,
            ran.result(),
            ran.notes());
    add(run);
    countRound(run);
    scopes.ended(run);
  }

  void nodeEntered(HistoryEvent.NodeEntered entered) {
    add(
        new NodeRun(
            entered.runId(),
            entered.place(),
            entered.at(),
            entered.input(),
            List.of(),
            entered.at(),
            entered.waitsFor(),
            entered.timeoutAt(),
            null,
            entered.notes()));
  }

  private void add(NodeRun run) {
    lastId = Math.max(lastId, run.id());
    put(run);
    scopes.entered(run.place().scope());
    if (runsByNode != null) {
      runsByNode.computeIfAbsent(run.place().nodeId(), id -> new ArrayList<>()).add(run.id());
    }
    Loop loop = loops.get(run.place().loop());
    if (loop != null) {
      LoopCount count = loop.count();
      putCount(loop, new LoopCount(count.started() + 1, count.done(), count.failed()));
    }
  }

  private void countRound(NodeRun run) {
    Loop loop = loops.get(run.place().loop());
    if (loop == null || run.result() == null) {
      return;
    }
    LoopCount count = loop.count();
    boolean bad = roundFailed(run);
    putCount(
        loop,
        new LoopCount(
            count.started(), count.done() + (bad ? 0 : 1), count.failed() + (bad ? 1 : 0)));
    if (loop.keepLast() > 0) {
      dropRounds(loop);
    }
  }

  /** Whether a round counts as failed for its loop; an ignored failure does not. */
  static boolean roundFailed(NodeRun run) {
    NodeRun.Result result = run.result();
    return result != null
        && (result.status() == RunStatus.FAILED || result.status() == RunStatus.TIMEOUT)
        && !result.outcome().equals(Outcomes.SUCCESS);
  }

  private void dropRounds(Loop loop) {
    List<Integer> ended = new ArrayList<>();
    for (int id : runsOf(loop.place().nodeId())) {
      NodeRun run = run(id);
      if (run.place().loop() == loop.id() && !run.open()) {
        ended.add(id);
      }
    }
    for (int id : ended.subList(0, Math.max(0, ended.size() - loop.keepLast()))) {
      runs.write().remove(id);
      runsOf(loop.place().nodeId()).remove(Integer.valueOf(id));
    }
  }

  private void putCount(Loop loop, LoopCount count) {
    loops
        .write()
        .put(
            loop.id(),
            new Loop(
                loop.id(),
                loop.place(),
                loop.items(),
                loop.total(),
                loop.keepLast(),
                count,
                loop.closed(),
                loop.output()));
  }

  void loopOpened(HistoryEvent.LoopOpened opened) {
    lastId = Math.max(lastId, opened.loop());
    scopes.entered(opened.place().scope());
    loops
        .write()
        .put(
            opened.loop(),
            new Loop(
                opened.loop(),
                opened.place(),
                opened.items(),
                opened.total(),
                opened.keepLast(),
                new LoopCount(0, 0, 0),
                false,
                null));
  }

  void joinArrived(HistoryEvent.JoinArrived arrived) {
    scopes.entered(arrived.scope());
    String key = joinKey(arrived.joinId(), arrived.scope());
    Join join = joins.get(key);
    List<Arrival> before = join == null ? List.of() : join.arrivals();
    joins
        .write()
        .put(
            key,
            new Join(
                arrived.joinId(),
                arrived.scope(),
                plus(before, new Arrival(arrived.from(), arrived.fromRun())),
                join != null && join.done(),
                before.isEmpty() || join == null ? arrived.at() : join.since()));
  }

  void joinPassed(HistoryEvent.JoinPassed passed) {
    String key = joinKey(passed.joinId(), passed.scope());
    Join join = joins.get(key);
    List<Arrival> rest = new ArrayList<>(join == null ? List.of() : join.arrivals());
    for (int fromRun : passed.fromRuns()) {
      rest.stream().filter(a -> a.fromRun() == fromRun).findFirst().ifPresent(rest::remove);
    }
    if (rest.isEmpty() && !passed.done()) {
      joins.write().remove(key);
    } else {
      joins
          .write()
          .put(
              key,
              new Join(
                  passed.joinId(),
                  passed.scope(),
                  Collections.unmodifiableList(rest),
                  passed.done(),
                  rest.isEmpty() ? null : passed.at()));
    }
  }

  /** What waits at joins waits from now on, as after the time between an end and a rerun. */
  void waitAnew(Instant now) {
    for (Join join : joins.read().values()) {
      if (join.since() != null) {
        joins
            .write()
            .put(
                joinKey(join.joinId(), join.scope()),
                new Join(join.joinId(), join.scope(), join.arrivals(), join.done(), now));
      }
    }
  }

  void humanTaskChanged(HistoryEvent.HumanTaskChanged changed) {
    NodeRun run = run(changed.runId());
    if (run.waitsFor() instanceof Wait.ForPeople people) {
      Map<String, HumanTask> tasks = new LinkedHashMap<>(people.tasks());
      tasks.put(changed.task().id(), changed.task());
      put(
          run.waiting(
              new Wait.ForPeople(people.spec(), Collections.unmodifiableMap(tasks)),
              run.timeoutAt()));
    }
  }

  static String joinKey(String joinId, int scope) {
    return joinId + "@" + scope;
  }

  private static <T> List<T> plus(List<T> list, T element) {
    List<T> all = new ArrayList<>(list);
    all.add(element);
    return Collections.unmodifiableList(all);
  }

  private void put(NodeRun run) {
    runs.write().put(run.id(), run);
    if (open != null) {
      if (run.open()) {
        open.put(run.id(), run);
      } else {
        open.remove(run.id());
      }
    }
  }

  NodeRun run(int id) {
    NodeRun run = runs.get(id);
    if (run == null) {
      throw new IllegalStateException("no node run " + id);
    }
    return run;
  }

  @Nullable NodeRun findRun(int id) {
    return runs.get(id);
  }

  Collection<NodeRun> allRuns() {
    return runs.read().values();
  }

  List<NodeRun> openRuns() {
    if (open == null) {
      open = new LinkedHashMap<>();
      for (NodeRun run : runs.read().values()) {
        if (run.open()) {
          open.put(run.id(), run);
        }
      }
    }
    return List.copyOf(open.values());
  }

  /** Ids of the runs of a node, oldest first. */
  List<Integer> runsOf(String nodeId) {
    return runsByNode().getOrDefault(nodeId, List.of());
  }

  private Map<String, List<Integer>> runsByNode() {
    if (runsByNode == null) {
      runsByNode = new LinkedHashMap<>();
      for (NodeRun run : runs.read().values()) {
        runsByNode.computeIfAbsent(run.place().nodeId(), id -> new ArrayList<>()).add(run.id());
      }
    }
    return runsByNode;
  }

  /** The nodes that ran or were looped over, in order of their first run. */
  Set<String> nodesRun() {
    Set<String> nodes = new LinkedHashSet<>();
    runsByNode()
        .forEach((nodeId, ids) -> {
          if (!ids.isEmpty()) {
            nodes.add(nodeId);
          }
        });
    for (Loop loop : loops.read().values()) {
      nodes.add(loop.place().nodeId());
    }
    return nodes;
  }

  @Nullable Scope scope(int id) {
    return scopes.find(id);
  }

  ScopeDraft scopes() {
    return scopes;
  }

  @Nullable Join join(String key) {
    return joins.get(key);
  }

  List<Join> joins() {
    return List.copyOf(joins.read().values());
  }

  @Nullable Loop loop(int id) {
    return loops.get(id);
  }

  Collection<Loop> loops() {
    return loops.read().values();
  }

  Map<String, @Nullable Object> variables() {
    return variables.read();
  }

  Map<String, @Nullable Object> parametersOf(String nodeId) {
    return parameters.getOrDefault(nodeId, Map.of());
  }

  List<Token> parked() {
    return parked;
  }

  @Nullable List<Integer> undo() {
    return undo;
  }

  int nextId() {
    return lastId + 1;
  }
}
