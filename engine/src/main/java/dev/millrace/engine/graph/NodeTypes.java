package dev.millrace.engine.graph;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The node types a server knows, by name and alias. Immutable. */
public final class NodeTypes {

  private final Map<String, NodeType> byName = new LinkedHashMap<>();
  private final List<NodeType> all;

  /**
   * Takes a list of types.
   *
   * @throws IllegalArgumentException when two claim the same name
   */
  public NodeTypes(Collection<? extends NodeType> types) {
    all = List.copyOf(types);
    for (NodeType type : all) {
      add(type.name(), type);
      type.aliases().forEach(alias -> add(alias, type));
    }
  }

  private void add(String name, NodeType type) {
    NodeType before = byName.putIfAbsent(name, type);
    if (before != null) {
      throw new IllegalArgumentException("two node types are called " + name);
    }
  }

  /** The type of a name or alias. */
  public Optional<NodeType> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All types, in the order listed. */
  public List<NodeType> all() {
    return all;
  }
}
