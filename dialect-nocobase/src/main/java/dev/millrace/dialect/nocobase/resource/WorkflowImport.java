package dev.millrace.dialect.nocobase.resource;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.trigger.Trigger;
import dev.millrace.dialect.nocobase.trigger.Triggers;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.JsonValue;
import dev.millrace.format.nocobase.NocoBaseFormat;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what was exported: workflows with their nodes, as the API lists them ({@code {"data":
 * [{…,"nodes":[…]}]}}, the list alone, or one workflow), or as rows of both tables ({@code
 * {"workflows":[…], "flow_nodes":[…]}}). Everything that is wrong is said, with where it is. One
 * reading each; belongs to one thread.
 */
final class WorkflowImport {
  private static final int WORKFLOWS_MAX = 500;
  private static final int NODES_MAX = 2_000;
  private static final int FAULTS_MAX = 50;
  private static final int TEXT_MAX = WorkflowActions.KEY_MAX;
  private static final int CATEGORIES_MAX = 100;
  private static final List<String> TEXTS = List.of("title", "description", "triggerTitle");

  private final Triggers triggers;
  private final NodeConfigs configs;
  private final List<String> faults = new ArrayList<>();

  WorkflowImport(Triggers triggers, NodeConfigs configs) {
    this.triggers = triggers;
    this.configs = configs;
  }

  /**
   * A workflow to write.
   *
   * @param values of its row
   * @param key null to have one made
   * @param current whether it was the current version of its key
   */
  record Wanted(
      Map<String, @Nullable Object> values,
      @Nullable String key,
      boolean current,
      List<Category> categories,
      List<Node> nodes) {}

  /** A category, known by its title. */
  record Category(String title, @Nullable String color) {

    /** Its row. */
    Map<String, @Nullable Object> values() {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      values.put("title", title);
      if (color != null) {
        values.put("color", color);
      }
      return values;
    }
  }

  /**
   * A node to write.
   *
   * @param id names it in the export only
   * @param values of its row, without its place
   */
  record Node(
      Object id,
      Map<String, @Nullable Object> values,
      @Nullable Object upstream,
      @Nullable Object downstream,
      @Nullable Long branch) {}

  /** Reads all of it, or refuses it with everything that is wrong. */
  List<Wanted> read(@Nullable Object body) {
    List<Wanted> all = new ArrayList<>();
    String path = "data";
    List<?> workflows = List.of();
    switch (body) {
      case List<?> list -> workflows = list;
      case Map<?, ?> map when map.get("data") instanceof List<?> list -> workflows = list;
      case Map<?, ?> map when map.get("data") instanceof Map<?, ?> one -> workflows = List.of(one);
      case Map<?, ?> map when map.get("workflows") instanceof List<?> rows -> {
        path = "workflows";
        workflows = joined(rows, map.get("flow_nodes"));
      }
      case Map<?, ?> map when map.containsKey("type") -> workflows = List.of(map);
      case null, default ->
          fault("data", "expected workflows with their nodes, as workflows:export answers them");
    }
    if (workflows.size() > WORKFLOWS_MAX) {
      fault(path, "expected at most " + WORKFLOWS_MAX + " workflows, found " + workflows.size());
      workflows = List.of();
    }
    for (int i = 0; i < workflows.size(); i++) {
      Wanted wanted = workflow(path + "[" + i + "]", workflows.get(i));
      if (wanted != null) {
        all.add(wanted);
      }
    }
    if (!faults.isEmpty()) {
      throw Errors.bad(faults.subList(0, Math.min(faults.size(), FAULTS_MAX)));
    }
    return all;
  }

  /** Rows of workflows, each with its rows of nodes. */
  private List<?> joined(List<?> workflows, @Nullable Object nodes) {
    Map<String, List<@Nullable Object>> byWorkflow = new HashMap<>();
    for (Object workflow : workflows) {
      byWorkflow.put(String.valueOf(JsonValue.get(workflow, "id")), new ArrayList<>());
    }
    List<?> rows = nodes instanceof List<?> list ? list : List.of();
    if (nodes != null && !(nodes instanceof List<?>)) {
      fault("flow_nodes", "expected a list");
    }
    for (int i = 0; i < rows.size(); i++) {
      String owner = String.valueOf(JsonValue.get(rows.get(i), "workflowId"));
      List<@Nullable Object> of = byWorkflow.get(owner);
      if (of == null) {
        fault("flow_nodes[" + i + "].workflowId", "expected the id of a workflow, found " + owner);
      } else {
        of.add(rows.get(i));
      }
    }
    List<@Nullable Object> joined = new ArrayList<>();
    for (Object workflow : workflows) {
      if (workflow instanceof Map<?, ?> map) {
        Map<String, @Nullable Object> with = new LinkedHashMap<>();
        map.forEach((name, value) -> with.put(String.valueOf(name), value));
        with.put("nodes", byWorkflow.get(String.valueOf(map.get("id"))));
        joined.add(with);
      } else {
        joined.add(workflow);
      }
    }
    return joined;
  }

