package dev.millrace.engine.interpreter;

import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceState.Body;
import dev.millrace.engine.InstanceState.Loop;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.Attempt;
import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.Wait;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the expressions of one run can see. Built on demand: only the roots an expression mentions
 * are looked up. The run itself may be provisional, not yet in the state.
 */
final class RunScope implements ExpressionScope {

  private final Turn turn;
  private final NodeRun run;
  private final Nodes.Extras extras;
  private final Map<String, @Nullable Object> added = new LinkedHashMap<>();

  RunScope(Turn turn, NodeRun run, Nodes.Extras extras) {
    this.turn = turn;
    this.run = run;
    this.extras = extras;
  }

  /** The scope of the instance as a whole: no run, no item. */
  static RunScope ofInstance(Turn turn) {
    return at(turn, new NodeRun.Place("", 0, 0, 0, -1, ""));
  }

  /** What can be seen at a place where no run has begun. */
  static RunScope at(Turn turn, NodeRun.Place place) {
    NodeRun none =
        new NodeRun(0, place, turn.now(), Map.of(), List.of(), turn.now(), null, null, null);
    return new RunScope(turn, none, Nodes.Extras.NONE);
  }

  RunScope with(String root, @Nullable Object value) {
    added.put(root, value);
    return this;
  }

  NodeRun run() {
    return run;
  }

  @Override
  public boolean has(String root) {
    return value(root) != null;
  }

  @Override
  public @Nullable Object value(String root) {
    if (added.containsKey(root)) {
      return added.get(root);
    }
    Draft draft = turn.draft;
    return switch (root) {
      case "input", "trigger" -> draft.header().input();
      case "variable" -> {
        Map<String, @Nullable Object> both = new LinkedHashMap<>();
        both.put("local", draft.variables());
        both.put("global", env());
        yield both;
      }
      case "process", "vars" -> draft.variables();
      case "env" -> env();
      case "item", "index", "total" -> round(root);
      case NodeContext.SCOPES -> scopes();
      case "error" -> failureJson();
      case "now" -> turn.now().toString();
      case "instance" -> instance();
      case "tasks" -> outputs();
      case "runs" -> allRuns();
      default -> {
        Map<String, @Nullable Object> variables = declaring(root);
        yield variables != null
            ? variables.get(root)
            : turn.graph.nodes().containsKey(root) ? node(root) : null;
      }
    };
  }

  /** The output of one node does not need those of all others. */
  @Override
  public @Nullable Object value(String root, String member) {
    if (!root.equals("tasks") || added.containsKey(root)) {
      return value(root);
    }
    NodeRun.Result result = run.result();
    Map<String, @Nullable Object> one = new LinkedHashMap<>();
    if (result != null && run.place().nodeId().equals(member)) {
      one.put(member, result.output());
    } else if (!turn.draft.runsOf(member).isEmpty()) {
      one.put(member, outputOf(member));
    }
    return one;
  }

  private Map<String, @Nullable Object> env() {
    return turn.environment();
  }

  /** What the innermost loop says of its round: of a node, or one that runs a body. */
  private @Nullable Object round(String root) {
    Map<String, @Nullable Object> own = roundOf(run);
    if (!own.isEmpty()) {
      return own.get(root);
    }
    Map<String, @Nullable Object> variables = declaring(root);
    return variables == null ? null : variables.get(root);
  }

  private Map<String, @Nullable Object> roundOf(NodeRun round) {
    Loop loop = turn.draft.loop(round.place().loop());
    if (loop == null) {
      return Map.of();
    }
    List<@Nullable Object> items = loop.items();
    int position = round.place().loopIndex();
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put(
        "item",
        items == null
            ? (Object) (long) position
            : position < items.size() ? items.get(position) : null);
    variables.put("index", (long) position);
    variables.put("total", loop.total() < 0 ? null : (Object) (long) loop.total());
    return variables;
  }

  /** The bodies around the run, innermost first. */
  private List<Scope> bodies() {
    List<Scope> bodies = new ArrayList<>();
    ScopeDraft scopes = turn.draft.scopes();
    Scope scope = scopes.find(scopes.body(run.place().scope()));
    while (scope != null) {
      bodies.add(scope);
      scope = scopes.find(scopes.body(scope.parent()));
    }
    return bodies;
  }

