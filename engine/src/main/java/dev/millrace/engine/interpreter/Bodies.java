package dev.millrace.engine.interpreter;

import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.Body;
import dev.millrace.engine.InstanceState.BodyOutcome;
import dev.millrace.engine.InstanceState.Join;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of branching nodes: opens them, begins one after the other, finds those in which
 * nothing is left and asks their openers. What is due follows from the state, so that nothing is
 * lost between two decisions.
 */
final class Bodies {

  private final Turn turn;

  /** Bodies in which something ended: they may have ended themselves. */
  private final Set<Integer> touched = new LinkedHashSet<>();

  /** Bodies that have not begun: those of the latest opener first, in the order opened. */
  private final TreeSet<Queued> queued =
      new TreeSet<>(
          Comparator.comparingInt(Queued::run).reversed().thenComparingInt(Queued::scope));

  private record Queued(int run, int scope) {}

  Bodies(Turn turn) {
    this.turn = turn;
  }

  /** The body of an id; null when it is closed. */
  private @Nullable Body body(int id) {
    Scope scope = turn.draft.scope(id);
    return scope == null ? null : scope.body();
  }

  /** The position of the round of a loop whose body a scope lies in; -1 for none. */
  int round(int scope) {
    Body body = body(around(scope));
    return body == null ? -1 : turn.draft.run(body.run()).place().loopIndex();
  }

  /** The innermost body that a scope lies in or is, 0 for none. */
  int around(int scope) {
    return turn.draft.scopes().body(scope);
  }

  /** Whether the innermost body around a scope has failed or was ended. */
  boolean settled(int scope) {
    Body body = body(around(scope));
    return body != null && body.outcome() != null;
  }

  /** Something in a scope ended. */
  void touch(int scope) {
    int body = around(scope);
    if (body != 0) {
      touched.add(body);
    }
  }

  /** Looks at all bodies again, as when an instance goes on. */
  void touchAll() {
    Set<Integer> busy = busy(turn.draft);
    for (Scope scope : turn.draft.scopes().all()) {
      if (scope.body() != null && !scope.body().entered()) {
        queued.add(new Queued(scope.body().run(), scope.id()));
      } else if (scope.body() != null && !busy.contains(scope.id())) {
        touched.add(scope.id());
      }
    }
  }

  /** Whether an instance of this state must go on by itself, because of a body. */
  static boolean due(Draft draft) {
    ScopeDraft scopes = draft.scopes();
    if (scopes.all().stream().allMatch(scope -> scope.body() == null)) {
      return false;
    }
    Set<Integer> busy = busy(draft);
    return scopes.all().stream()
        .anyMatch(scope ->
            scope.body() != null
                && (scope.body().entered()
                    ? !busy.contains(scope.id())
                    : !held(draft, scope, scope.body())));
  }

  /** Whether a body that has not begun has to wait for an activity in one before it. */
  private static boolean held(Draft draft, Scope scope, Body body) {
    return body.ordered()
        && draft.openRuns().stream()
            .anyMatch(run ->
                inForeground(run.waitsFor())
                    && liesBefore(draft.scopes(), run.place().scope(), scope, body));
  }

  private static boolean inForeground(@Nullable Wait wait) {
    return (wait instanceof Wait.ForActivity activity && !activity.background())
        || (wait instanceof Wait.ForChild child && child.foreground());
  }

  /** Whether a scope lies in a body of the same opener that was opened before another. */
  private static boolean liesBefore(ScopeDraft scopes, int inner, Scope scope, Body body) {
    Scope outer = scopes.find(inner);
    while (outer != null) {
      if (outer.body() != null && outer.body().run() == body.run()) {
        return outer.id() < scope.id();
      }
      outer = scopes.find(outer.parent());
    }
    return false;
  }

  /** Looks again at bodies that had to wait for activities. */
  void queueOrdered() {
    for (Scope scope : turn.draft.scopes().all()) {
      Body body = scope.body();
      if (body != null && body.ordered() && !body.entered()) {
        queued.add(new Queued(body.run(), scope.id()));
      }
    }
  }

