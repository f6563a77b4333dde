package dev.millrace.engine.interpreter;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.NodeRun.Result;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.graph.LoopPolicy;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Loops: rounds of one node, started in order, some at once, until the loop is satisfied. */
final class Loops {

  /** Rounds at once where the definition leaves it to the server. */
  static final int CONCURRENCY_CAP = 100;

  private final Turn turn;

  Loops(Turn turn) {
    this.turn = turn;
  }

  void open(Node node, Place place) {
    open(node, place, turn.draft.nextId());
  }

  /** Opens a loop again that failed; its rounds that are done are kept. */
  void reopen(Node node, Place place, int id) {
    open(node, place, id);
  }

  private void open(Node node, Place place, int id) {
    if (Visits.tooManyLoops(turn, node.id())) {
      turn.errors.failNew(
          node,
          place,
          Map.of(),
          Failure.of("loop_limit", "node " + node.id() + " looped too often"));
      return;
    }
    LoopPolicy policy = policy(node);
    List<@Nullable Object> items = null;
    int total = -1;
    try {
      switch (policy.kind()) {
        case FOR -> total = times(policy, place);
        case FOR_EACH -> {
          items = items(policy, place);
          total = Math.min(items.size(), policy.maxIteration());
        }
        case WHILE, DO_WHILE -> {}
      }
    } catch (ExpressionException fault) {
      Failure failure = Failure.of("expression", String.valueOf(fault.getMessage()));
      turn.errors.failNew(node, place, Map.of(), failure);
      return;
    }
    turn.emit(new HistoryEvent.LoopOpened(turn.now(), id, place, items, total, policy.keepLast()));
    turn.advanceLater(id);
  }

  /** How many loops are open and have no round under way. */
  static int idle(InstanceState state) {
    return (int)
        state.graph().loops().values().stream()
            .filter(loop -> !loop.closed() && loop.count().active() == 0)
            .count();
  }

  private static LoopPolicy policy(Node node) {
    LoopPolicy policy = node.policies().loop();
    if (policy == null) {
      throw new IllegalStateException("node " + node.id() + " is no loop");
    }
    return policy;
  }

  private int times(LoopPolicy policy, Place place) {
    if (policy.times() == null) {
      return policy.maxIteration();
    }
    Object times = turn.ports.expressions().resolve(policy.times(), RunScope.at(turn, place));
    if (!(times instanceof Number number) || number.longValue() < 0) {
      throw new ExpressionException("loop times: expected a number from 0, found " + times);
    }
    return (int) Math.min(number.longValue(), policy.maxIteration());
  }

  private List<@Nullable Object> items(LoopPolicy policy, Place place) {
    Object items = turn.ports.expressions().resolve(policy.items(), RunScope.at(turn, place));
    List<@Nullable Object> list = new ArrayList<>();
    switch (items) {
      case List<?> elements -> list.addAll(elements);
      case Number count -> {
        for (long i = 0; i < Math.min(count.longValue(), policy.maxIteration()); i++) {
          list.add(i);
        }
      }
      case Map<?, ?> map ->
          map.forEach((key, value) -> {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("key", String.valueOf(key));
            entry.put("value", value);
            list.add(Collections.unmodifiableMap(entry));
          });
      case null -> {}
      default ->
          throw new ExpressionException(
              "loop items: expected an array, a number or an object, found " + items);
    }
    return Collections.unmodifiableList(list);
  }

  /** A loop was opened or a round of it ended: close it, or start what may start. */
  void advance(int id) {
    Loop loop = turn.draft.loop(id);
    if (loop == null || loop.closed() || turn.ended()) {
      return;
    }
    Node node = turn.graph.node(loop.place().nodeId());
    LoopPolicy policy = policy(node);
    try {
      if (loop.count().failed() > 0 && policy.onItemError() == LoopPolicy.ItemError.STOP) {
        stopRounds(loop);
        closeFailed(node, loop);
      } else if (satisfied(loop, policy)) {
        stopRounds(loop);
        close(node, policy, loop);
      } else if (exhausted(loop, policy)) {
        if (loop.count().active() == 0) {
          exhaust(node, policy, loop);
        }
      } else {
        startRounds(node, policy, loop);
      }
    } catch (ExpressionException fault) {
      stopRounds(loop);
      fail(node, loop, Failure.of("expression", String.valueOf(fault.getMessage())));
    }
  }

