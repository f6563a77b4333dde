package dev.millrace.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of the rows of a collection.
 *
 * @param columns in the order they are shown
 * @param links loaded after the rows, by the name of their field
 */
record Projection(
    CollectionDefinition collection, List<FieldDefinition> columns, List<Linked> links) {

  /** How many links one query may follow, and how far. */
  static final int LINKS_MAX = 60;

  static final int DEPTH_MAX = 6;

  /** A link and what is shown behind it. */
  record Linked(Link link, Projection target) {}

  /** All columns, hidden ones too, and no links. */
  static Projection everything(CollectionDefinition collection) {
    return new Projection(
        collection,
        collection.fields().stream().filter(field -> !field.type().association()).toList(),
        List.of());
  }

  /** What a query asks for, as a tree. */
  private static final class Node {
    private boolean whole;
    private final Set<String> columns = new LinkedHashSet<>();
    private final Set<String> except = new LinkedHashSet<>();
    private final Map<String, Node> links = new LinkedHashMap<>();

    Node link(String name) {
      return links.computeIfAbsent(name, ignored -> new Node());
    }
  }

  /** Reads a shape against a collection. */
  static Projection of(Catalog catalog, CollectionDefinition collection, Query.Shape shape) {
    Node root = new Node();
    root.whole = shape.fields().stream().allMatch(String::isBlank);
    int[] count = new int[1];
    for (String path : shape.fields()) {
      if (!path.isBlank() && !add(catalog, collection, root, path.strip(), count)) {
        throw Filters.unknownField(collection, path);
      }
    }
    for (String path : shape.appends()) {
      // Unknown ones are ignored, and so are plain columns: they are there anyway.
      add(catalog, collection, root, path.strip(), count);
    }
    for (String path : shape.except()) {
      leaveOut(root, path.strip());
    }
    return project(catalog, collection, root, shape.hidden());
  }

  private static boolean add(
      Catalog catalog, CollectionDefinition collection, Node root, String path, int[] count) {
    String[] steps = path.split("\\.", -1);
    if (steps.length > DEPTH_MAX) {
      throw tooMany("links are followed at most " + DEPTH_MAX + " deep");
    }
    CollectionDefinition at = collection;
    List<String> links = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      Optional<FieldDefinition> field = at.field(steps[i]);
      if (field.isEmpty()) {
        return false;
      }
      if (!field.get().type().association()) {
        if (i < steps.length - 1) {
          return false;
        }
        node(root, links).columns.add(steps[i]);
        return true;
      }
      Optional<Link> link = catalog.link(at, field.get());
      if (link.isEmpty()) {
        return false;
      }
      links.add(steps[i]);
      at = link.get().target();
    }
    if (++count[0] > LINKS_MAX) {
      throw tooMany("a query follows at most " + LINKS_MAX + " links");
    }
    node(root, links).whole = true;
    return true;
  }

  private static DataException tooMany(String message) {
    return new DataException(DataException.Kind.TOO_LARGE, message);
  }

  private static Node node(Node root, List<String> path) {
    Node node = root;
    for (String step : path) {
      node = node.link(step);
    }
    return node;
  }

  private static void leaveOut(Node root, String path) {
    Node node = root;
    String[] steps = path.split("\\.", -1);
    for (int i = 0; i < steps.length - 1; i++) {
      Node next = node.links.get(steps[i]);
      if (next == null) {
        return;
      }
      node = next;
    }
    node.except.add(steps[steps.length - 1]);
  }

  private static Projection project(
      Catalog catalog, CollectionDefinition collection, Node node, boolean hidden) {
    List<FieldDefinition> columns =
        collection.fields().stream()
            .filter(field -> !field.type().association())
            .filter(field -> node.whole || node.columns.contains(field.name()))
            .filter(field -> hidden || !field.hidden())
            .filter(field -> !node.except.contains(field.name()))
            .toList();
    List<Linked> links = new ArrayList<>();
    node.links.forEach((name, below) -> {
      Link link = node.except.contains(name) ? null : catalog.link(collection, name).orElse(null);
      if (link != null) {
        links.add(new Linked(link, project(catalog, link.target(), below, hidden)));
      }
    });
    return new Projection(collection, columns, links);
  }

  /** The columns to read: those shown and those that links start from. */
  List<FieldDefinition> read(@Nullable FieldDefinition more) {
    Set<FieldDefinition> read = new LinkedHashSet<>(columns);
    links.forEach(linked -> read.add(linked.link().ownerColumn()));
    if (more != null) {
      read.add(more);
    }
    return List.copyOf(read);
  }
}
