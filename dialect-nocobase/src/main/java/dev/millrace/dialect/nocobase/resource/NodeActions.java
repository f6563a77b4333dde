package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.format.nocobase.pure.Job;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Nodes of a workflow, and how they hang together. An executed version keeps its nodes. */
final class NodeActions {
  private static final Set<String> UPDATABLE = Set.of("title", "config");
  private static final String NOT_FOUND = "Node not found";

  private final Database database;
  private final Counters counters;
  private final NodeConfigs configs;
  private final NodeTrials trials;
  private final int mostNodes;

  NodeActions(Database database, Counters counters, NodeTrials trials, int mostNodes) {
    this.database = database;
    this.counters = counters;
    this.configs = new NodeConfigs(database.collections());
    this.trials = trials;
    this.mostNodes = mostNodes;
  }

  void register(Map<String, Action> actions) {
    actions.put("workflows.nodes:create", this::create);
    actions.put("flow_nodes:create", this::refuseCreate);
    actions.put("flow_nodes:update", this::update);
    actions.put("workflows.nodes:update", this::update);
    actions.put("flow_nodes:destroy", this::destroy);
    actions.put("workflows.nodes:destroy", this::destroy);
    actions.put("flow_nodes:destroyBranch", this::destroyBranch);
    actions.put("flow_nodes:duplicate", this::duplicate);
    actions.put("flow_nodes:move", this::move);
    actions.put("flow_nodes:test", this::test);
  }

  private Answer refuseCreate(ActionRequest request) {
    throw Errors.bad("expected nodes to be created by workflows/<id>/nodes:create");
  }

  private Answer create(ActionRequest request) {
    Long workflow = Parameters.number(request.target().ownerKey());
    Map<String, @Nullable Object> values = request.values();
    if (workflow == null) {
      throw Errors.of(404, "workflow not found");
    }
    return Answer.of(
        database.inTransaction(transaction -> {
          if (transaction
              .records(SystemCollections.WORKFLOWS)
              .get(Query.byKey(workflow))
              .isEmpty()) {
            throw Errors.of(404, "workflow not found");
          }
          requireOpen(workflow, "Node could not be created in executed workflow");
          Object type = values.get("type");
          if (!(type instanceof String name) || name.isEmpty()) {
            throw Errors.bad("Node type is required");
          }
          if (!NodeConfigs.knows(name)) {
            throw Errors.bad("Node type \"%s\" is not registered".formatted(name));
          }
          if (values.get("config") != null) {
            check(name, WorkflowActions.config(values.get("config")));
          }
          Map<String, @Nullable Object> node = new LinkedHashMap<>();
          for (String member : List.of("type", "title", "key")) {
            if (values.get(member) != null) {
              node.put(member, values.get(member));
            }
          }
          Object config = values.get("config");
          node.put("config", config == null ? Map.of() : config);
          return insert(transaction, workflow, node, values, RecordActions.context(request));
        }));
  }

  private void check(String type, Map<String, @Nullable Object> config) {
    List<String> faults = configs.faults(type, config);
    if (!faults.isEmpty()) {
      throw Errors.bad(faults);
    }
  }

  /** Writes a new node and hangs it in where the request says. */
  private Map<String, @Nullable Object> insert(
      Transaction transaction,
      long workflow,
      Map<String, @Nullable Object> node,
      Map<String, @Nullable Object> place,
      WriteContext context) {
    Records nodes = transaction.records(SystemCollections.NODES);
    Chart chart = chart(nodes, workflow);
    if (mostNodes > 0 && nodes.count(ofWorkflow(workflow)) >= mostNodes) {
      throw Errors.bad("The number of nodes in a workflow cannot exceed %d".formatted(mostNodes));
    }
    Object key = node.get("key");
    if (key != null && nodes.count(ofWorkflow(workflow).and(Map.of("key", key))) > 0) {
      throw Errors.bad("Node key \"%s\" is already used in the workflow".formatted(key));
    }
    Long upstream = upstream(nodes, chart, place.get("upstreamId"));
    Long branch = upstream == null ? null : branch(place.get("branchIndex"));
    node.put("workflowId", workflow);
    node.put("upstreamId", upstream);
    node.put("branchIndex", branch);
    Long id = (Long) Objects.requireNonNull(nodes.create(node, context).get("id"));
    chart.insert(id, upstream, branch);
    write(transaction, workflow, chart, context);
    return nodes.get(Query.byKey(id)).orElseThrow(() -> Errors.of(404, NOT_FOUND));
  }

  private static Query ofWorkflow(long workflow) {
    return Query.where(Map.of("workflowId", workflow));
  }