  private boolean satisfied(Loop loop, LoopPolicy policy) {
    int ended = loop.count().done() + loop.count().failed();
    if (loop.count().failed() > 0 && policy.onItemError() == LoopPolicy.ItemError.BREAK) {
      return true;
    }
    if (ended > 0 && policy.completion() != null) {
      if (turn.ports.expressions().test(policy.completion(), completionScope(loop))) {
        return true;
      }
    }
    boolean tested =
        switch (policy.kind()) {
          case FOR, FOR_EACH -> false;
          case WHILE -> loop.count().active() == 0;
          case DO_WHILE -> ended > 0 && loop.count().active() == 0;
        };
    return tested
        && policy.condition() != null
        && turn.ports.expressions().test(policy.condition(), conditionScope(loop, policy))
            == policy.stopWhenTrue();
  }

  /** What a completion sees: how far the loop is, by name and as the context. */
  private RunScope completionScope(Loop loop) {
    Map<String, @Nullable Object> progress = new LinkedHashMap<>();
    progress.put("done", (long) loop.count().done());
    progress.put("failed", (long) loop.count().failed());
    progress.put("active", (long) loop.count().active());
    progress.put("total", loop.total() < 0 ? null : (Object) (long) loop.total());
    progress.put("results", Collections.unmodifiableList(new ArrayList<>(outputs(loop).values())));
    RunScope scope = roundScope(loop).with(ExpressionScope.CONTEXT, progress);
    progress.forEach(scope::with);
    return scope;
  }

  /** A condition that is tested before a round sees that round, one tested after it the last. */
  private RunScope conditionScope(Loop loop, LoopPolicy policy) {
    RunScope scope = roundScope(loop);
    long next = loop.nextPosition();
    return policy.kind() == LoopPolicy.Kind.WHILE
        ? scope.with("index", next).with("item", next)
        : scope;
  }

  private RunScope roundScope(Loop loop) {
    NodeRun last = lastRound(loop);
    return last == null
        ? RunScope.at(turn, loop.place()).with("index", 0L)
        : new RunScope(turn, last, Nodes.Extras.NONE);
  }

  private @Nullable NodeRun lastRound(Loop loop) {
    for (int id : turn.draft.runsOf(loop.place().nodeId()).reversed()) {
      NodeRun run = turn.draft.run(id);
      if (run.place().loop() == loop.id()) {
        return run;
      }
    }
    return null;
  }

  private static boolean exhausted(Loop loop, LoopPolicy policy) {
    int most = loop.total() >= 0 ? loop.total() : policy.maxIteration();
    return loop.count().started() >= most;
  }

  private void exhaust(Node node, LoopPolicy policy, Loop loop) {
    boolean openEnded = loop.total() < 0;
    if (openEnded && turn.graph.settings().rules().loopLimitFails()) {
      fail(
          node, loop, Failure.of("loop_limit", "the loop ran " + policy.maxIteration() + " times"));
    } else {
      close(node, policy, loop);
    }
  }

  private void startRounds(Node node, LoopPolicy policy, Loop loop) {
    int atOnce =
        switch (policy.kind()) {
          case WHILE, DO_WHILE -> 1;
          case FOR, FOR_EACH ->
              policy.concurrency() == 0
                  ? CONCURRENCY_CAP
                  : Math.min(policy.concurrency(), CONCURRENCY_CAP);
        };
    if (loop.count().active() >= atOnce) {
      return;
    }
    Place outer = loop.place();
    Place place =
        new Place(
            node.id(),
            Math.max(outer.index(), turn.nodes.nextIndex(node.id())),
            outer.scope(),
            loop.id(),
            loop.nextPosition(),
            outer.from());
    turn.nodes.start(node, place, Nodes.Extras.NONE);
    turn.advanceLater(loop.id());
  }

  private void stopRounds(Loop loop) {
    if (loop.count().active() == 0) {
      return;
    }
    for (NodeRun run : turn.draft.openRuns()) {
      if (run.place().loop() == loop.id()) {
        turn.endings.stop(run);
      }
    }
  }

