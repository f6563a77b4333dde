package dev.millrace.dialect.process.definition;

import dev.millrace.engine.graph.JoinPolicy.Kind;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks for faults in how tasks follow each other. */
final class FlowCheck {
  private static final int SHOWN_CYCLE_MAX = 10;
  private static final Set<String> OUTCOMES_OF_ALL =
      Set.of(Outcomes.SUCCESS, Outcomes.ERROR, Outcomes.TIMEOUT, Outcomes.ALWAYS);

  private final Layout layout;
  private final Problems problems;
  private final BitSet waitingBodies;

  private FlowCheck(Layout layout, Problems problems) {
    this.layout = layout;
    this.problems = problems;
    this.waitingBodies = layout.bodies().waiting();
  }

  /**
   * Reports the faults of a layout.
   *
   * @param partial whether runs begin at a task of the author's choice, so that the tasks before it
   *     are meant to be left out
   */
  static void check(Layout layout, boolean partial, Problems problems) {
    FlowCheck check = new FlowCheck(layout, problems);
    check.findEndlessLoops();
    BitSet leftOut = partial ? check.leftOut() : new BitSet();
    for (int i = 0; i < layout.plans().size(); i++) {
      check.checkJoin(i);
      check.checkOutcomes(layout.plans().get(i));
      check.checkRace(layout.plans().get(i));
      if (!leftOut.get(i) && !layout.flow().reached(i)) {
        problems.warning(
            layout.plans().get(i).task().path(),
            "unreachable",
            "expected a path to " + Json.shown(layout.id(i)) + ", found none; it never runs");
      }
    }
    check.findUnsynchronised();
    check.findSpareErrorCatches();
  }

  /**
   * A cycle must stop somewhere: at a task that waits or an edge that can be left untaken. What is
   * left without those may not hold a cycle.
   */
  private void findEndlessLoops() {
    int size = layout.plans().size();
    BitSet done = new BitSet();
    for (int start = 0; start < size; start++) {
      if (!done.get(start)) {
        walk(start, done);
      }
    }
  }

  private void walk(int start, BitSet done) {
    List<Integer> stack = new ArrayList<>(List.of(start));
    BitSet open = new BitSet();
    open.set(start);
    done.set(start);
    int[] position = new int[layout.plans().size()];
    while (!stack.isEmpty()) {
      int node = stack.getLast();
      TaskPlan plan = layout.plans().get(node);
      if (stops(node) || position[node] == plan.arrows().size()) {
        stack.removeLast();
        open.clear(node);
        continue;
      }
      Arrow arrow = plan.arrows().get(position[node]++);
      int next = plan.leavable(arrow.edge()) ? -1 : layout.index(arrow.edge().to());
      if (next >= 0 && open.get(next)) {
        reportEndless(stack.subList(stack.indexOf(next), stack.size()), arrow);
      } else if (next >= 0 && !done.get(next)) {
        done.set(next);
        open.set(next);
        stack.add(next);
      }
    }
  }

  private boolean stops(int node) {
    TaskDocument task = layout.plans().get(node).task();
    return task.waits() && !task.ignored() && (!task.is(Templates.LOOP) || waitingBodies.get(node));
  }

  private void reportEndless(List<Integer> cycle, Arrow arrow) {
    List<String> ids = cycle.stream().limit(SHOWN_CYCLE_MAX).map(layout::id).toList();
    problems.error(
        arrow.path(),
        "endless_loop",
        "expected a task that waits or a guarded edge in the cycle "
            + String.join(" → ", ids)
            + (cycle.size() > SHOWN_CYCLE_MAX ? " → …" : "")
            + " → "
            + arrow.edge().to()
            + ", found none");
  }

  private BitSet leftOut() {
    BitSet leftOut = new BitSet();
    layout.roots().forEach(root -> leftOut.or(layout.before(root)));
    return leftOut;
  }

  private void checkCount(int index, JoinSource join) {
    List<String> incoming = layout.incoming(index, false);
    if (join.count() <= incoming.size() || !layout.flow().reached(index)) {
      return;
    }
    long most = Arrivals.most(layout, index);
    if (join.count() > most) {
      problems.error(
          join.countPath(),
          "maximum",
          "expected at most %d, as no more can arrive at %s, found %d"
              .formatted(most, Json.shown(layout.id(index)), join.count()));
    }
  }

