package dev.millrace.engine.graph.node;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node that is entered, written by hand: parameters, roots, edges. Counts its identifiers. */
final class TestNodeContext implements NodeContext {

  static final Instant NOW = Instant.parse("2030-01-31T09:00:00Z");
  static final InstanceKey INSTANCE = new InstanceKey("shop", "42");

  private final Map<String, Object> roots = new LinkedHashMap<>();
  private final Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
  private final Map<String, Node.Parameter> declared = new LinkedHashMap<>();
  private final List<Edge> edges = new ArrayList<>();
  private int drawn;
  private int depth;
  private boolean atStart;
  private @Nullable Object joined;

  /** A context with these parameters, given and resolved alike. */
  static TestNodeContext of(Map<String, ?> values) {
    TestNodeContext context = new TestNodeContext();
    values.forEach(context::parameter);
    return context;
  }

  TestNodeContext parameter(String name, @Nullable Object value) {
    return parameter(name, value, value);
  }

  /** A parameter whose template gave a value. */
  TestNodeContext parameter(String name, @Nullable Object template, @Nullable Object value) {
    declared.put(name, new Node.Parameter("", template, false, false, Map.of()));
    parameters.put(name, value);
    return this;
  }

  TestNodeContext root(String name, Object value) {
    roots.put(name, value);
    return this;
  }

  /** No other node led here. */
  TestNodeContext start() {
    atStart = true;
    return this;
  }

  TestNodeContext edge(Edge edge) {
    edges.add(edge);
    return this;
  }

  TestNodeContext depth(int instancesAbove) {
    depth = instancesAbove;
    return this;
  }

  TestNodeContext joined(Object merged) {
    joined = merged;
    return this;
  }

  /** Enters a built-in type by name or alias. */
  Step enter(String type) {
    return BuiltInTypes.find(type).enter(this);
  }

  @Override
  public Node node() {
    return new Node(
        "n1", "Node one", "type", declared, edges, Node.Split.OR, false, Node.Policies.DEFAULT);
  }

  @Override
  public Map<String, @Nullable Object> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  @Override
  public ExpressionScope scope() {
    return new ExpressionScope() {
      @Override
      public boolean has(String root) {
        return roots.containsKey(root);
      }

      @Override
      public @Nullable Object value(String root) {
        return roots.get(root);
      }
    };
  }

  @Override
  public Expressions expressions() {
    return new RootExpressions();
  }

  @Override
  public Schemas schemas() {
    return new TypeSchemas();
  }

  @Override
  public Instant now() {
    return NOW;
  }

  @Override
  public InstanceKey instance() {
    return INSTANCE;
  }

  @Override
  public long instanceId() {
    return 1;
  }

  @Override
  public Command.Origin origin() {
    return new Command.Origin("", "api", false);
  }

  @Override
  public NodeRun run() {
    return new NodeRun(
        1,
        new NodeRun.Place("node", 0, 0, 0, -1, ""),
        NOW,
        parameters,
        List.of(),
        NOW,
        null,
        null,
        null);
  }

  @Override
  public boolean hasNode(String nodeId) {
    return false;
  }

  @Override
  public int index() {
    return 0;
  }

  @Override
  public String newId(String prefix) {
    return prefix + ++drawn;
  }

  @Override
  public boolean atStart() {
    return atStart;
  }

  @Override
  public InstanceKey childKey(String definition) {
    return new InstanceKey(INSTANCE.namespace(), String.valueOf(1000 + ++drawn));
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public @Nullable Object joined() {
    return joined;
  }

  /** The built-in types by name. */
  static final class BuiltInTypes {
    private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());

    private BuiltInTypes() {}

    static NodeType find(String name) {
      return TYPES.find(name).orElseThrow();
    }
  }
}
