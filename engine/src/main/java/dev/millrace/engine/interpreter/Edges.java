package dev.millrace.engine.interpreter;

import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Token;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.Outcomes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the edges that a token leaves a node by, and puts tokens on them. */
final class Edges {

  private final Turn turn;

  Edges(Turn turn) {
    this.turn = turn;
  }

  /** The edges taken, or why none could be chosen. */
  record Choice(List<Edge> edges, @Nullable Failure failure) {}

  /** Edges whose label fits an outcome. */
  List<Edge> candidates(Node node, String outcome) {
    boolean named = node.edges().stream().anyMatch(edge -> edge.on().equals(outcome));
    List<Edge> fitting = new ArrayList<>();
    for (Edge edge : node.edges()) {
      boolean plain = edge.on().isEmpty() && Outcomes.normal(outcome) && !named;
      if (plain || edge.on().equals(outcome) || edge.on().equals(Outcomes.ALWAYS)) {
        fitting.add(edge);
      }
    }
    return fitting;
  }

  /**
   * Chooses by outcome, guards and split.
   *
   * @throws dev.millrace.engine.expression.ExpressionException when a guard cannot be evaluated
   */
  Choice choose(Node node, String outcome, RunScope scope) {
    List<Edge> candidates = candidates(node, outcome);
    List<Edge> taken = new ArrayList<>();
    boolean guarded = false;
    boolean guardHeld = false;
    List<Edge> otherwise = new ArrayList<>();
    for (Edge edge : candidates) {
      if (edge.otherwise()) {
        otherwise.add(edge);
      } else if (edge.when() == null || node.split() == Node.Split.AND) {
        taken.add(edge);
      } else {
        guarded = true;
        if (turn.ports.expressions().test(edge.when(), scope)) {
          guardHeld = true;
          taken.add(edge);
        }
      }
    }
    if (node.split() != Node.Split.AND && !guardHeld && (guarded || taken.isEmpty())) {
      taken.addAll(otherwise);
    }
    if (taken.isEmpty() && guarded) {
      return new Choice(
          List.of(),
          Failure.of("no_branch", "no guard of node " + node.id() + " held, and no default"));
    }
    if (node.split() == Node.Split.XOR && taken.size() > 1) {
      return new Choice(List.of(taken.getFirst()), null);
    }
    return new Choice(taken, null);
  }

  /** Puts tokens on chosen edges, in a new fork scope where the node opens one. */
  void take(Node node, int scope, int fromRun, List<Edge> edges) {
    takeFailed(node, scope, fromRun, edges, null);
  }

  /** The same for tokens that carry an error. */
  void takeFailed(Node node, int scope, int fromRun, List<Edge> edges, @Nullable Failure failure) {
    if (edges.isEmpty()) {
      return;
    }
    int inner = node.opensScope() ? open(node, scope) : scope;
    for (Edge edge : edges) {
      turn.ready(new Token(edge.to(), inner, node.id(), fromRun, failure));
    }
  }

  private int open(Node node, int scope) {
    int parent = scope;
    int enclosing = enclosing(scope, node.id());
    if (enclosing != 0) {
      Scope repeated = turn.draft.scope(enclosing);
      parent = repeated == null ? 0 : repeated.parent();
    }
    int id = turn.draft.nextId();
    turn.emit(new HistoryEvent.ScopeOpened(turn.now(), id, parent, node.id()));
    return id;
  }

  /** The innermost scope of a fork around a scope, within the same body; 0 for none. */
  int enclosing(int scope, String opener) {
    int id = scope;
    while (id != 0) {
      Scope found = turn.draft.scope(id);
      if (found == null || found.body() != null) {
        return 0;
      }
      if (found.opener().equals(opener)) {
        return id;
      }
      id = found.parent();
    }
    return 0;
  }

  /** Whether a scope is another or lies inside it; every scope lies inside the root. */
  boolean inside(int scope, int outer) {
    int id = scope;
    while (id != outer && id != 0) {
      Scope found = turn.draft.scope(id);
      id = found == null ? 0 : found.parent();
    }
    return id == outer;
  }

  /** Goes on from an ignored node: its plain edges, or else its positive branch. */
  void followIgnored(Node node, NodeRun run) {
    List<Edge> edges = candidates(node, Outcomes.SUCCESS);
    if (edges.isEmpty()) {
      edges = candidates(node, Outcomes.TRUE);
    }
    if (edges.isEmpty()) {
      edges = candidates(node, Outcomes.APPROVED);
    }
    take(node, run.place().scope(), run.id(), edges);
  }
}