  /** The bodies in which something is left. */
  private static Set<Integer> busy(Draft draft) {
    ScopeDraft scopes = draft.scopes();
    Set<Integer> busy = new HashSet<>();
    draft.openRuns().forEach(run -> busy.add(scopes.body(run.place().scope())));
    draft.parked().forEach(token -> busy.add(scopes.body(token.scope())));
    for (Loop loop : draft.loops()) {
      if (!loop.closed()) {
        busy.add(scopes.body(loop.place().scope()));
      }
    }
    for (Join join : draft.joins()) {
      int body = scopes.body(join.scope());
      Scope around = scopes.find(body);
      boolean settled = around != null && around.body() != null && around.body().outcome() != null;
      if (!settled && waits(draft, join, body)) {
        busy.add(body);
      }
    }
    return busy;
  }

  private static boolean idle(Draft draft, Scope scope, Body body) {
    return body.entered()
        && !moves(draft, scope.id())
        && (body.outcome() != null
            || draft.joins().stream().noneMatch(join -> waits(draft, join, scope.id())));
  }

  /** Whether anything but joins is open in a body. */
  private static boolean moves(Draft draft, int body) {
    ScopeDraft scopes = draft.scopes();
    return draft.openRuns().stream().anyMatch(run -> scopes.body(run.place().scope()) == body)
        || draft.parked().stream().anyMatch(token -> scopes.body(token.scope()) == body)
        || draft.loops().stream()
            .anyMatch(loop -> !loop.closed() && scopes.body(loop.place().scope()) == body);
  }

  private static boolean waits(Draft draft, Join join, int body) {
    return !join.done() && !join.arrivals().isEmpty() && draft.scopes().body(join.scope()) == body;
  }

  /** A node answered at its entry that it opens bodies. */
  void enter(
      Node node, NodeRun run, Parameters parameters, Step.Open open, @Nullable Instant timeoutAt) {
    Failure fault = fault(node, open, 0);
    if (fault != null) {
      turn.errors.failNew(node, run, parameters.recorded(), new Step.Failed(fault));
      return;
    }
    turn.emit(
        new HistoryEvent.NodeEntered(
            turn.now(),
            run.id(),
            run.place(),
            parameters.recorded(),
            new Wait.ForBodies(open.progress()),
            timeoutAt,
            run.notes()));
    turn.waits.armTimers(turn.draft.run(run.id()));
    open(run.id(), open);
  }

  /** An open run answered that it opens bodies, or goes on waiting for those that are open. */
  void more(Node node, NodeRun run, Step.Open open) {
    Failure fault = fault(node, open, count(run.id()));
    if (fault != null) {
      turn.errors.fail(run, fault, 0);
      return;
    }
    Wait next = new Wait.ForBodies(open.progress());
    if (!(run.waitsFor() instanceof Wait.ForBodies)) {
      turn.waits.cancelTimers(run);
      turn.emit(new HistoryEvent.NodeResumed(turn.now(), run.id(), next, null));
    } else if (!Objects.equals(run.waitsFor(), next)) {
      turn.emit(new HistoryEvent.NodeResumed(turn.now(), run.id(), next, run.timeoutAt()));
    }
    open(run.id(), open);
  }

  private static @Nullable Failure fault(Node node, Step.Open open, int others) {
    for (Step.Body body : open.bodies()) {
      if (!node.bodies().containsKey(body.name())) {
        return Failure.of("constraint", "node " + node.id() + " has no body " + body.name());
      }
    }
    return open.bodies().isEmpty() && others == 0
        ? Failure.of("constraint", "node " + node.id() + " opened no body and waits for none")
        : null;
  }

