package dev.millrace.testkit;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.JoinPolicy;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes graphs whose nodes have bodies, of the built-in and the branching types of these tests.
 */
final class Flow {

  private static final NodeTypes TYPES = types();

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private Graph.Rules rules = Graph.Rules.DEFAULT;
  private long timeoutMillis;

  private static NodeTypes types() {
    List<NodeType> all = new ArrayList<>(BuiltInNodeTypes.all());
    all.addAll(BranchingNodes.all());
    return new NodeTypes(all);
  }

  /** A node; the first is where it starts. Parameters are names and values in turn. */
  Flow node(String id, String type, Object... parameters) {
    Map<String, Node.Parameter> declared = new LinkedHashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      declared.put(
          parameters[i].toString(),
          new Node.Parameter("", parameters[i + 1], false, false, Map.of()));
    }
    nodes.put(
        id,
        new Node(
            id,
            id,
            type,
            declared,
            List.of(),
            Node.Split.OR,
            false,
            Node.Policies.DEFAULT,
            Map.of()));
    return this;
  }

  Flow edge(String from, String to) {
    return edge(from, Edge.to(to));
  }

  Flow edge(String from, Edge edge) {
    return change(
        from,
        node -> {
          List<Edge> edges = new ArrayList<>(node.edges());
          edges.add(edge);
          return with(node, edges, node.opensScope(), node.policies(), node.bodies());
        });
  }

  Flow body(String opener, String name, String entry) {
    return change(
        opener,
        node -> {
          Map<String, String> bodies = new LinkedHashMap<>(node.bodies());
          bodies.put(name, entry);
          return with(node, node.edges(), node.opensScope(), node.policies(), bodies);
        });
  }

  Flow policies(String id, UnaryOperator<Node.Policies> change) {
    return change(
        id,
        node ->
            with(
                node,
                node.edges(),
                node.opensScope(),
                change.apply(node.policies()),
                node.bodies()));
  }

  /** Makes a node wait for all that lead to it; {@code fork} separates its arrivals. */
  Flow join(String id, boolean strict, String fork, String... incoming) {
    JoinPolicy policy =
        new JoinPolicy(
            JoinPolicy.Kind.ALL,
            0,
            List.of(),
            List.of(incoming),
            strict,
            false,
            JoinPolicy.Merge.KEYED,
            fork,
            !fork.isEmpty(),
            Set.of(incoming),
            0);
    if (!fork.isEmpty()) {
      change(fork, node -> with(node, node.edges(), true, node.policies(), node.bodies()));
    }
    return policies(
        id,
        was ->
            new Node.Policies(
                was.errors(), was.loop(), policy, "", null, was.timeoutMillis(), false, null));
  }

  Flow rules(Graph.Rules changed) {
    rules = changed;
    return this;
  }

  private Flow change(String id, UnaryOperator<Node> change) {
    nodes.computeIfPresent(id, (key, node) -> change.apply(node));
    return this;
  }

  private static Node with(
      Node node,
      List<Edge> edges,
      boolean opensScope,
      Node.Policies policies,
      Map<String, String> bodies) {
    return new Node(
        node.id(),
        node.name(),
        node.type(),
        node.parameters(),
        edges,
        node.split(),
        opensScope,
        policies,
        bodies);
  }

  EngineHarness harness() {
    String root = nodes.keySet().iterator().next();
    Graph.Settings settings =
        new Graph.Settings("flow", "tester", false, timeoutMillis, "", "", null, null, rules);
    return new EngineHarness(
        new Graph(new DefinitionRef("flow", 1), nodes, List.of(root), settings), TYPES);
  }

  EngineHarness start(@Nullable Object input) {
    return harness().start(input);
  }
}
