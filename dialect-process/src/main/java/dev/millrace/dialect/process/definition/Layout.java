package dev.millrace.dialect.process.definition;

import dev.millrace.dialect.process.definition.Arrow.Branch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the tasks of a definition hang together: where runs begin, what follows what, which splits
 * the joins close. References to tasks that don't exist are reported and left out.
 */
final class Layout {
  /** Far above any definition drawn by people; it bounds the time to save one. */
  private static final int EDGES_MAX = 50_000;

  private final ProcessDocument document;
  private final Problems problems;
  private final List<TaskPlan> plans = new ArrayList<>();
  private final ErrorHandler processErrors;
  private final List<List<Integer>> successors = new ArrayList<>();
  private final BitSet handlers = new BitSet();
  private final Bodies bodies;
  private final List<Integer> roots;
  private final List<Integer> entries;
  private final Flow flow;
  private final Forks forks;
  private final List<List<Integer>> predecessors;

  Layout(ProcessDocument document, Problems problems) {
    this.document = document;
    this.problems = problems;
    document.tasks().forEach(task -> plans.add(TaskPlan.of(task, problems)));
    processErrors = ErrorHandler.ofProcess(document.extension(), problems);
    connect();
    predecessors = Flow.reversed(successors);
    bodies = new Bodies(plans, document.indexes(), successors);
    bodies.check(problems);
    roots = findRoots();
    entries = new ArrayList<>(roots);
    handlers.stream().filter(node -> !roots.contains(node)).forEach(entries::add);
    flow = new Flow(successors, entries);
    BitSet splits = new BitSet();
    BitSet joins = new BitSet();
    for (int i = 0; i < plans.size(); i++) {
      splits.set(i, plans.get(i).forks());
      joins.set(i, plans.get(i).join() != null && flow.reached(i));
    }
    forks = new Forks(flow, entries, splits, joins);
  }

  private void connect() {
    int edges = 0;
    for (TaskPlan plan : plans) {
      TreeSet<Integer> targets = new TreeSet<>();
      List<Integer> ordered = new ArrayList<>();
      for (Arrow arrow : plan.arrows()) {
        int target = target(arrow.edge().to(), arrow.path());
        if (target >= 0 && targets.add(target)) {
          ordered.add(target);
        }
      }
      for (Branch branch : plan.errors().branches()) {
        int target = target(branch.to(), branch.path());
        if (target >= 0 && targets.add(target)) {
          ordered.add(target);
        }
      }
      edges += ordered.size();
      successors.add(edges > EDGES_MAX ? List.of() : ordered);
      addHandler(plan.compensate());
      addHandler(plan.body());
    }
    if (edges > EDGES_MAX) {
      problems.error(
          "$.tasks", "too_many", "expected at most " + EDGES_MAX + " edges, found " + edges);
    }
    processErrors.branches().forEach(this::addHandler);
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).task().is(Templates.ERROR_CATCH)) {
        handlers.set(i);
      }
    }
  }

  private void addHandler(@Nullable Branch branch) {
    int target = branch == null ? -1 : target(branch.to(), branch.path());
    if (target >= 0) {
      handlers.set(target);
    }
  }

  private int target(String id, String path) {
    Integer target = document.indexes().get(id);
    if (target == null) {
      problems.error(
          path, "unknown_task", "expected the instId of a task, found " + Json.shown(id));
      return -1;
    }
    return target;
  }

  private List<Integer> findRoots() {
    if (!document.text("endTaskInstId").isEmpty()) {
      target(document.text("endTaskInstId"), "$.endTaskInstId");
    }
    String start = document.text("startTaskInstId");
    if (!start.isEmpty()) {
      int target = target(start, "$.startTaskInstId");
      if (target >= 0) {
        bodies.checkStart(target, problems);
        return List.of(target);
      }
    }
    BitSet incoming = new Flow(successors, walkOrder()).withIncoming();
    List<Integer> starts = new ArrayList<>();
    List<Integer> free = new ArrayList<>();
    List<Integer> any = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      if (handlers.get(i) || bodies.opener(i) >= 0) {
        continue;
      }
      any.add(i);
      if (!incoming.get(i)) {
        free.add(i);
        if (Templates.STARTS.contains(plans.get(i).task().template())) {
          starts.add(i);
        }
      }
    }
    if (any.isEmpty() && !plans.isEmpty()) {
      problems.error(
          "$.startTaskInstId",
          "no_root",
          "expected a task to begin with, found only tasks that handle errors or compensate");
    }
    if (!starts.isEmpty()) {
      return starts;
    }
    return free.isEmpty() ? any.subList(0, Math.min(1, any.size())) : free;
  }

  /**
   * Which edges are back edges depends on where the walk begins: at start templates, then at what
   * no edge leads to, then at what handles errors, and at last inside the cycles that are left.
   */
  private List<Integer> walkOrder() {
    List<Integer> starts = new ArrayList<>();
    List<Integer> free = new ArrayList<>();
    List<Integer> rest = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      String template = plans.get(i).task().template();
      boolean form = template.equals(Templates.FORM);
      if (handlers.get(i)) {
        continue;
      }
      if (Templates.STARTS.contains(template) && (!form || predecessors.get(i).isEmpty())) {
        starts.add(i);
      } else {
        (predecessors.get(i).isEmpty() ? free : rest).add(i);
      }
    }
    List<Integer> order = new ArrayList<>(starts);
    order.addAll(free);
    handlers.stream().forEach(order::add);
    order.addAll(rest);
    return order;
  }

  List<TaskPlan> plans() {
    return plans;
  }

  ErrorHandler processErrors() {
    return processErrors;
  }

  List<Integer> roots() {
    return roots;
  }

  /** The roots, and the tasks that are reached from none by an edge: of errors and of bodies. */
  List<Integer> entries() {
    return entries;
  }

  /** The tasks from which a task is reached, over back edges too. */
  BitSet before(int node) {
    return flow.upstream(node, -1, predecessors);
  }

  Flow flow() {
    return flow;
  }

  Bodies bodies() {
    return bodies;
  }

  Forks forks() {
    return forks;
  }

  String id(int node) {
    return plans.get(node).task().id();
  }

  /** The position of the task of an id, or -1. */
  int index(String id) {
    return document.indexes().getOrDefault(id, -1);
  }

  boolean hasIncoming(int node) {
    return !predecessors.get(node).isEmpty();
  }

  /** The position of the task that takes all errors no other task took, or -1. */
  int errorCatch() {
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).task().is(Templates.ERROR_CATCH)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The nodes from which a join is reached forward, in definition order.
   *
   * @param edgesOnly whether catches don't count, for which a strict join would wait for ever
   */
  List<String> incoming(int join, boolean edgesOnly) {
    String id = id(join);
    List<String> incoming = new ArrayList<>();
    for (int source : predecessors.get(join)) {
      boolean back = flow.reached(source) && !flow.forward(source).contains(join);
      boolean edge =
          plans.get(source).arrows().stream().anyMatch(arrow -> arrow.edge().to().equals(id));
      if (!back && (edge || !edgesOnly)) {
        incoming.add(id(source));
      }
    }
    return List.copyOf(incoming);
  }

  NodeSet upstream(int join) {
    List<String> ids = document.tasks().stream().map(TaskDocument::id).toList();
    return new NodeSet(
        ids, document.indexes(), flow.upstream(join, forks.fork(join), predecessors));
  }
}