  private static Chart chart(Records nodes, long workflow) {
    return Chart.of(
        nodes
            .list(
                ofWorkflow(workflow)
                    .fields(List.of("id", "upstreamId", "downstreamId", "branchIndex"))
                    .sort("id")
                    .unpaged())
            .rows());
  }

  /** The node to hang below, or null for the head. */
  private static @Nullable Long upstream(Records nodes, Chart chart, @Nullable Object given) {
    if (given == null || given.equals("")) {
      return null;
    }
    Long upstream = Parameters.number(given);
    if (upstream == null || (!chart.has(upstream) && nodes.get(Query.byKey(upstream)).isEmpty())) {
      throw Errors.of(404, "Upstream node not found");
    }
    if (!chart.has(upstream)) {
      throw Errors.bad("Upstream node is not in the same workflow");
    }
    return upstream;
  }

  private static @Nullable Long branch(@Nullable Object given) {
    if (given == null || given.equals("")) {
      return null;
    }
    Long branch = Parameters.number(given);
    if (branch == null) {
      throw Errors.bad("branchIndex must be a number");
    }
    return branch;
  }

  /** Writes what has changed in the chart, and that the workflow has. */
  private static void write(
      Transaction transaction, long workflow, Chart chart, WriteContext context) {
    Records nodes = transaction.records(SystemCollections.NODES);
    if (!chart.removed().isEmpty()) {
      nodes.destroy(Query.all().keys(chart.removed()), context);
    }
    chart.changes().forEach((id, values) -> nodes.update(Query.byKey(id), values, context));
    Map<String, @Nullable Object> touched = new LinkedHashMap<>();
    touched.put("updatedById", context.userId());
    transaction
        .records(SystemCollections.WORKFLOWS)
        .update(Query.byKey(workflow), touched, context);
  }

  private void requireOpen(long workflow, String message) {
    if (counters.frozen(workflow)) {
      throw Errors.bad(message);
    }
  }

  private static Map<String, @Nullable Object> node(Records nodes, ActionRequest request) {
    Object key = request.parameters().key();
    Long id = Parameters.number(key);
    if (key == null) {
      throw Errors.bad("filterByTk is required");
    }
    return (id == null
            ? java.util.Optional.<Map<String, @Nullable Object>>empty()
            : nodes.get(Query.byKey(id)))
        .filter(found -> isOf(request.target(), found))
        .orElseThrow(() -> Errors.of(404, NOT_FOUND));
  }

  /** Whether a node is one of the workflow in the path, if there is one. */
  private static boolean isOf(ActionRequest.Target target, Map<String, @Nullable Object> node) {
    return !target.owned()
        || target.ownerKey().equals("_")
        || Objects.equals(Parameters.number(target.ownerKey()), node.get("workflowId"));
  }

  private static long workflowOf(Map<String, @Nullable Object> node) {
    return (Long) Objects.requireNonNull(node.get("workflowId"));
  }

  private static long idOf(Map<String, @Nullable Object> node) {
    return (Long) Objects.requireNonNull(node.get("id"));
  }

  private Answer update(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    values.keySet().retainAll(UPDATABLE);
    return Answer.of(
        database.inTransaction(transaction -> {
          Records nodes = transaction.records(SystemCollections.NODES);
          Map<String, @Nullable Object> node = node(nodes, request);
          long workflow = workflowOf(node);
          requireOpen(workflow, "Nodes in executed workflow could not be reconfigured");
          if (values.containsKey("config")) {
            check(String.valueOf(node.get("type")), WorkflowActions.config(values.get("config")));
            if (values.get("config") == null) {
              values.put("config", Map.of());
            }
          }
          WriteContext context = RecordActions.context(request);
          List<Map<String, @Nullable Object>> rows =
              nodes.update(Query.byKey(idOf(node)), values, context);
          touch(transaction, workflow, context);
          return rows;
        }));
  }

  private static void touch(Transaction transaction, long workflow, WriteContext context) {
    write(transaction, workflow, Chart.of(List.of()), context);
  }

  private Answer destroy(ActionRequest request) {
    Object given = request.parameters().get("keepBranch");
    Long keep = branch(given);
    return Answer.of(
        database.inTransaction(transaction -> {
          Records nodes = transaction.records(SystemCollections.NODES);
          Map<String, @Nullable Object> node = node(nodes, request);
          long workflow = workflowOf(node);
          requireOpen(workflow, "Nodes in executed workflow could not be deleted");
          Chart chart = chart(nodes, workflow);
          Map<String, @Nullable Object> shown =
              nodes.get(Query.byKey(idOf(node)).appends("upstream", "downstream")).orElse(node);
          if (keep == null) {
            chart.remove(idOf(node));
          } else if (chart.hasBranch(idOf(node), keep)) {
            chart.removeKeeping(idOf(node), keep);
          } else {
            throw Errors.bad("Branch %d not found".formatted(keep));
          }
          write(transaction, workflow, chart, RecordActions.context(request));
          return shown;
        }));
  }