  private @Nullable Wanted workflow(String path, @Nullable Object given) {
    if (!(given instanceof Map<?, ?> map)) {
      fault(path, "expected an object");
      return null;
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    texts(path, map, values);
    Object type = map.get("type");
    Trigger trigger = triggers.find(type);
    if (trigger == null) {
      fault(path + ".type", "expected the type of a trigger, found " + shown(type));
    }
    values.put("type", type);
    values.put("sync", flag(path + ".sync", map.get("sync")));
    Map<String, @Nullable Object> config = object(path + ".config", map.get("config"));
    values.put("config", config);
    values.put("options", object(path + ".options", map.get("options")));
    if (trigger != null) {
      trigger.faults(config).forEach(each -> fault(path + ".config", each));
    }
    List<Node> nodes = nodes(path + ".nodes", map.get("nodes"));
    String key = key(path + ".key", map.get("key"));
    boolean current = flag(path + ".current", map.get("current"));
    if (faults.isEmpty()) {
      compile(path, values, nodes);
    }
    return new Wanted(
        values, key, current, categories(path + ".categories", map.get("categories")), nodes);
  }

  private List<Category> categories(String path, @Nullable Object given) {
    if (given == null) {
      return List.of();
    }
    if (!(given instanceof List<?> list) || list.size() > CATEGORIES_MAX) {
      fault(path, "expected a list of at most " + CATEGORIES_MAX + " categories");
      return List.of();
    }
    List<Category> categories = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Object title = JsonValue.get(list.get(i), "title");
      Object color = JsonValue.get(list.get(i), "color");
      if (title instanceof String text && !text.isBlank() && text.length() <= TEXT_MAX) {
        categories.add(new Category(text, color instanceof String shade ? shade : null));
      } else {
        fault(path + "[" + i + "].title", "expected a text, found " + shown(title));
      }
    }
    return categories;
  }

  private void texts(String path, Map<?, ?> given, Map<String, @Nullable Object> values) {
    for (String name : TEXTS) {
      Object value = given.get(name);
      if (value != null && !(value instanceof String)) {
        fault(path + "." + name, "expected text, found " + shown(value));
      }
      if (value != null) {
        values.put(name, value);
      }
    }
  }

  private @Nullable String key(String path, @Nullable Object given) {
    if (given == null || given.equals("")) {
      return null;
    }
    if (!(given instanceof String text) || text.length() > TEXT_MAX || text.isBlank()) {
      fault(path, "expected text of at most " + TEXT_MAX + " characters, found " + shown(given));
      return null;
    }
    return text;
  }

  /** Rows of databases without a type for it write 1 and 0. */
  private boolean flag(String path, @Nullable Object given) {
    Long number = Parameters.number(given);
    boolean numbered = number != null && (number == 0 || number == 1);
    if (given != null && !(given instanceof Boolean) && !numbered) {
      fault(path, "expected true or false, found " + shown(given));
    }
    return Boolean.TRUE.equals(given) || Objects.equals(number, 1L);
  }

