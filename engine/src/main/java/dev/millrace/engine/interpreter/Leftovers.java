package dev.millrace.engine.interpreter;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.Arrival;
import dev.millrace.engine.InstanceState.Join;
import dev.millrace.engine.InstanceState.Left;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Joined;
import dev.millrace.engine.NodeRun.Place;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Token;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What stands open when an instance fails, and how a rerun puts it back. The unit of work is a run,
 * or a loop with its rounds; what lies in a body or in a race is put back by its opener.
 */
final class Leftovers {

  private final Turn turn;

  /** Work that has failed in this decision without being caught, not recorded yet. */
  private final Set<Integer> failed = new LinkedHashSet<>();

  /** Work that is run again from its start, while an instance is put back. */
  private final Set<Integer> redo = new LinkedHashSet<>();

  /** Work that came of it and will come of it again. */
  private final Set<Integer> outdated = new HashSet<>();

  Leftovers(Turn turn) {
    this.turn = turn;
  }

  /** Nothing takes the failure of a run, or of the loop that it stands for. */
  void failed(NodeRun run) {
    Place place = run.place();
    if (outside(place.scope()) && !place.from().equals(Nodes.COMPENSATION)) {
      failed.add(workOf(run));
    }
  }

  /** The id of a run, or of the loop that it stands for as a whole. */
  private int workOf(NodeRun run) {
    NodeRun recorded = turn.draft.findRun(run.id());
    if (recorded != null && recorded.place().equals(run.place())) {
      return run.id();
    }
    int loop = run.id();
    for (Loop candidate : turn.draft.loops()) {
      if (candidate.place().equals(run.place())) {
        loop = candidate.id();
      }
    }
    return loop;
  }

  /** Records what has failed while other branches go on. */
  void recordFailed() {
    if (!failed.isEmpty()) {
      turn.emit(new HistoryEvent.WorkLeft(turn.now(), List.of(), List.copyOf(failed)));
      failed.clear();
    }
  }

  /** Records what failed and what is open, before all of it is stopped. */
  void takeStock() {
    List<Token> tokens = new ArrayList<>(turn.readyTokens());
    tokens.addAll(turn.draft.parked());
    tokens.removeIf(token -> !outside(token.scope()));
    Set<Integer> work = new LinkedHashSet<>(failed);
    for (NodeRun run : turn.draft.openRuns()) {
      Place place = run.place();
      if (outside(place.scope()) && !place.from().equals(Nodes.COMPENSATION)) {
        work.add(place.loop() == 0 ? run.id() : place.loop());
      }
    }
    for (Loop loop : turn.draft.loops()) {
      if (!loop.closed() && outside(loop.place().scope())) {
        work.add(loop.id());
      }
    }
    turn.emit(new HistoryEvent.WorkLeft(turn.now(), List.copyOf(tokens), List.copyOf(work)));
    failed.clear();
  }

  /** Whether a scope lies in no body and no race, which are run again as a whole. */
  private boolean outside(int scope) {
    return turn.bodies.around(scope) == 0
        && turn.draft.openRuns().stream()
            .noneMatch(run ->
                run.waitsFor() instanceof Wait.ForRace race
                    && turn.edges.inside(scope, race.scope()));
  }

  /**
   * Puts back what was left, in a new generation.
   *
   * @param from the node to begin at, with all that came of its latest run; empty for what failed
   */
  void putBack(Left left, String from) {
    Set<String> passed = from.isEmpty() ? Set.of() : upstream(from);
    Integer latest = from.isEmpty() ? null : latest(from);
    if (latest != null) {
      redo.add(latest);
    }
    for (int id : left.work()) {
      Place place = place(id);
      if (place != null && !passed.contains(place.nodeId())) {
        redo.add(work(id));
      }
    }
    findOutdated();
    takeBackArrivals();
    Set<Integer> continued = continued(left);
    restoreArrivals(continued);
    for (Token token : left.tokens()) {
      if (!passed.contains(token.nodeId()) && !again(token.fromRun())) {
        turn.ready(token);
      }
    }
    for (int id : redo) {
      if (!outdated.contains(id)) {
        begin(id, continued.contains(id));
      }
    }
    if (!from.isEmpty() && latest == null) {
      jump(from);
    }
    turn.joins.armTimers();
  }

  /** Whether a run is run again, from its start or because of what came before it. */
  boolean again(int runId) {
    int work = work(runId);
    return redo.contains(work) || outdated.contains(work);
  }

  /** The unit of work that a run or loop belongs to. */
  private int work(int id) {
    NodeRun run = turn.draft.findRun(id);
    return run == null || run.place().loop() == 0 ? id : run.place().loop();
  }

  private @Nullable Place place(int id) {
    Loop loop = turn.draft.loop(id);
    if (loop != null) {
      return loop.place();
    }
    NodeRun run = turn.draft.findRun(id);
    return run == null ? null : run.place();
  }

  private @Nullable Integer latest(String nodeId) {
    Integer latest = null;
    for (int id : turn.draft.runsOf(nodeId)) {
      if (!turn.draft.run(id).place().from().equals(Nodes.COMPENSATION)) {
        latest = work(id);
      }
    }
    for (Loop loop : turn.draft.loops()) {
      if (loop.place().nodeId().equals(nodeId) && (latest == null || loop.id() > latest)) {
        latest = loop.id();
      }
    }
    return latest;
  }