  private void open(int run, Step.Open open) {
    for (Step.Body body : open.bodies()) {
      int id = turn.draft.nextId();
      turn.emit(
          new HistoryEvent.BodyOpened(
              turn.now(), id, run, body.name(), body.variables(), open.ordered()));
      queued.add(new Queued(run, id));
    }
  }

  private int count(int run) {
    int count = 0;
    for (Scope scope : turn.draft.scopes().all()) {
      if (scope.body() != null && scope.body().run() == run) {
        count++;
      }
    }
    return count;
  }

  /** Asks the opener of a body that has ended, or begins the next; false when there is neither. */
  boolean advance() {
    if (turn.draft.status() == Status.SUSPENDED || turn.draft.undo() != null) {
      return false;
    }
    return askNext() || beginNext();
  }

  private boolean askNext() {
    while (!touched.isEmpty()) {
      int id = touched.iterator().next();
      Scope scope = turn.draft.scope(id);
      if (scope == null || scope.body() == null || !idle(turn.draft, scope, scope.body())) {
        touched.remove(id);
        continue;
      }
      if (!turn.spend()) {
        return false;
      }
      touched.remove(id);
      ended(scope, scope.body());
      return true;
    }
    return false;
  }

  private boolean beginNext() {
    Queued next = null;
    for (Queued candidate : queued) {
      Scope scope = turn.draft.scope(candidate.scope());
      if (next == null
          && (scope == null || scope.body() == null || !held(turn.draft, scope, scope.body()))) {
        next = candidate;
      }
    }
    if (next == null || !turn.spend()) {
      return false;
    }
    queued.remove(next);
    Body body = body(next.scope());
    if (body != null && !body.entered()) {
      Node node = turn.graph.node(turn.draft.run(next.run()).place().nodeId());
      String entry = Objects.requireNonNull(node.bodies().get(body.name()));
      turn.ready(new Token(entry, next.scope(), node.id(), next.run(), null));
    }
    return true;
  }

  private void ended(Scope scope, Body body) {
    NodeRun last = last(scope, body);
    BodyOutcome settled = body.outcome();
    clear(inside(id -> id == scope.id()), 0);
    NodeRun opener = turn.draft.findRun(body.run());
    if (opener == null || !(opener.waitsFor() instanceof Wait.ForBodies waiting)) {
      return;
    }
    ScopeEnd end =
        new ScopeEnd(
            body.name(),
            body.variables(),
            settled == null ? Outcomes.SUCCESS : settled.outcome(),
            settled == null ? output(last) : settled.output(),
            settled == null ? null : settled.failure(),
            last,
            waiting.progress(),
            count(opener.id()));
    turn.openers.scopeEnded(opener, end);
  }

  /**
   * The run that gives the output of a body: the one that ended last, unless that led on to others
   * and a path of the body came to its end before.
   */
  private @Nullable NodeRun last(Scope scope, Body body) {
    NodeRun last = turn.draft.findRun(body.last());
    if (last == null || turn.graph.node(last.place().nodeId()).edges().isEmpty()) {
      return last;
    }
    Map<String, String> openers = turn.graph.openers();
    NodeRun end = null;
    for (Map.Entry<String, Integer> ran : body.runs().entrySet()) {
      NodeRun run = turn.draft.findRun(ran.getValue());
      boolean own = scope.opener().equals(openers.get(ran.getKey()));
      if (run != null
          && own
          && run.result() != null
          && run.result().status() == RunStatus.DONE
          && turn.graph.node(ran.getKey()).edges().isEmpty()
          && (end == null || run.id() > end.id())) {
        end = run;
      }
    }
    return end == null ? last : end;
  }

  private @Nullable Object output(@Nullable NodeRun last) {
    if (last == null || last.result() == null) {
      return null;
    }
    Loop loop = turn.draft.loop(last.place().loop());
    return loop == null ? last.result().output() : loop.output();
  }

  /** A failure in a body that nothing there takes: its other branches are stopped or end first. */
  void fail(int id, Failure failure) {
    settle(
        id,
        new BodyOutcome(Failures.outcome(failure), null, failure),
        !turn.graph.settings().rules().siblingsFinish());
  }