  /** What a body and the round that runs it declare. */
  private Map<String, @Nullable Object> variables(Body body) {
    NodeRun opener = turn.draft.findRun(body.run());
    if (opener == null || opener.place().loop() == 0) {
      return body.variables();
    }
    Map<String, @Nullable Object> variables = new LinkedHashMap<>(roundOf(opener));
    variables.putAll(body.variables());
    return variables;
  }

  /** The variables of the innermost body that has one of a name, or null. */
  private @Nullable Map<String, @Nullable Object> declaring(String name) {
    for (Scope scope : bodies()) {
      if (scope.body() != null) {
        Map<String, @Nullable Object> variables = variables(scope.body());
        if (variables.containsKey(name)) {
          return variables;
        }
      }
    }
    return null;
  }

  private Map<String, @Nullable Object> scopes() {
    Map<String, @Nullable Object> scopes = new LinkedHashMap<>();
    for (Scope scope : bodies()) {
      if (scope.body() != null) {
        scopes.putIfAbsent(scope.opener(), variables(scope.body()));
      }
    }
    return scopes;
  }

  private @Nullable Object failureJson() {
    Failure failure = extras.failure() != null ? extras.failure() : turn.draft.caught();
    return failure == null ? null : Failures.event(turn, failure);
  }

  private Map<String, @Nullable Object> instance() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", turn.draft.header().key().uid());
    json.put("executionUid", turn.draft.executionUid());
    json.put("processId", turn.draft.header().definition().id());
    json.put("revision", (long) turn.draft.header().definition().revision());
    json.put("executor", turn.draft.header().origin().executor());
    json.put("startedAt", turn.draft.header().startedAt().toEpochMilli());
    return json;
  }

  private Map<String, @Nullable Object> outputs() {
    Map<String, @Nullable Object> outputs = new LinkedHashMap<>();
    for (String id : turn.draft.nodesRun()) {
      outputs.put(id, outputOf(id));
    }
    if (run.result() != null) {
      outputs.put(run.place().nodeId(), run.result().output());
    }
    return outputs;
  }

  private Map<String, @Nullable Object> allRuns() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    for (String id : turn.draft.nodesRun()) {
      all.put(id, runtimes(runsOf(id)));
    }
    return all;
  }

  private List<NodeRun> runsOf(String nodeId) {
    List<NodeRun> runs = new ArrayList<>();
    for (int id : turn.draft.runsOf(nodeId)) {
      runs.add(id == run.id() ? run : turn.draft.run(id));
    }
    boolean unrecorded = run.result() != null && turn.draft.findRun(run.id()) == null;
    if (unrecorded && nodeId.equals(run.place().nodeId())) {
      runs.add(run);
    }
    return runs;
  }

  /** The output of a node: its last ended run, or what its last loop gave as a whole. */
  @Nullable Object outputOf(String nodeId) {
    List<Integer> undo = turn.draft.undo();
    if (undo != null && !undo.isEmpty()) {
      NodeRun undone = turn.draft.findRun(undo.getFirst());
      if (undone != null && undone.place().nodeId().equals(nodeId) && undone.result() != null) {
        return undone.result().output();
      }
    }
    NodeRun around = opener(nodeId);
    if (around != null && shows(around)) {
      return shown(around);
    }
    NodeRun here = inBodies(nodeId);
    if (here != null) {
      Loop own = turn.draft.loop(here.place().loop());
      if (own != null && own.closed()) {
        return own.output();
      }
      return here.result() == null ? null : here.result().output();
    }
    NodeRun last = lastEnded(nodeId);
    Loop loop = null;
    for (Loop candidate : turn.draft.loops()) {
      if (candidate.place().nodeId().equals(nodeId)) {
        loop = candidate;
      }
    }
    if (loop != null && loop.closed()) {
      return loop.output();
    }
    return last == null || last.result() == null ? latestShown(nodeId) : last.result().output();
  }

  /** The open run of a node around this one; null for none. */
  private @Nullable NodeRun opener(String nodeId) {
    Body body = bodyOf(nodeId);
    return body == null ? null : turn.draft.findRun(body.run());
  }

  /** Whether an open run has something to show already. */
  private static boolean shows(NodeRun run) {
    return run.open() && (run.notes() != null || shown(run) != null);
  }

  private static @Nullable Object shown(NodeRun run) {
    if (run.notes() != null) {
      return run.notes().output();
    }
    return run.waitsFor() instanceof Wait.ForBodies bodies ? bodies.progress() : null;
  }

  /** What the latest run of a node that has not ended once shows so far. */
  private @Nullable Object latestShown(String nodeId) {
    List<Integer> ids = turn.draft.runsOf(nodeId);
    return ids.isEmpty() ? null : shown(turn.draft.run(ids.getLast()));
  }

  /** The run of a node that ended last in the bodies around this one; null for none. */
  private @Nullable NodeRun inBodies(String nodeId) {
    List<Scope> bodies = bodies();
    if (!bodies.isEmpty() && endedAs(nodeId) && run.place().loop() == 0) {
      return run;
    }
    for (Scope scope : bodies) {
      Integer id = scope.body() == null ? null : scope.body().runs().get(nodeId);
      NodeRun found = id == null ? null : turn.draft.findRun(id);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Whether this run is of a node and has ended, recorded or not. */
  private boolean endedAs(String nodeId) {
    return run.result() != null && run.place().nodeId().equals(nodeId);
  }

  private @Nullable NodeRun lastEnded(String nodeId) {
    if (endedAs(nodeId) && turn.draft.findRun(run.id()) == null) {
      return run;
    }
    NodeRun skipped = null;
    for (int id : turn.draft.runsOf(nodeId).reversed()) {
      NodeRun candidate = id == run.id() ? run : turn.draft.run(id);
      boolean passed =
          candidate.result() != null && candidate.result().status() == RunStatus.SKIPPED;
      if (!candidate.open() && !passed) {
        return candidate;
      }
      skipped = passed && skipped == null ? candidate : skipped;
    }
    return skipped;
  }

  private Map<String, @Nullable Object> node(String nodeId) {
    List<NodeRun> runs = runsOf(nodeId);
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    NodeRun last = runs.isEmpty() ? null : runs.getLast();
    json.put("output", outputOf(nodeId));
    json.put("input", last == null ? null : last.input());
    json.put("status", last == null ? null : last.status().word());
    json.put("error", last == null ? null : errorText(last));
    json.put("startAt", last == null ? null : last.startAt().toEpochMilli());
    json.put("endAt", last == null ? null : endAt(last));
    List<@Nullable Object> runtimes = runtimes(runs);
    json.put("runtimes", runtimes);
    for (int i = 0; i < runtimes.size(); i++) {
      json.put(Integer.toString(runs.get(i).place().index()), runtimes.get(i));
    }
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    Node node = turn.graph.node(nodeId);
    for (Map.Entry<String, Node.Parameter> entry : node.parameters().entrySet()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("type", entry.getValue().type());
      one.put("value", shown(entry.getValue()));
      one.put("label", entry.getValue().label());
      // A secret default is not shown.
      one.put("default", entry.getValue().secret() ? null : entry.getValue().fallback());
      parameters.put(entry.getKey(), one);
    }
    json.put("parameters", parameters);
    Body around = bodyOf(nodeId);
    if (around != null) {
      variables(around).forEach(json::putIfAbsent);
    }
    return json;
  }

  /** What a definition gives a parameter; a secret would be stored by whoever refers to it. */
  private static @Nullable Object shown(Node.Parameter parameter) {
    Object value = parameter.value();
    boolean nothing = value == null || value.equals("");
    return parameter.secret() && !nothing ? Parameters.MASK : value;
  }

  /** The innermost body of a node that the run lies in; null for none. */
  private @Nullable Body bodyOf(String opener) {
    for (Scope scope : bodies()) {
      if (scope.opener().equals(opener)) {
        return scope.body();
      }
    }
    return null;
  }

  private static List<@Nullable Object> runtimes(List<NodeRun> runs) {
    List<@Nullable Object> all = new ArrayList<>();
    for (NodeRun run : runs) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("index", (long) run.place().index());
      json.put("startAt", run.startAt().toEpochMilli());
      json.put("endAt", endAt(run));
      json.put("status", run.status().word());
      json.put("error", errorText(run));
      json.put("input", run.input());
      json.put("parameters", run.input());
      json.put("output", run.result() == null ? null : run.result().output());
      all.add(json);
    }
    return all;
  }

  private static @Nullable Long endAt(NodeRun run) {
    Instant end = run.result() == null ? null : run.result().endAt();
    return end == null ? null : end.toEpochMilli();
  }

  private static String errorText(NodeRun run) {
    if (run.result() != null && run.result().failure() != null) {
      return run.result().failure().message();
    }
    List<Attempt> attempts = run.attempts();
    return run.open() && !attempts.isEmpty() ? attempts.getLast().failure().message() : "";
  }
}
