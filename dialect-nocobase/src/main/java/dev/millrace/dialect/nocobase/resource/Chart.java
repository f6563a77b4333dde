package dev.millrace.dialect.nocobase.resource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the nodes of one workflow hang together: each names what is above and below it, and the head
 * of a branch names the branch. Changed in place; {@link #changes} says what has to be written.
 * Belongs to one thread.
 */
final class Chart {
  private final Map<Long, Node> nodes = new TreeMap<>();
  private final Map<Long, Place> before = new HashMap<>();
  private final Set<Long> removed = new LinkedHashSet<>();

  /** Where a node hangs. */
  record Place(@Nullable Long upstream, @Nullable Long downstream, @Nullable Long branch) {}

  private static final class Node {
    private final long id;
    private @Nullable Long upstream;
    private @Nullable Long downstream;
    private @Nullable Long branch;

    Node(long id, Place place) {
      this.id = id;
      this.upstream = place.upstream;
      this.downstream = place.downstream;
      this.branch = place.branch;
    }

    Place place() {
      return new Place(upstream, downstream, branch);
    }
  }

  /** The nodes as rows. */
  static Chart of(List<Map<String, @Nullable Object>> rows) {
    Chart chart = new Chart();
    for (Map<String, @Nullable Object> row : rows) {
      long id = (Long) Objects.requireNonNull(row.get("id"));
      Place place =
          new Place(
              number(row.get("upstreamId")),
              number(row.get("downstreamId")),
              number(row.get("branchIndex")));
      chart.nodes.put(id, new Node(id, place));
      chart.before.put(id, place);
    }
    return chart;
  }

  private static @Nullable Long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : null;
  }

  boolean has(long id) {
    return nodes.containsKey(id);
  }

  Place place(long id) {
    return node(id).place();
  }

  private Node node(long id) {
    return Objects.requireNonNull(nodes.get(id), "no node of that id");
  }

  /** Where the rows have to be written anew, by id: only members that differ. */
  Map<Long, Map<String, @Nullable Object>> changes() {
    Map<Long, Map<String, @Nullable Object>> changes = new LinkedHashMap<>();
    for (Node node : nodes.values()) {
      Place was = before.get(node.id);
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      put(members, "upstreamId", was == null ? null : was.upstream, node.upstream);
      put(members, "downstreamId", was == null ? null : was.downstream, node.downstream);
      put(members, "branchIndex", was == null ? null : was.branch, node.branch);
      if (!members.isEmpty()) {
        changes.put(node.id, members);
      }
    }
    return changes;
  }

  private static void put(
      Map<String, @Nullable Object> members, String name, @Nullable Long was, @Nullable Long is) {
    if (!Objects.equals(was, is)) {
      members.put(name, is);
    }
  }

  /** The nodes that were taken out. */
  Set<Long> removed() {
    return removed;
  }

  /** Hangs a new node in: as the head, behind another, or as the head of a branch. */
  void insert(long id, @Nullable Long upstream, @Nullable Long branch) {
    Node node = new Node(id, new Place(upstream, null, upstream == null ? null : branch));
    if (upstream == null) {
      Node head = head(id);
      if (head != null) {
        below(node, head);
      }
    } else if (branch == null) {
      Node above = node(upstream);
      Node next = above.downstream == null ? null : nodes.get(above.downstream);
      if (next != null) {
        below(node, next);
      }
      above.downstream = id;
    } else {
      Node head = branchHead(upstream, branch);
      if (head != null && head.id != id) {
        below(node, head);
      }
    }
    nodes.put(id, node);
  }

  private static void below(Node node, Node next) {
    node.downstream = next.id;
    next.upstream = node.id;
    next.branch = null;
  }

  private @Nullable Node head(long except) {
    for (Node node : nodes.values()) {
      if (node.upstream == null && node.id != except) {
        return node;
      }
    }
    return null;
  }

  private @Nullable Node branchHead(long of, long branch) {
    for (Node node : nodes.values()) {
      if (Objects.equals(node.upstream, of) && Objects.equals(node.branch, branch)) {
        return node;
      }
    }
    return null;
  }

  boolean hasBranch(long of, long branch) {
    return branchHead(of, branch) != null;
  }

  /** The node and everything in its branches. */
  Set<Long> within(long id) {
    Set<Long> all = new LinkedHashSet<>();
    List<Long> open = new ArrayList<>(List.of(id));
    while (!open.isEmpty()) {
      long next = open.removeLast();
      if (!all.add(next)) {
        continue;
      }
      for (Node node : nodes.values()) {
        if (Objects.equals(node.upstream, next) && node.branch != null) {
          open.addAll(chain(node));
        }
      }
    }
    return all;
  }

  /** A node and those below it on the same chain. */
  private List<Long> chain(Node head) {
    Set<Long> chain = new LinkedHashSet<>();
    Node node = head;
    while (node != null && chain.add(node.id)) {
      node = node.downstream == null ? null : nodes.get(node.downstream);
    }
    return List.copyOf(chain);
  }

  /** Takes a node out of its chain; what is below it takes its place. */
  private void unhang(Node node) {
    Node above = node.upstream == null ? null : nodes.get(node.upstream);
    Node below = node.downstream == null ? null : nodes.get(node.downstream);
    if (above != null && Objects.equals(above.downstream, node.id)) {
      above.downstream = below == null ? null : below.id;
    }
    if (below != null) {
      below.upstream = node.upstream;
      below.branch = node.branch;
    }
    node.downstream = null;
  }

  /** Removes a node with its branches. */
  void remove(long id) {
    Set<Long> gone = within(id);
    unhang(node(id));
    drop(gone);
  }

  /** Removes a node with its branches but one, which takes its place. */
  void removeKeeping(long id, long branch) {
    Node node = node(id);
    Node head = Objects.requireNonNull(branchHead(id, branch), "the branch was looked up");
    List<Long> chain = chain(head);
    Set<Long> kept = new LinkedHashSet<>();
    chain.forEach(each -> kept.addAll(within(each)));
    Set<Long> gone = within(id);
    gone.removeAll(kept);
    Node tail = node(chain.getLast());
    Node above = node.upstream == null ? null : nodes.get(node.upstream);
    Node below = node.downstream == null ? null : nodes.get(node.downstream);
    head.upstream = node.upstream;
    head.branch = node.branch;
    if (above != null && Objects.equals(above.downstream, id)) {
      above.downstream = head.id;
    }
    tail.downstream = node.downstream;
    if (below != null) {
      below.upstream = tail.id;
    }
    drop(gone);
  }

  /**
   * Removes a branch.
   *
   * @param shift whether those after it move up by one
   * @return its head, or null when it was empty
   */
  @Nullable Long removeBranch(long of, long branch, boolean shift) {
    Node head = branchHead(of, branch);
    if (head != null) {
      Set<Long> gone = new LinkedHashSet<>();
      chain(head).forEach(each -> gone.addAll(within(each)));
      drop(gone);
    }
    if (shift) {
      for (Node node : nodes.values()) {
        Long index = node.branch;
        if (Objects.equals(node.upstream, of) && index != null && index > branch) {
          node.branch = index - 1;
        }
      }
    }
    return head == null ? null : head.id;
  }

  /** Hangs a node with its branches somewhere else. */
  void move(long id, @Nullable Long upstream, @Nullable Long branch) {
    unhang(node(id));
    nodes.remove(id);
    insert(id, upstream, branch);
  }

  private void drop(Set<Long> gone) {
    nodes.keySet().removeAll(gone);
    removed.addAll(gone);
  }
}
