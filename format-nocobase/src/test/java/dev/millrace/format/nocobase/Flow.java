package dev.millrace.format.nocobase;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.store.StatusWords;
import dev.millrace.testkit.EngineHarness;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes workflows node by node, as NocoBase keeps them. {@code then} follows the node that was
 * written last on its chain, {@code branch} begins a branch of a node.
 */
final class Flow {

  private final List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
  private final Map<String, @Nullable Object> document = new LinkedHashMap<>();
  private Map<String, @Nullable Object> last = Map.of();

  Flow() {
    document.put("workflowId", 7L);
    document.put("key", "wf");
    document.put("title", "a workflow");
    document.put("nodes", nodes);
  }

  Flow with(String member, Object value) {
    document.put(member, value);
    return this;
  }

  /** Follows the node written last. */
  Flow then(String key, String type, Object... config) {
    Map<String, @Nullable Object> upstream = last;
    add(key, type, upstream.isEmpty() ? null : upstream.get("id"), null, config);
    if (!upstream.isEmpty()) {
      upstream.put("downstreamId", last.get("id"));
    }
    return this;
  }

  /** Begins a branch of a node. */
  Flow branch(String opener, long index, String key, String type, Object... config) {
    add(key, type, id(opener), index, config);
    return this;
  }

  /** Changes a member of a node as no client of the API should. */
  Flow set(String key, String member, Object value) {
    nodes.get((int) id(key) - 1).put(member, value);
    return this;
  }

  /** The next {@code then} follows this node. */
  Flow after(String key) {
    last = nodes.get((int) id(key) - 1);
    return this;
  }

  private long id(String key) {
    for (int i = 0; i < nodes.size(); i++) {
      if (key.equals(nodes.get(i).get("key"))) {
        return i + 1L;
      }
    }
    throw new IllegalArgumentException("no node " + key);
  }

  private void add(
      String key, String type, @Nullable Object upstream, @Nullable Long branch, Object... config) {
    Map<String, @Nullable Object> configured = new LinkedHashMap<>();
    for (int i = 0; i < config.length; i += 2) {
      configured.put(config[i].toString(), config[i + 1]);
    }
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("id", nodes.size() + 1L);
    node.put("key", key);
    node.put("type", type);
    node.put("title", key);
    node.put("upstreamId", upstream);
    node.put("downstreamId", null);
    node.put("branchIndex", branch);
    node.put("config", configured);
    nodes.add(node);
    last = node;
  }

  /** The type of each node by its key. */
  Map<String, String> types() {
    Map<String, String> types = new LinkedHashMap<>();
    nodes.forEach(
        node -> types.put(String.valueOf(node.get("key")), String.valueOf(node.get("type"))));
    return types;
  }

  Map<String, @Nullable Object> document() {
    return document;
  }

  EngineHarness harness() {
    List<NodeType> types = NocoBaseNodeTypes.all(new PlainExpressions());
    return new EngineHarness(
            new NocoBaseFormat()
                .compile(new DefinitionRef(NocoBaseFormat.definitionId("wf"), 1), document),
            new NodeTypes(types))
        .activity("nocobase.begin", parameters -> Map.of("transaction", "t1"))
        .activity("nocobase.commit", parameters -> Map.of("committed", true))
        .activity("nocobase.rollback", parameters -> Map.of("rolledBack", true))
        .activity("nocobase.query", parameters -> parameters.get("value"))
        .activity(
            "nocobase.sql",
            parameters -> {
              throw new ActivityFailure("boom", "it broke");
            });
  }

  EngineHarness run(@Nullable Object data) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", data);
    return harness().start(context);
  }

  EngineHarness run() {
    return run(null);
  }

  /** The jobs in the order of their ids: {@code key:status}. */
  static String jobs(EngineHarness run) {
    List<String> jobs = new ArrayList<>();
    boolean cut =
        StatusWords.nocobaseReason(
                run.state().life().status(), run.state().life().reason(), run.failureType())
            != null;
    run.state().graph().runs().values().stream()
        .sorted((a, b) -> Integer.compare(a.id(), b.id()))
        .forEach(one -> jobs.add(one.place().nodeId() + ":" + StatusWords.nocobaseJob(one, cut)));
    return String.join(" ", jobs);
  }

  /** The status of the execution. */
  static @Nullable Integer status(EngineHarness run) {
    return StatusWords.nocobase(run.state().life().status(), run.state().life().reason(), false);
  }

  /** The result of the latest job of a node. */
  static @Nullable Object result(EngineHarness run, String key) {
    NodeRun latest = run.runs(key).getLast();
    return PlainExpressions.shown(latest);
  }
}