  /** The nodes from which one can be reached, itself among them. */
  private Set<String> upstream(String nodeId) {
    Set<String> found = new HashSet<>(Set.of(nodeId));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Node node : turn.graph.nodes().values()) {
        if (!found.contains(node.id()) && node.next().stream().anyMatch(found::contains)) {
          found.add(node.id());
          grown = true;
        }
      }
    }
    return found;
  }

  /** Runs come after those they came of, so one pass finds all. */
  private void findOutdated() {
    for (NodeRun run : turn.draft.allRuns()) {
      int work = work(run.id());
      Place place = place(work);
      if (place == null || place.from().equals(Nodes.COMPENSATION)) {
        continue;
      }
      Joined joined = place.joined();
      if (again(place.fromRun())
          || (joined != null
              && joined.arrivals().stream().anyMatch(arrival -> again(arrival.fromRun())))) {
        outdated.add(work);
      }
    }
  }

  /** What is run again has not arrived anywhere yet. */
  private void takeBackArrivals() {
    for (Join join : turn.draft.joins()) {
      List<Integer> early =
          join.arrivals().stream().map(Arrival::fromRun).filter(this::again).toList();
      if (!join.done() && !early.isEmpty()) {
        turn.emit(
            new HistoryEvent.JoinPassed(turn.now(), join.joinId(), join.scope(), early, false));
      }
    }
  }

  /** The loops that failed and go on with the rounds that are missing. */
  private Set<Integer> continued(Left left) {
    Set<Integer> undone = new HashSet<>();
    for (int id : left.work()) {
      NodeRun run = turn.draft.findRun(id);
      if (run != null && run.place().loop() != 0) {
        undone.add(run.place().loop());
      }
    }
    Set<Integer> continued = new HashSet<>();
    for (int id : redo) {
      boolean failedItself = left.work().contains(id) && !undone.contains(id);
      if (turn.draft.loop(id) != null && failedItself && !outdated.contains(id)) {
        continued.add(id);
      }
    }
    return continued;
  }

  /** Joins that let go what is run again have what else had arrived there, and wait anew. */
  private void restoreArrivals(Set<Integer> continued) {
    Set<String> inBodies = turn.graph.openers().keySet();
    TreeSet<Integer> all = new TreeSet<>(redo);
    all.addAll(outdated);
    all.removeAll(continued);
    // A join of an outer fork let go after those of the forks in it.
    for (int id : all.descendingSet()) {
      Place place = place(id);
      if (place != null && !inBodies.contains(place.nodeId())) {
        reopenScope(place);
      }
    }
    Set<String> restored = new HashSet<>();
    for (int id : all) {
      Place place = place(id);
      Joined joined = place == null ? null : place.joined();
      if (place != null && joined != null && !inBodies.contains(place.nodeId())) {
        String key = GraphDraft.joinKey(place.nodeId(), joined.scope());
        if (restored.add(key)) {
          restore(key, place, joined);
        }
      }
    }
  }

  private void reopenScope(Place place) {
    JoinPolicy policy = turn.graph.node(place.nodeId()).policies().join();
    int scope = place.joined() == null ? 0 : place.joined().scope();
    if (policy != null && scope != 0 && turn.draft.scope(scope) == null) {
      turn.emit(
          new HistoryEvent.ScopeOpened(turn.now(), scope, live(place.scope()), policy.fork()));
    }
  }

  private void restore(String key, Place place, Joined joined) {
    int scope = joined.scope();
    Join join = turn.draft.join(key);
    if (join != null && join.done()) {
      turn.emit(new HistoryEvent.JoinPassed(turn.now(), place.nodeId(), scope, List.of(), false));
    }
    for (Arrival arrival : joined.arrivals()) {
      if (!again(arrival.fromRun())) {
        turn.emit(
            new HistoryEvent.JoinArrived(
                turn.now(), place.nodeId(), scope, arrival.from(), arrival.fromRun()));
      }
    }
  }

  private void begin(int id, boolean continued) {
    Place place = place(id);
    if (place == null) {
      return;
    }
    Node node = turn.graph.node(place.nodeId());
    if (continued) {
      turn.loops.reopen(node, place, id);
    } else if (place.joined() == null) {
      Token token =
          new Token(node.id(), scope(place), place.from(), place.fromRun(), carried(place));
      if (node.policies().join() == null) {
        turn.ready(token);
      } else {
        turn.nodes.begin(node, token);
      }
    }
  }

  /** The scope of a place, or where that is closed, of what it came from. */
  private int scope(Place place) {
    if (live(place.scope()) == place.scope()) {
      return place.scope();
    }
    NodeRun before = turn.draft.findRun(place.fromRun());
    return before == null ? 0 : scope(before.place());
  }

  private int live(int scope) {
    return turn.draft.scope(scope) == null ? 0 : scope;
  }

  /** The failure that the token of a place carried. */
  @Nullable Failure carried(Place place) {
    NodeRun before = turn.draft.findRun(place.fromRun());
    NodeRun.Result result = before == null ? null : before.result();
    return result == null
            || result.status() == RunStatus.STOPPED
            || result.outcome().equals(Outcomes.SUCCESS)
        ? null
        : result.failure();
  }

  /** Begins at a node that has not run; a join there goes on with what has arrived. */
  private void jump(String from) {
    boolean waiting =
        turn.draft.joins().stream()
            .anyMatch(join -> join.joinId().equals(from) && !join.arrivals().isEmpty());
    if (!waiting) {
      turn.nodes.begin(turn.graph.node(from), new Token(from, 0, "", 0, null));
    }
  }
}