  /**
   * Decides how a body ends; the first decision counts.
   *
   * @param now whether all that is left in it is stopped
   */
  void settle(int id, BodyOutcome how, boolean now) {
    Body body = body(id);
    if (body == null) {
      return;
    }
    if (body.outcome() == null) {
      turn.emit(
          new HistoryEvent.BodySettled(turn.now(), id, how.outcome(), how.output(), how.failure()));
    }
    if (now) {
      clear(inside(scope -> scope == id), id);
    }
  }

  /** Stops all that is left in a body, which stays open; false when it has ended or is ending. */
  boolean empty(int id) {
    Body body = body(id);
    if (body == null || body.outcome() != null) {
      return false;
    }
    clear(inside(scope -> scope == id), id);
    return true;
  }

  /** Fails a body that waits only for branches that can no longer arrive; false for none. */
  boolean breakDeadlock() {
    for (Join join : turn.draft.joins()) {
      int id = around(join.scope());
      Body body = body(id);
      if (body != null
          && body.outcome() == null
          && waits(turn.draft, join, id)
          && !moves(turn.draft, id)) {
        Failure failure = Joins.deadlock(join).at(join.joinId(), turn.now());
        settle(id, new BodyOutcome(Outcomes.ERROR, null, failure), true);
        return true;
      }
    }
    return false;
  }

  /** Stops the bodies of a run, with all that is in them. */
  void closeAll(NodeRun run) {
    if (run.waitsFor() instanceof Wait.ForBodies) {
      clear(
          inside(id -> {
            Body body = body(id);
            return body != null && body.run() == run.id();
          }),
          0);
    }
  }

  /** Closes a scope, stopping all that is in it. */
  void close(int id) {
    clear(inside(scope -> scope == id), 0);
  }

  /** The scopes that are wanted, and all inside them; inner ones first. */
  private List<Integer> inside(IntPredicate wanted) {
    List<Integer> found = new ArrayList<>();
    for (Scope scope : turn.draft.scopes().all()) {
      Scope outer = scope;
      while (outer != null && !wanted.test(outer.id())) {
        outer = turn.draft.scope(outer.parent());
      }
      if (outer != null) {
        found.add(scope.id());
      }
    }
    return found.reversed();
  }

  private void clear(List<Integer> scopes, int kept) {
    if (scopes.isEmpty()) {
      return;
    }
    Set<Integer> doomed = Set.copyOf(scopes);
    turn.dropReady(doomed);
    List<Token> parked = turn.draft.parked();
    if (parked.stream().anyMatch(token -> doomed.contains(token.scope()))) {
      turn.emit(new HistoryEvent.TokensReleased(turn.now()));
      for (Token token : parked) {
        if (!doomed.contains(token.scope())) {
          turn.emit(new HistoryEvent.TokenParked(turn.now(), token));
        }
      }
    }
    for (NodeRun run : turn.draft.openRuns()) {
      if (doomed.contains(run.place().scope())) {
        turn.endings.halt(run);
      }
    }
    for (Loop loop : List.copyOf(turn.draft.loops())) {
      if (!loop.closed() && doomed.contains(loop.place().scope())) {
        turn.emit(new HistoryEvent.LoopClosed(turn.now(), loop.id(), null));
      }
    }
    for (Join join : turn.draft.joins()) {
      String key = GraphDraft.joinKey(join.joinId(), join.scope());
      if (doomed.contains(join.scope()) && turn.joins.dueAt(key) != null) {
        turn.effect(new Effect.CancelTimer(Joins.TIMER + key));
      }
    }
    close(scopes, kept);
  }

  private void close(List<Integer> scopes, int kept) {
    for (int scope : scopes) {
      if (scope != kept) {
        turn.emit(new HistoryEvent.ScopeClosed(turn.now(), scope));
      }
    }
  }
}
