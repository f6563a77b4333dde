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
import dev.millrace.dialect.nocobase.trigger.Triggers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes workflows with their nodes out of a server, and into one. What comes in is disabled; its
 * key stays, and where the server has that key it becomes another version of it.
 */
final class TransferActions {
  private static final List<String> WORKFLOW =
      List.of(
          "id",
          "key",
          "title",
          "description",
          "type",
          "triggerTitle",
          "sync",
          "enabled",
          "current",
          "options",
          "config");
  private static final List<String> NODE =
      List.of("id", "key", "title", "type", "upstreamId", "downstreamId", "branchIndex", "config");

  private final Database database;
  private final RecordActions records;
  private final Triggers triggers;

  TransferActions(Database database, RecordActions records, Triggers triggers) {
    this.database = database;
    this.records = records;
    this.triggers = triggers;
  }

  void register(Map<String, Action> actions) {
    actions.put("workflows:export", this::exported);
    actions.put("workflows:import", this::imported);
  }

  private Answer exported(ActionRequest request) {
    Query query =
        request.parameters().keys().isEmpty() && request.parameters().filter() == null
            ? Query.where(Map.of("current", true))
            : records.query(request);
    List<Map<String, @Nullable Object>> workflows = new ArrayList<>();
    for (Map<String, @Nullable Object> row :
        database
            .records(SystemCollections.WORKFLOWS)
            .list(
                query
                    .fields(List.of())
                    .appends("categories.title", "categories.color")
                    .sort("id")
                    .unpaged())
            .rows()) {
      Map<String, @Nullable Object> workflow = members(row, WORKFLOW);
      workflow.put("current", Boolean.TRUE.equals(row.get("current")));
      workflow.put("categories", row.get("categories"));
      List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
      for (Map<String, @Nullable Object> node :
          database
              .records(SystemCollections.NODES)
              .list(
                  Query.where(Map.of("workflowId", Objects.requireNonNull(row.get("id"))))
                      .sort("id")
                      .unpaged())
              .rows()) {
        nodes.add(members(node, NODE));
      }
      workflow.put("nodes", nodes);
      workflows.add(workflow);
    }
    if (workflows.isEmpty() && !request.parameters().keys().isEmpty()) {
      throw Errors.of(404, "workflow not found");
    }
    return Answer.of(workflows);
  }

  private static Map<String, @Nullable Object> members(
      Map<String, @Nullable Object> row, List<String> names) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    names.forEach(name -> members.put(name, row.get(name)));
    return members;
  }

  private Answer imported(ActionRequest request) {
    NodeConfigs configs = new NodeConfigs(database.collections());
    List<WorkflowImport.Wanted> wanted =
        new ArrayList<>(new WorkflowImport(triggers, configs).read(request.body()));
    // The first version of a new key is the current one.
    wanted.sort((one, other) -> Boolean.compare(other.current(), one.current()));
    WriteContext context = RecordActions.context(request);
    List<Map<String, @Nullable Object>> made =
        database.inTransaction(transaction -> {
          List<Map<String, @Nullable Object>> rows = new ArrayList<>();
          for (WorkflowImport.Wanted each : wanted) {
            rows.add(written(transaction, each, context));
          }
          return rows;
        });
    return Answer.of(made);
  }

  /** The keys of categories, which are known by their titles and made where they are missing. */
  private static List<Object> categories(
      Transaction transaction, List<WorkflowImport.Category> wanted, WriteContext context) {
    Records categories = transaction.records(SystemCollections.CATEGORIES);
    List<Object> keys = new ArrayList<>();
    for (WorkflowImport.Category category : wanted) {
      Map<String, @Nullable Object> row =
          categories
              .get(Query.where(Map.of("title", category.title())))
              .orElseGet(() -> categories.create(category.values(), context));
      keys.add(Objects.requireNonNull(row.get("id")));
    }
    return keys;
  }

  private static Map<String, @Nullable Object> written(
      Transaction transaction, WorkflowImport.Wanted wanted, WriteContext context) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(wanted.values());
    values.put("key", wanted.key());
    values.put("enabled", false);
    values.put("categories", categories(transaction, wanted.categories(), context));
    Map<String, @Nullable Object> row = WorkflowActions.insert(transaction, values, context);
    Records nodes = transaction.records(SystemCollections.NODES);
    Map<Object, Object> ids = new LinkedHashMap<>();
    for (WorkflowImport.Node node : wanted.nodes()) {
      Map<String, @Nullable Object> made = new LinkedHashMap<>(node.values());
      made.put("workflowId", row.get("id"));
      made.put("branchIndex", node.branch());
      ids.put(node.id(), Objects.requireNonNull(nodes.create(made, context).get("id")));
    }
    for (WorkflowImport.Node node : wanted.nodes()) {
      Map<String, @Nullable Object> place = new LinkedHashMap<>();
      place.put("upstreamId", node.upstream() == null ? null : ids.get(node.upstream()));
      place.put("downstreamId", node.downstream() == null ? null : ids.get(node.downstream()));
      nodes.update(Query.byKey(Objects.requireNonNull(ids.get(node.id()))), place, context);
    }
    Map<String, @Nullable Object> shown = members(row, WORKFLOW);
    shown.put("nodes", (long) wanted.nodes().size());
    return shown;
  }
}