  private void close(Node node, LoopPolicy policy, Loop loop) {
    List<@Nullable Object> collected = results(loop);
    if (policy.collect() != null) {
      collected = collect(policy.collect(), loop, collected);
    }
    turn.emit(new HistoryEvent.LoopClosed(turn.now(), loop.id(), collected));
    NodeRun run = representative(loop, RunStatus.DONE, collected, null);
    Edges.Choice choice =
        turn.edges.choose(node, outcome(loop), new RunScope(turn, run, Nodes.Extras.NONE));
    if (choice.failure() != null) {
      turn.errors.outward(node, run, choice.failure());
      return;
    }
    if (node.id().equals(turn.graph.settings().endNode())) {
      turn.endings.end(Status.COMPLETED, EndReason.NONE, collected, null);
      return;
    }
    turn.edges.take(node, turn.waits.winRace(run), run.id(), choice.edges());
  }

  private String outcome(Loop loop) {
    String last = Outcomes.SUCCESS;
    for (int id : turn.draft.runsOf(loop.place().nodeId())) {
      NodeRun run = turn.draft.run(id);
      if (run.place().loop() == loop.id()
          && run.result() != null
          && run.result().status() == RunStatus.DONE) {
        last = run.result().outcome();
      }
    }
    return Outcomes.normal(last) ? last : Outcomes.SUCCESS;
  }

  private List<@Nullable Object> collect(
      Object template, Loop loop, List<@Nullable Object> results) {
    List<@Nullable Object> collected = new ArrayList<>();
    for (Object result : results) {
      RunScope scope = roundScope(loop).with("result", result);
      collected.add(turn.ports.expressions().resolve(template, scope));
    }
    return collected;
  }

  private List<@Nullable Object> results(Loop loop) {
    List<@Nullable Object> results = new ArrayList<>();
    int positions = loop.count().started();
    if (loop.kept() != null) {
      positions = Math.max(positions, loop.kept().getLast() + 1);
    }
    for (int i = 0; i < positions; i++) {
      results.add(null);
    }
    outputs(loop)
        .forEach((position, output) -> {
          if (position < results.size()) {
            results.set(position, output);
          }
        });
    return Collections.unmodifiableList(results);
  }

  /** The outputs of the rounds that ended well or whose failure is ignored, by position. */
  private Map<Integer, @Nullable Object> outputs(Loop loop) {
    Map<Integer, @Nullable Object> outputs = new TreeMap<>();
    for (int id : turn.draft.runsOf(loop.place().nodeId())) {
      NodeRun run = turn.draft.run(id);
      if (run.place().loop() == loop.id()
          && run.result() != null
          && LoopDraft.accepted(run.result())) {
        outputs.put(run.place().loopIndex(), run.result().output());
      }
    }
    return outputs;
  }

  private void closeFailed(Node node, Loop loop) {
    Failure failure = Failure.of("unknown", "a round failed");
    for (int id : turn.draft.runsOf(node.id())) {
      NodeRun run = turn.draft.run(id);
      if (run.place().loop() == loop.id()
          && GraphDraft.roundFailed(run)
          && run.result() != null
          && run.result().failure() != null) {
        failure = run.result().failure();
      }
    }
    fail(node, loop, failure);
  }

  private void fail(Node node, Loop loop, Failure failure) {
    turn.emit(new HistoryEvent.LoopClosed(turn.now(), loop.id(), results(loop)));
    NodeRun run = representative(loop, RunStatus.FAILED, null, failure);
    turn.errors.outward(node, run, failure);
  }

  /** The loop as a whole, seen as a run: what its edges are followed from. */
  private NodeRun representative(
      Loop loop, RunStatus status, @Nullable Object output, @Nullable Failure failure) {
    NodeRun round = lastRound(loop);
    int last = round == null ? 0 : round.id();
    Result result = new Result(status, Outcomes.SUCCESS, output, failure, turn.now());
    return new NodeRun(
        last, loop.place(), turn.now(), Map.of(), List.of(), turn.now(), null, null, result);
  }
}