  private Answer destroyBranch(ActionRequest request) {
    Object given = request.parameters().get("branchIndex");
    if (given == null || given.equals("")) {
      throw Errors.bad("branchIndex is required");
    }
    Long branch = Objects.requireNonNull(branch(given));
    boolean shift = request.parameters().flag("shift");
    Map<String, @Nullable Object> head =
        database.inTransaction(transaction -> {
          Records nodes = transaction.records(SystemCollections.NODES);
          Map<String, @Nullable Object> node = node(nodes, request);
          long workflow = workflowOf(node);
          requireOpen(workflow, "Branches in executed workflow could not be deleted");
          Chart chart = chart(nodes, workflow);
          Long id = chart.removeBranch(idOf(node), branch, shift);
          Map<String, @Nullable Object> removed = new LinkedHashMap<>();
          if (id != null) {
            removed.putAll(
                nodes
                    .get(
                        Query.byKey(id)
                            .fields(
                                List.of("id", "upstreamId", "downstreamId", "branchIndex", "key")))
                    .orElse(Map.of()));
          }
          write(transaction, workflow, chart, RecordActions.context(request));
          return removed;
        });
    return head.isEmpty() ? new Answer.Nothing() : Answer.of(head);
  }

  private Answer duplicate(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    return Answer.of(
        database.inTransaction(transaction -> {
          Records nodes = transaction.records(SystemCollections.NODES);
          Map<String, @Nullable Object> node = node(nodes, request);
          long workflow = workflowOf(node);
          requireOpen(workflow, "Node could not be created in executed workflow");
          Map<String, @Nullable Object> copy = new LinkedHashMap<>();
          copy.put("type", node.get("type"));
          copy.put("title", node.get("title"));
          boolean given = values.get("config") != null;
          copy.put("config", given ? values.get("config") : node.get("config"));
          if (given) {
            check(String.valueOf(node.get("type")), WorkflowActions.config(values.get("config")));
          }
          return insert(transaction, workflow, copy, values, RecordActions.context(request));
        }));
  }

  /** Tries a configuration; nothing is kept. */
  private Answer test(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> values = request.values();
    Object type = values.get("type");
    if (!(type instanceof String name) || !NodeConfigs.knows(name)) {
      throw Errors.bad("Node type \"%s\" is not registered".formatted(type));
    }
    Map<String, @Nullable Object> config = WorkflowActions.config(values.get("config"));
    check(name, config);
    Job job = trials.run(name, config);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("result", job.result());
    answer.put("status", job.status().number());
    if (job.log() != null) {
      answer.put("log", job.log());
    }
    return Answer.of(answer);
  }

  private Answer move(ActionRequest request) {
    Map<String, @Nullable Object> values = request.values();
    return Answer.of(
        database.inTransaction(transaction -> {
          Records nodes = transaction.records(SystemCollections.NODES);
          Map<String, @Nullable Object> node = node(nodes, request);
          long id = idOf(node);
          long workflow = workflowOf(node);
          requireOpen(workflow, "Nodes in executed workflow could not be moved");
          Long wantedBranch = branch(values.get("branchIndex"));
          Object wanted = values.get("upstreamId");
          if (Objects.equals(Parameters.number(wanted), id)) {
            throw Errors.bad("Invalid upstream node");
          }
          Chart chart = chart(nodes, workflow);
          Long upstream = upstream(nodes, chart, wanted);
          Long branch = upstream == null ? null : wantedBranch;
          Chart.Place place = chart.place(id);
          if (Objects.equals(place.upstream(), upstream)
              && Objects.equals(place.branch(), branch)) {
            throw Errors.bad("Node does not need to be moved");
          }
          if (upstream != null && chart.within(id).contains(upstream)) {
            throw Errors.bad("Invalid upstream node: it lies in a branch of the node to be moved");
          }
          chart.move(id, upstream, branch);
          write(transaction, workflow, chart, RecordActions.context(request));
          return nodes
              .get(Query.byKey(id).appends("upstream", "downstream"))
              .orElseThrow(() -> Errors.of(404, NOT_FOUND));
        }));
  }
}