  private void checkJoin(int index) {
    JoinSource join = layout.plans().get(index).join();
    if (join == null) {
      return;
    }
    if (join.kind() == Kind.COUNT) {
      checkCount(index, join);
      return;
    }
    List<String> incoming = layout.incoming(index, false);
    for (int i = 0; i < join.of().size(); i++) {
      String id = join.of().get(i);
      if (incoming.contains(id)) {
        continue;
      }
      String path = Json.element(join.ofPath(), i);
      String message =
          "expected a task with an edge to "
              + Json.shown(layout.id(index))
              + ", found "
              + Json.shown(id);
      if (join.kind() == Kind.SPECIFIC) {
        problems.error(path, layout.index(id) < 0 ? "unknown_task" : "not_incoming", message);
      } else {
        problems.warning(path, "not_incoming", message);
      }
    }
  }

  private void checkRace(TaskPlan plan) {
    if (plan.task().is(Templates.EVENT_GATEWAY) && plan.arrows().isEmpty()) {
      problems.warning(
          plan.task().path("connections"),
          "empty_race",
          "expected tasks that race behind "
              + Json.shown(plan.task().id())
              + ", found none; its path ends there");
    }
  }

  private void checkOutcomes(TaskPlan plan) {
    NodeType type = plan.task().type();
    if (type == null || type.outcomes().contains("*")) {
      return;
    }
    for (Arrow arrow : plan.arrows()) {
      String on = arrow.edge().on();
      if (!on.isEmpty() && !OUTCOMES_OF_ALL.contains(on) && !type.outcomes().contains(on)) {
        problems.warning(
            arrow.path(),
            "unknown_outcome",
            "expected an outcome of "
                + type.name()
                + " ("
                + String.join(", ", type.outcomes().stream().sorted().toList())
                + "), found "
                + Json.shown(on)
                + "; the edge is never taken");
      }
    }
  }

  private void findUnsynchronised() {
    BitSet joins = new BitSet();
    for (int i = 0; i < layout.plans().size(); i++) {
      joins.set(i, layout.plans().get(i).join() != null);
    }
    List<BitSet> later = layout.flow().reachable(joins);
    for (int i = 0; i < layout.plans().size(); i++) {
      TaskPlan plan = layout.plans().get(i);
      if (layout.flow().reached(i)
          && !layout.forks().opens(i)
          && plan.alwaysForks()
          && !branchesMeet(plan, joins, later)) {
        problems.warning(
            plan.task().path("connections"),
            "unsynchronised",
            "expected a join behind the branches of "
                + Json.shown(plan.task().id())
                + ", found none; what follows several branches runs once for each");
      }
    }
  }

  private boolean branchesMeet(TaskPlan plan, BitSet joins, List<BitSet> later) {
    BitSet seen = new BitSet();
    for (Arrow arrow : plan.arrows()) {
      int target = layout.index(arrow.edge().to());
      if (target < 0) {
        continue;
      }
      BitSet ahead = (BitSet) later.get(target).clone();
      ahead.set(target, joins.get(target));
      if (seen.intersects(ahead)) {
        return true;
      }
      seen.or(ahead);
    }
    return false;
  }

  /** Behind one that takes all errors, no other is given any. */
  private void findSpareErrorCatches() {
    String all = "";
    for (TaskPlan plan : layout.plans()) {
      TaskDocument task = plan.task();
      if (!task.is(Templates.ERROR_CATCH)) {
        continue;
      }
      if (!all.isEmpty()) {
        problems.warning(
            task.path(),
            "spare_error_catch",
            "expected no "
                + Templates.ERROR_CATCH
                + " behind one that takes all errors, found one after "
                + Json.shown(all)
                + "; it is never reached");
      } else if (takesAll(task.argument("on").value())) {
        all = task.id();
      }
    }
  }

  private static boolean takesAll(@Nullable Object on) {
    return Json.blank(on) || List.of().equals(on);
  }
}