  private Map<String, @Nullable Object> object(String path, @Nullable Object given) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    Object plain = given instanceof String text ? parsed(text) : given;
    if (plain instanceof Map<?, ?> map) {
      map.forEach((name, value) -> object.put(String.valueOf(name), value));
    } else if (given != null) {
      fault(path, "expected an object, found " + shown(given));
    }
    return object;
  }

  /** Rows of tables may have their JSON as text. */
  private static @Nullable Object parsed(String text) {
    try {
      return Json.parse(text);
    } catch (JsonSyntaxException e) {
      return text;
    }
  }

  private List<Node> nodes(String path, @Nullable Object given) {
    if (given == null) {
      return List.of();
    }
    if (!(given instanceof List<?> rows) || rows.size() > NODES_MAX) {
      fault(path, "expected a list of at most " + NODES_MAX + " nodes");
      return List.of();
    }
    List<Node> nodes = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    Set<Object> ids = new LinkedHashSet<>();
    Set<Object> keys = new HashSet<>();
    for (int i = 0; i < rows.size(); i++) {
      String here = path + "[" + i + "]";
      if (!(rows.get(i) instanceof Map<?, ?> row)) {
        fault(here, "expected an object");
        continue;
      }
      Object id = name(here + ".id", row.get("id"));
      if (id == null || !ids.add(id)) {
        fault(here + ".id", "expected a number of its own, found " + shown(row.get("id")));
        continue;
      }
      String key = key(here + ".key", row.get("key"));
      if (key != null && !keys.add(key)) {
        fault(here + ".key", "two nodes have the key " + shown(key));
      }
      nodes.add(node(here, id, key, row));
      paths.add(here);
    }
    places(paths, nodes, ids);
    return nodes;
  }

  private Node node(String path, Object id, @Nullable String key, Map<?, ?> row) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (key != null) {
      values.put("key", key);
    }
    texts(path, row, values);
    values.remove("description");
    values.remove("triggerTitle");
    Object type = row.get("type");
    Map<String, @Nullable Object> config = object(path + ".config", row.get("config"));
    if (!(type instanceof String name) || !NodeConfigs.knows(name)) {
      fault(path + ".type", "expected the type of a node, found " + shown(type));
    } else {
      configs.importFaults(name, config).forEach(each -> fault(path + ".config", each));
    }
    values.put("type", type);
    values.put("config", config);
    Object branch = row.get("branchIndex");
    Long index = branch == null ? null : Parameters.number(branch);
    if (branch != null && index == null) {
      fault(path + ".branchIndex", "expected a number, found " + shown(branch));
    }
    return new Node(
        id,
        values,
        name(path + ".upstreamId", row.get("upstreamId")),
        name(path + ".downstreamId", row.get("downstreamId")),
        index);
  }

  /** Ids are numbers, sometimes written as text. */
  private @Nullable Object name(String path, @Nullable Object given) {
    Long number = given == null ? null : Parameters.number(given);
    if (given != null && number == null) {
      fault(path, "expected a number, found " + shown(given));
    }
    return number;
  }

  private void places(List<String> paths, List<Node> nodes, Set<Object> ids) {
    Map<Object, Node> byId = new HashMap<>();
    nodes.forEach(node -> byId.put(node.id(), node));
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      String here = paths.get(i);
      if (inCircle(node, byId)) {
        fault(here + ".upstreamId", "the nodes above it lead back to it");
      }
      if (node.upstream() != null && !ids.contains(node.upstream())) {
        fault(here + ".upstreamId", "no node of this workflow has the id " + node.upstream());
      }
      Node below = node.downstream() == null ? null : byId.get(node.downstream());
      if (node.downstream() != null
          && (below == null
              || below.branch() != null
              || !Objects.equals(below.upstream(), node.id()))) {
        fault(
            here + ".downstreamId",
            "expected a node whose upstreamId is this one, found " + node.downstream());
      }
    }
  }

  /** Whether the nodes above one lead back to it: such nodes have no head and would never run. */
  private static boolean inCircle(Node start, Map<Object, Node> byId) {
    Node above = start;
    for (int step = 0; step < byId.size(); step++) {
      Object upstream = above.upstream();
      Node next = upstream == null ? null : byId.get(upstream);
      if (next == null) {
        return false;
      }
      if (next.id().equals(start.id())) {
        return true;
      }
      above = next;
    }
    return false;
  }

  /** The last word has who will run it. */
  private void compile(String path, Map<String, @Nullable Object> values, List<Node> nodes) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>(values);
    List<Object> rows = new ArrayList<>();
    for (Node node : nodes) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>(node.values());
      row.put("id", node.id());
      row.putIfAbsent("key", "node" + node.id());
      row.put("upstreamId", node.upstream());
      row.put("downstreamId", node.downstream());
      row.put("branchIndex", node.branch());
      rows.add(row);
    }
    document.put("workflowId", 1L);
    document.put("key", "import");
    document.put("nodes", rows);
    try {
      Object _ =
          new NocoBaseFormat()
              .compile(
                  new DefinitionRef(NocoBaseFormat.definitionId("import"), 1),
                  Objects.requireNonNull(JsonValue.of(document)));
    } catch (IllegalArgumentException e) {
      fault(path + ".nodes", String.valueOf(e.getMessage()));
    }
  }

  private void fault(String path, String reason) {
    faults.add(path + ": " + reason);
  }

  private static String shown(@Nullable Object value) {
    String text = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
