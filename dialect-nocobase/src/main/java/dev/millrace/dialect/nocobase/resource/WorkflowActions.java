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
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.dialect.nocobase.trigger.Trigger;
import dev.millrace.dialect.nocobase.trigger.Triggers;
import dev.millrace.engine.DefinitionRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Workflows and their versions: written with the rules about which version is current. */
final class WorkflowActions {
  private static final Set<String> UPDATABLE =
      Set.of("title", "description", "enabled", "triggerTitle", "config", "options", "categories");
  private static final List<String> SERVER_MANAGED =
      List.of("invalid", "executed", "allExecuted", "createdById", "updatedById");
  private static final List<String> COPIED =
      List.of("type", "sync", "config", "description", "options", "triggerTitle", "title");

  /** Longer keys would not fit where executions are known by them. */
  static final int KEY_MAX = 255;

  private final Database database;
  private final RecordActions records;
  private final Versions versions;
  private final Counters counters;
  private final Dispatcher dispatcher;
  private final Triggers triggers;

  WorkflowActions(
      Database database,
      RecordActions records,
      Versions versions,
      Counters counters,
      Dispatcher dispatcher,
      Triggers triggers) {
    this.database = database;
    this.records = records;
    this.versions = versions;
    this.counters = counters;
    this.dispatcher = dispatcher;
    this.triggers = triggers;
  }

  void register(Map<String, Action> actions) {
    actions.put("workflows:list", this::list);
    actions.put("workflows:get", this::get);
    actions.put("workflows:create", this::create);
    actions.put("workflows:update", this::update);
    actions.put("workflows:destroy", this::destroy);
    actions.put("workflows:revision", this::revision);
    actions.put("workflows:sync", this::sync);
  }

  private Answer list(ActionRequest request) {
    counters.flush();
    return records.list(request, Moments.within(request, records.query(request)));
  }

  private Answer get(ActionRequest request) {
    counters.flush();
    return records.get(request);
  }

  private void check(@Nullable Object type, Map<String, @Nullable Object> values) {
    Trigger trigger = triggers.find(type);
    if (type == null || type.equals("")) {
      throw Errors.bad("Trigger type is required");
    }
    if (trigger == null) {
      throw Errors.bad("Trigger type \"%s\" is not registered".formatted(type));
    }
    if (values.containsKey("config")) {
      List<String> faults = trigger.faults(config(values.get("config")));
      if (!faults.isEmpty()) {
        throw Errors.bad(faults);
      }
    }
  }

  @SuppressWarnings("unchecked") // objects have text keys in the plain form of JSON
  static Map<String, @Nullable Object> config(@Nullable Object config) {
    return switch (config) {
      case null -> Map.of();
      case Map<?, ?> map -> (Map<String, @Nullable Object>) map;
      default -> throw Errors.bad("\"config\" must be of type object");
    };
  }

  /** What no execution or import could make sense of later. */
  private static void checkForm(Map<String, @Nullable Object> values) {
    if (values.get("options") != null && !(values.get("options") instanceof Map<?, ?>)) {
      throw Errors.bad("\"options\" must be of type object");
    }
    if (values.get("key") instanceof String key && key.length() > KEY_MAX) {
      throw Errors.bad("\"key\" must have at most %d characters".formatted(KEY_MAX));
    }
  }

  private Answer create(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> values = RecordActions.allowed(request, request.values());
    SERVER_MANAGED.forEach(values::remove);
    checkForm(values);
    check(values.get("type"), values);
    Map<String, @Nullable Object> row =
        database.inTransaction(
            transaction -> insert(transaction, values, RecordActions.context(request)));
    published(List.of(row));
    return Answer.of(row);
  }

