package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks lie in the bodies of which loops: all that follow from where a body begins, by edges
 * and the branches of errors. A body inside another belongs to the inner loop alone.
 */
final class Bodies {
  private static final int OUTSIDE = -1;
  private static final String CODE = "body";

  private final List<TaskPlan> plans;
  private final Map<String, Integer> indexes;
  private final List<List<Integer>> successors;
  private final int[] openers;

  /**
   * Finds the bodies.
   *
   * @param successors distinct targets by task
   */
  Bodies(List<TaskPlan> plans, Map<String, Integer> indexes, List<List<Integer>> successors) {
    this.plans = plans;
    this.indexes = indexes;
    this.successors = successors;
    openers = new int[plans.size()];
    Arrays.fill(openers, OUTSIDE);
    for (int i = 0; i < plans.size(); i++) {
      int entry = target(plans.get(i).body());
      if (entry >= 0 && openers[entry] == OUTSIDE) {
        claim(entry, i);
      }
    }
  }

  private int target(@Nullable Branch body) {
    return body == null ? OUTSIDE : indexes.getOrDefault(body.to(), OUTSIDE);
  }

  private void claim(int entry, int opener) {
    Deque<Integer> reached = new ArrayDeque<>(List.of(entry));
    openers[entry] = opener;
    while (!reached.isEmpty()) {
      for (int next : successors.get(reached.pop())) {
        if (openers[next] == OUTSIDE) {
          openers[next] = opener;
          reached.push(next);
        }
      }
    }
  }

  /** The loop whose body a task lies in directly, or -1. */
  int opener(int task) {
    return openers[task];
  }

  /** The loops in whose bodies, or in bodies in these, some task waits. */
  BitSet waiting() {
    BitSet waiting = new BitSet();
    for (int i = 0; i < openers.length; i++) {
      TaskDocument task = plans.get(i).task();
      if (task.waits() && !task.ignored() && !task.is(Templates.LOOP)) {
        for (int loop = openers[i]; loop != OUTSIDE && !waiting.get(loop); loop = openers[loop]) {
          waiting.set(loop);
        }
      }
    }
    return waiting;
  }

  /** Reports bodies that are left or entered by the way, shared, or inside themselves. */
  void check(Problems problems) {
    for (int i = 0; i < plans.size(); i++) {
      checkBody(i, problems);
      checkEdges(i, problems);
      checkCompensation(plans.get(i), problems);
      if (openers[i] != OUTSIDE && plans.get(i).task().is(Templates.ERROR_CATCH)) {
        problems.error(
            plans.get(i).task().path(),
            CODE,
            "expected no %s in a body, found one in the body of %s"
                .formatted(Templates.ERROR_CATCH, shown(openers[i])));
      }
    }
  }

  private void checkBody(int loop, Problems problems) {
    Branch body = plans.get(loop).body();
    int entry = target(body);
    if (body == null || entry < 0) {
      return;
    }
    if (openers[entry] != loop) {
      problems.error(
          body.path(),
          CODE,
          "expected a task of no other body, found %s of the body of %s"
              .formatted(shown(entry), shown(openers[entry])));
    } else if (insideItself(loop)) {
      problems.error(
          body.path(),
          CODE,
          "expected a body without the loop itself, found one that leads to " + shown(loop));
    }
  }

  private boolean insideItself(int loop) {
    int around = openers[loop];
    for (int depth = 0; around != OUTSIDE && depth < openers.length; depth++) {
      if (around == loop) {
        return true;
      }
      around = openers[around];
    }
    return false;
  }

  private void checkEdges(int source, Problems problems) {
    TaskPlan plan = plans.get(source);
    for (Arrow arrow : plan.arrows()) {
      checkEdge(source, arrow.edge().to(), arrow.path(), problems);
    }
    for (Branch branch : plan.errors().branches()) {
      checkEdge(source, branch.to(), branch.path(), problems);
    }
  }

  private void checkEdge(int source, String to, String path, Problems problems) {
    int target = indexes.getOrDefault(to, OUTSIDE);
    if (target < 0 || openers[target] == OUTSIDE || openers[target] == openers[source]) {
      return;
    }
    problems.error(
        path,
        CODE,
        "expected no edge into the body of %s but by the loop itself, found one from %s to %s"
            .formatted(shown(openers[target]), shown(source), shown(target)));
  }

  private void checkCompensation(TaskPlan plan, Problems problems) {
    Branch undo = plan.compensate();
    int target = undo == null ? OUTSIDE : indexes.getOrDefault(undo.to(), OUTSIDE);
    if (undo != null && target >= 0 && plans.get(target).body() != null) {
      problems.error(
          undo.path(), CODE, "expected a task without a body, found the loop " + shown(target));
    }
  }

  /** A run cannot begin inside a body. */
  void checkStart(int start, Problems problems) {
    if (openers[start] != OUTSIDE) {
      problems.error(
          "$.startTaskInstId",
          CODE,
          "expected a task outside bodies, found %s of the body of %s"
              .formatted(shown(start), shown(openers[start])));
    }
  }

  private String shown(int task) {
    return Json.shown(plans.get(task).task().id());
  }
}
