package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.ErrorPolicy.Operation;
import dev.millrace.engine.graph.LoopPolicy;
import dev.millrace.engine.graph.Node.Split;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A task with everything read that concerns its place among the others.
 *
 * @param loop null for none
 * @param join null where each arrival runs it again
 * @param compensate null for none
 * @param body the first task of what it repeats, null for none
 */
record TaskPlan(
    TaskDocument task,
    List<Arrow> arrows,
    ErrorHandler errors,
    @Nullable LoopPolicy loop,
    @Nullable JoinSource join,
    @Nullable Branch compensate,
    @Nullable Branch body) {

  static TaskPlan of(TaskDocument task, Problems problems) {
    return new TaskPlan(
        task,
        Arrow.of(task),
        ErrorHandler.of(task.object("errorHandler"), task.path("errorHandler"), problems),
        LoopHandler.of(task, problems),
        JoinSource.of(task, problems),
        Branch.of(task.members(), "compensate", task.path()),
        body(task, problems));
  }

  private static @Nullable Branch body(TaskDocument task, Problems problems) {
    if (!task.is(Templates.LOOP)) {
      return null;
    }
    if (Json.text(task.object("loopHandler"), "loopType").isEmpty()) {
      problems.error(
          task.path("loopHandler") + ".loopType",
          "required",
          "expected the rounds of the loop, found nothing");
    }
    TaskDocument.Argument body = task.argument("body");
    if (body.text().isEmpty()) {
      problems.error(
          body.given() ? body.path() : Json.member(task.path("parameters"), "body"),
          body.given() ? "invalid_value" : "required",
          "expected the instId of the task that each round begins with, found "
              + Json.shown(body.value()));
      return null;
    }
    return new Branch(body.text(), body.path());
  }

  Split split() {
    return switch (task.text("split")) {
      case "and" -> Split.AND;
      case "or" -> Split.OR;
      case "xor" -> Split.XOR;
      default -> task.is(Templates.CONDITION) ? Split.XOR : Split.OR;
    };
  }

  /** Whether one outcome can put tokens on several edges that then live side by side. */
  boolean forks() {
    return mayTakeTogether(false);
  }

  /** As {@link #forks}, whatever the guards say. */
  boolean alwaysForks() {
    return mayTakeTogether(true);
  }

  private boolean mayTakeTogether(boolean guardsFail) {
    // Of the tokens of an event gateway one survives.
    if (split() == Split.XOR || task.is(Templates.EVENT_GATEWAY)) {
      return false;
    }
    Set<String> outcomes = labels();
    // The branches of an error stay in the scope of the task that failed.
    outcomes.remove(Outcomes.ERROR);
    outcomes.remove(Outcomes.TIMEOUT);
    if (hasUnnamedNormalOutcome(labels())) {
      outcomes.add("");
    }
    return outcomes.stream().anyMatch(outcome -> together(outcome, guardsFail) > 1);
  }

  /** How many edges an outcome takes at most; the empty outcome is one that no edge names. */
  private long together(String outcome, boolean guardsFail) {
    List<Edge> carrying =
        arrows.stream()
            .map(Arrow::edge)
            .filter(edge -> edge.on().equals(outcome) || edge.on().equals(Outcomes.ALWAYS))
            .toList();
    long defaults = carrying.stream().filter(Edge::otherwise).count();
    long guarded = carrying.stream().filter(TaskPlan::guarded).count();
    long free = carrying.size() - defaults - guarded;
    if (split() == Split.AND) {
      return free + guarded;
    }
    return guardsFail ? free : free + Math.max(guarded, defaults);
  }

  private static boolean guarded(Edge edge) {
    return edge.when() != null && !Boolean.TRUE.equals(edge.when()) && !edge.otherwise();
  }

  private Set<String> labels() {
    return arrows.stream()
        .map(arrow -> arrow.edge().on())
        .filter(on -> !on.isEmpty() && !on.equals(Outcomes.ALWAYS))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean hasUnnamedNormalOutcome(Set<String> named) {
    Set<String> outcomes = new TreeSet<>();
    NodeType type = task.type();
    if (type != null) {
      outcomes.addAll(type.outcomes());
    }
    // What is passed through or failed in vain ends with success, whatever its own outcomes are.
    if (type == null || task.ignored() || errors.policy().operation() == Operation.IGNORE) {
      outcomes.add(Outcomes.SUCCESS);
    }
    // The star of a type that names its outcomes itself counts as one that isn't named.
    return outcomes.stream()
        .anyMatch(outcome -> Outcomes.normal(outcome) && !named.contains(outcome));
  }

  /** Whether an edge can be left untaken, so that a cycle over it can end. */
  boolean leavable(Edge edge) {
    if (!edge.on().isEmpty()
        && !edge.on().equals(Outcomes.ALWAYS)
        && !edge.on().equals(Outcomes.SUCCESS)) {
      return true;
    }
    boolean guardsCount = split() != Split.AND;
    if (guardsCount && guarded(edge)) {
      return true;
    }
    boolean guardedSibling = arrows.stream().anyMatch(arrow -> guarded(arrow.edge()));
    if (guardedSibling && edge.otherwise()) {
      return true;
    }
    if (split() == Split.XOR && !firstUnlabelled(edge)) {
      return true;
    }
    // An edge without a label isn't taken with an outcome that another edge names.
    return edge.on().isEmpty() && labels().stream().anyMatch(TaskPlan::alternative);
  }

  private boolean firstUnlabelled(Edge edge) {
    return arrows.stream()
        .map(Arrow::edge)
        .filter(other -> other.on().isEmpty() || other.on().equals(Outcomes.ALWAYS))
        .findFirst()
        .filter(edge::equals)
        .isPresent();
  }

  private static boolean alternative(String label) {
    return Outcomes.normal(label) && !label.equals(Outcomes.SUCCESS);
  }
}
