package dev.millrace.format.nocobase;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Failure;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.Edge;
import dev.millrace.engine.graph.ErrorPolicy;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.Node;
import dev.millrace.format.nocobase.node.DataNode;
import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.node.NocoBaseNode;
import dev.millrace.runtime.DefinitionFormat;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a version of a workflow: {@code {workflowId, key, title, type, sync, options, config,
 * nodes: [{id, key, type, title, upstreamId, downstreamId, branchIndex, config}]}}. A node of the
 * graph is named by its key, its type {@code nocobase.<type>}; chains become edges, and the chain
 * of each branch a body named by its {@code branchIndex}. Without nodes an instance completes at
 * once; with nodes and no first one it fails.
 */
public final class NocoBaseFormat implements DefinitionFormat {

  /** The name of the format. */
  public static final String NAME = "nocobase";

  /** Whose environment variables the workflows see as {@code $env}. */
  public static final String OWNER = "nocobase:environmentVariables";

  private static final String DEFINITION = NAME + ":";

  private static final Pattern SCOPE_BY_ID = Pattern.compile("\\$scopes\\.(\\d+)\\b");

  /** How often a node may run in one execution, rounds of loops included. */
  private static final int MAX_VISITS = 50_000;

  /** The id of the definition that holds all versions of a workflow. */
  public static String definitionId(String workflowKey) {
    return DEFINITION + workflowKey;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Graph compile(DefinitionRef ref, Object document) {
    if (!(document instanceof Map<?, ?>)) {
      throw new IllegalArgumentException("workflow: expected an object, found " + document);
    }
    Object listed = JsonValue.get(document, "nodes");
    if (listed != null && !(listed instanceof List<?>)) {
      throw new IllegalArgumentException("nodes: expected an array, found " + listed);
    }
    Chains chains = Chains.of(listed instanceof List<?> list ? list : List.of());
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (Chains.Item item : chains.items()) {
      nodes.put(item.key(), node(document, chains, item));
    }
    Chains.Item head = chains.head();
    boolean headless = head == null && !nodes.isEmpty();
    Graph graph =
        new Graph(
            ref,
            nodes,
            head == null ? List.of() : List.of(head.key()),
            settings(document, headless));
    requireSeparateBranches(graph);
    return graph;
  }

  private static Node node(Object document, Chains chains, Chains.Item item) {
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("id", JsonValue.get(item.json(), "id"));
    config.put("title", JsonValue.get(item.json(), "title"));
    config.put("config", scopesByKey(JsonValue.get(item.json(), "config"), chains));
    config.put("workflowId", JsonValue.get(document, "workflowId"));
    config.put("workflowKey", JsonValue.get(document, "key"));
    config.put("sync", JsonValue.get(document, "sync"));
    Chains.Item next = chains.next(item);
    String type = JsonValue.text(item.json(), "type", "");
    return new Node(
        item.key(),
        JsonValue.text(item.json(), "title", ""),
        NocoBaseNode.PREFIX + type,
        Map.of(),
        next == null ? List.of() : List.of(Edge.to(next.key())),
        Node.Split.OR,
        false,
        new Node.Policies(DataNode.errors(type), null, null, "", null, 0, false, null),
        chains.branches(item),
        config);
  }

  /** Writes the scope of a node that is named by its id as that of its key. */
  private static @Nullable Object scopesByKey(@Nullable Object config, Chains chains) {
    return switch (config) {
      case String text when text.contains("$scopes.") ->
          SCOPE_BY_ID
              .matcher(text)
              .replaceAll(found -> {
                Chains.Item item = chains.byId().get(found.group(1));
                return Matcher.quoteReplacement(
                    item == null ? found.group() : "$scopes." + item.key());
              });
      case List<?> list -> {
        List<@Nullable Object> changed = new ArrayList<>(list.size());
        list.forEach(one -> changed.add(scopesByKey(one, chains)));
        yield changed;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>();
        map.forEach((name, one) -> changed.put(String.valueOf(name), scopesByKey(one, chains)));
        yield changed;
      }
      case null, default -> config;
    };
  }

  private static Graph.Settings settings(Object document, boolean headless) {
    Object options = JsonValue.get(document, "options");
    Failure fault =
        headless
            ? JobStatus.ERROR.failure("the workflow has nodes, but none without an upstream node")
            : null;
    Graph.Rules rules = new Graph.Rules(ErrorPolicy.STOP, false, MAX_VISITS, false);
    return new Graph.Settings(
        JsonValue.text(document, "title", ""),
        OWNER,
        false,
        timeout(JsonValue.get(options, "timeout")),
        "",
        "",
        null,
        null,
        null,
        rules,
        new Graph.Ends(fault, forgotten(options), true));
  }

  /** Milliseconds, 0 for none; whatever is no positive number is none. */
  private static long timeout(@Nullable Object option) {
    try {
      BigDecimal millis =
          option instanceof Number || option instanceof String
              ? new BigDecimal(option.toString().strip())
              : BigDecimal.ZERO;
      return Math.max(0, millis.min(BigDecimal.valueOf(Integer.MAX_VALUE * 1_000L)).longValue());
    } catch (NumberFormatException notANumber) {
      return 0;
    }
  }

  private static Set<Failure.End> forgotten(@Nullable Object options) {
    Set<Failure.End> ends = new LinkedHashSet<>();
    if (JsonValue.get(options, "deleteExecutionOnStatus") instanceof List<?> statuses) {
      for (Object status : statuses) {
        if (status instanceof Number number) {
          ends.addAll(JobStatus.ends(number.longValue()));
        }
      }
    }
    return Set.copyOf(ends);
  }

  /** The engine relies on it that no chain leads from one branch into another. */
  private static void requireSeparateBranches(Graph graph) {
    Map<String, String> branchOf = new HashMap<>();
    for (String root : graph.roots()) {
      claim(graph, root, "the main chain", branchOf);
    }
    for (Node node : graph.nodes().values()) {
      node.bodies()
          .forEach((name, entry) ->
              claim(graph, entry, "branch " + name + " of " + node.id(), branchOf));
    }
  }

  private static void claim(
      Graph graph, String entry, String branch, Map<String, String> branchOf) {
    Deque<String> reached = new ArrayDeque<>(List.of(entry));
    for (String id; (id = reached.poll()) != null; ) {
      String before = branchOf.putIfAbsent(id, branch);
      if (before == null) {
        reached.addAll(graph.node(id).next());
      } else {
        throw new IllegalArgumentException(
            "node %s: expected once in one branch, found in %s and in %s"
                .formatted(id, before, branch));
      }
    }
  }

  /** The nodes of a document and how they hang together. */
  private record Chains(List<Item> items, Map<String, Item> byId) {

    /** A node of the document. */
    record Item(String id, String key, Object json) {}

    static Chains of(List<?> nodes) {
      Map<String, Item> byId = new LinkedHashMap<>();
      Map<String, Item> byKey = new LinkedHashMap<>();
      for (Object json : nodes) {
        String key = JsonValue.text(json, "key", "");
        String id = id(JsonValue.get(json, "id"));
        if (json == null || key.isEmpty() || id.isEmpty()) {
          throw new IllegalArgumentException(
              "nodes: expected objects with id and key, found " + json);
        }
        Item item = new Item(id, key, json);
        if (byId.put(id, item) != null || byKey.put(key, item) != null) {
          throw new IllegalArgumentException(
              "nodes: expected ids and keys once each, found those of node " + key + " again");
        }
      }
      return new Chains(List.copyOf(byKey.values()), byId);
    }

    private static String id(@Nullable Object value) {
      return value == null ? "" : value.toString();
    }

    private @Nullable Item at(Item item, String member) {
      return byId.get(id(JsonValue.get(item.json(), member)));
    }

    /** The first node without an upstream node. */
    @Nullable Item head() {
      for (Item item : items) {
        if (JsonValue.get(item.json(), "upstreamId") == null) {
          return item;
        }
      }
      return null;
    }

    @Nullable Item next(Item item) {
      return at(item, "downstreamId");
    }

    /** The first nodes of the branches of a node, in the order of their index. */
    Map<String, String> branches(Item of) {
      Map<Long, String> byIndex = new TreeMap<>();
      for (Item item : items) {
        Item upstream = at(item, "upstreamId");
        if (upstream != null
            && upstream.id().equals(of.id())
            && JsonValue.get(item.json(), "branchIndex") instanceof Number index) {
          byIndex.putIfAbsent(index.longValue(), item.key());
        }
      }
      Map<String, String> branches = new LinkedHashMap<>();
      byIndex.forEach((index, key) -> branches.put(Long.toString(index), key));
      return branches;
    }
  }
}