  /** Writes a new version with its counters. */
  static Map<String, @Nullable Object> insert(
      Transaction transaction, Map<String, @Nullable Object> given, WriteContext context) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(given);
    Records workflows = transaction.records(SystemCollections.WORKFLOWS);
    Object key = values.get("key");
    if (key == null || key.equals("")) {
      values.remove("key");
    }
    boolean enabled = Boolean.TRUE.equals(values.get("enabled"));
    boolean first =
        !values.containsKey("key")
            || workflows.count(Query.where(current(String.valueOf(key)))) == 0;
    boolean current = enabled || first || Boolean.TRUE.equals(values.get("current"));
    values.put("current", current ? true : null);
    if (current && values.containsKey("key")) {
      retire(workflows, String.valueOf(key), null, context);
    }
    Map<String, @Nullable Object> row = workflows.create(values, context);
    count(transaction, SystemCollections.VERSION_STATS, "id", row.get("id"));
    count(transaction, SystemCollections.STATS, "key", row.get("key"));
    return row;
  }

  private static Map<String, @Nullable Object> current(String key) {
    Map<String, @Nullable Object> filter = new LinkedHashMap<>();
    filter.put("key", key);
    filter.put("current", true);
    return filter;
  }

  /** The version that was current no longer is. */
  private static void retire(
      Records workflows, String key, @Nullable Object except, WriteContext context) {
    Map<String, @Nullable Object> filter = current(key);
    if (except != null) {
      filter.put("id", Map.of("$ne", except));
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("current", null);
    values.put("enabled", false);
    workflows.update(Query.where(filter), values, context);
  }

  private static void count(
      Transaction transaction, String collection, String column, @Nullable Object key) {
    Object present = Objects.requireNonNull(key);
    Records stats = transaction.records(collection);
    if (stats.get(Query.byKey(present)).isEmpty()) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put(column, present);
      row.put("executed", 0L);
      stats.create(row, WriteContext.NONE);
    }
  }

  private Answer update(ActionRequest request) throws InterruptedException {
    RecordActions.requireWhich(request, "update");
    Map<String, @Nullable Object> values = RecordActions.allowed(request, request.values());
    values.keySet().retainAll(UPDATABLE);
    checkForm(values);
    counters.flush();
    List<Map<String, @Nullable Object>> changed =
        database.inTransaction(transaction -> {
          Records workflows = transaction.records(SystemCollections.WORKFLOWS);
          List<Map<String, @Nullable Object>> rows =
              workflows.list(records.query(request).unpaged()).rows();
          List<Map<String, @Nullable Object>> after = new ArrayList<>();
          for (Map<String, @Nullable Object> row : rows) {
            after.addAll(change(workflows, row, values, RecordActions.context(request)));
          }
          return after.size() < 2 ? after : asTheyAre(workflows, after);
        });
    published(changed);
    return Answer.of(changed);
  }

  /** Of several versions that were enabled by one request, the last one is. */
  private static List<Map<String, @Nullable Object>> asTheyAre(
      Records workflows, List<Map<String, @Nullable Object>> changed) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Map<String, @Nullable Object> row : changed) {
      Map<String, @Nullable Object> now = new LinkedHashMap<>(row);
      workflows
          .get(Query.byKey(Objects.requireNonNull(row.get("id"))))
          .ifPresent(stored ->
              now.keySet()
                  .forEach(name -> {
                    if (stored.containsKey(name)) {
                      now.put(name, stored.get(name));
                    }
                  }));
      rows.add(now);
    }
    return rows;
  }

  private List<Map<String, @Nullable Object>> change(
      Records workflows,
      Map<String, @Nullable Object> row,
      Map<String, @Nullable Object> values,
      WriteContext context) {
    Object id = Objects.requireNonNull(row.get("id"));
    if (values.containsKey("config")) {
      if (counters.frozen((Long) id)) {
        throw Errors.bad("config of executed workflow can not be updated");
      }
      check(row.get("type"), values);
    }
    Map<String, @Nullable Object> written = new LinkedHashMap<>(values);
    if (Boolean.TRUE.equals(values.get("enabled"))) {
      retire(workflows, String.valueOf(row.get("key")), id, context);
      written.put("current", true);
    }
    return workflows.update(Query.byKey(id), written, context);
  }

  /** Who starts a workflow by its definition's id runs the version that is enabled. */
  private void published(List<Map<String, @Nullable Object>> rows) throws InterruptedException {
    for (Map<String, @Nullable Object> row : rows) {
      Version version = Version.of(row);
      if (version.enabled()) {
        dispatcher.publish(version);
      } else {
        dispatcher.unpublish(version);
      }
    }
  }

  private Answer destroy(ActionRequest request) throws InterruptedException {
    RecordActions.requireWhich(request, "destroy");
    Set<String> keys = new LinkedHashSet<>();
    long count =
        database.inTransaction(transaction -> {
          Records workflows = transaction.records(SystemCollections.WORKFLOWS);
          Set<Object> ids = new LinkedHashSet<>();
          for (Map<String, @Nullable Object> row :
              workflows.list(records.query(request).unpaged()).rows()) {
            String key = String.valueOf(row.get("key"));
            ids.add(Objects.requireNonNull(row.get("id")));
            if (Boolean.TRUE.equals(row.get("current"))) {
              keys.add(key);
              workflows
                  .list(Query.where(Map.of("key", key)).unpaged())
                  .rows()
                  .forEach(each -> ids.add(Objects.requireNonNull(each.get("id"))));
            }
          }
          remove(transaction, ids, keys, RecordActions.context(request));
          return (long) ids.size();
        });
    for (String key : keys) {
      dispatcher.withdraw(DefinitionRef.NOCOBASE + key);
    }
    return Answer.of(count);
  }

  private static void remove(
      Transaction transaction, Set<Object> ids, Set<String> keys, WriteContext context) {
    if (ids.isEmpty()) {
      return;
    }
    List<Object> all = List.copyOf(ids);
    transaction
        .records(SystemCollections.NODES)
        .destroy(Query.where(Map.of("workflowId", all)), context);
    transaction
        .records(SystemCollections.CATEGORY_RELATIONS)
        .destroy(Query.where(Map.of("workflowId", all)), context);
    transaction.records(SystemCollections.WORKFLOWS).destroy(Query.all().keys(all), context);
    transaction.records(SystemCollections.VERSION_STATS).destroy(Query.all().keys(all), context);
    if (!keys.isEmpty()) {
      List<Object> gone = List.copyOf(keys);
      transaction.records(SystemCollections.STATS).destroy(Query.all().keys(gone), context);
      transaction
          .records(SystemCollections.USER_TASK_STATS)
          .destroy(Query.where(Map.of("workflowKey", gone)), context);
    }
  }

  private Answer revision(ActionRequest request) throws InterruptedException {
    long id = request.parameters().id();
    Object filter = request.parameters().filter();
    Object key = filter instanceof Map<?, ?> map ? map.get("key") : null;
    return Answer.of(revise(id, key, request.values(), RecordActions.context(request)));
  }

  /**
   * Copies a version with its nodes.
   *
   * @param key of the new version; null for a workflow of its own
   */
  Map<String, @Nullable Object> revise(
      long id, @Nullable Object key, Map<String, @Nullable Object> overrides, WriteContext context)
      throws InterruptedException {
    Map<String, @Nullable Object> row =
        database.inTransaction(transaction -> {
          Records workflows = transaction.records(SystemCollections.WORKFLOWS);
          Map<String, @Nullable Object> source =
              workflows
                  .get(Query.byKey(id).appends("categories"))
                  .orElseThrow(() -> Errors.of(404, "workflow not found"));
          if (key != null && !key.equals(source.get("key"))) {
            throw Errors.of(404, "workflow not found");
          }
          Map<String, @Nullable Object> values = new LinkedHashMap<>(overrides);
          SERVER_MANAGED.forEach(values::remove);
          values.remove("id");
          COPIED.forEach(name -> copy(name, source, values));
          if (key == null && !overrides.containsKey("title")) {
            values.put("title", source.get("title") + " copy");
          }
          if (key != null) {
            values.put("key", key);
          }
          values.put("categories", keysOf(source.get("categories")));
          Map<String, @Nullable Object> created = insert(transaction, values, context);
          copyNodes(transaction, id, Objects.requireNonNull(created.get("id")), context);
          return created;
        });
    published(List.of(row));
    return row;
  }

  private static List<Object> keysOf(@Nullable Object rows) {
    List<Object> keys = new ArrayList<>();
    if (rows instanceof List<?> list) {
      for (Object row : list) {
        if (row instanceof Map<?, ?> map && map.get("id") != null) {
          keys.add(Objects.requireNonNull(map.get("id")));
        }
      }
    }
    return keys;
  }

  /** Type, mode and configuration always come from the source; the rest may be given. */
  private static void copy(
      String name, Map<String, @Nullable Object> source, Map<String, @Nullable Object> values) {
    boolean fixed = List.of("type", "sync", "config").contains(name);
    if (fixed || !values.containsKey(name)) {
      values.put(name, source.get(name));
    }
  }

  private static void copyNodes(
      Transaction transaction, long from, Object to, WriteContext context) {
    Records nodes = transaction.records(SystemCollections.NODES);
    List<Map<String, @Nullable Object>> rows =
        nodes.list(Query.where(Map.of("workflowId", from)).sort("id").unpaged()).rows();
    Map<Object, Object> ids = new LinkedHashMap<>();
    for (Map<String, @Nullable Object> row : rows) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      for (String name : List.of("key", "title", "type", "config", "branchIndex")) {
        copy.put(name, row.get(name));
      }
      copy.put("workflowId", to);
      Object id = nodes.create(copy, context).get("id");
      ids.put(Objects.requireNonNull(row.get("id")), Objects.requireNonNull(id));
    }
    for (Map<String, @Nullable Object> row : rows) {
      Map<String, @Nullable Object> links = new LinkedHashMap<>();
      link("upstreamId", row, ids, links);
      link("downstreamId", row, ids, links);
      Object id = ids.get(row.get("id"));
      if (!links.isEmpty() && id != null) {
        nodes.update(Query.byKey(id), links, context);
      }
    }
  }

  private static void link(
      String name,
      Map<String, @Nullable Object> row,
      Map<Object, Object> ids,
      Map<String, @Nullable Object> links) {
    Object target = row.get(name);
    if (target != null) {
      links.put(name, ids.get(target));
    }
  }

  /** Nothing is registered elsewhere, so the triggers only have to be read anew. */
  private Answer sync(ActionRequest request) {
    if (!request.parameters().hasKeys() && !request.parameters().hasFilter()) {
      return new Answer.Nothing();
    }
    versions.refresh();
    return new Answer.Nothing();
  }
}
