package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.trigger.RecordEvents;
import dev.millrace.dialect.nocobase.trigger.Sources;
import dev.millrace.dialect.nocobase.trigger.Times;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.format.nocobase.node.FormAction;
import dev.millrace.format.nocobase.pure.Languages;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Forms of manual nodes that write a record when they are agreed to: the record is written before
 * the answer reaches the workflow, so that the nodes behind find it, and once for each task.
 */
final class ManualForms {
  private static final String ACTION = "_";
  private static final String CREATE = "create";
  private static final String UPDATE = "update";

  private final Database database;
  private final Languages languages;

  ManualForms(Database database, Languages languages) {
    this.database = database;
    this.languages = languages;
  }

  /**
   * Writes what a submission asks for; nothing for a draft, a rejection or a form of its own.
   *
   * @param task the row, with its execution
   */
  void submitted(
      Map<String, @Nullable Object> task, Map<?, ?> result, Identity identity, Instant now) {
    Object node = task.get("nodeId");
    Object forms =
        node == null
            ? null
            : database
                .records(SystemCollections.NODES)
                .get(Query.byKey(node))
                .map(row -> JsonValue.get(row.get("config"), "forms"))
                .orElse(null);
    for (Map.Entry<?, ?> filled : result.entrySet()) {
      Object form = JsonValue.get(forms, String.valueOf(filled.getKey()));
      String type = JsonValue.text(form, "type", "");
      Object action = FormAction.of(form, JsonValue.text(result, ACTION, ""));
      Long status = Parameters.number(JsonValue.get(action, "status"));
      boolean writes = type.equals(CREATE) || type.equals(UPDATE);
      if (writes && status != null && status > 0) {
        Seen seen = new Seen(database, task, identity, filled.getValue(), now);
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        put(values, filled.getValue());
        put(values, languages.resolve(JsonValue.get(action, "values"), seen, seen.roots()));
        Object filter = languages.resolve(JsonValue.get(form, "filter"), seen, seen.roots());
        write(
            task, type, Sources.name(JsonValue.get(form, "collection")), filter, values, identity);
        return;
      }
    }
  }

  private static void put(Map<String, @Nullable Object> values, @Nullable Object more) {
    if (more instanceof Map<?, ?> map) {
      map.forEach((name, value) -> values.put(String.valueOf(name), value));
    }
  }

  private void write(
      Map<String, @Nullable Object> task,
      String type,
      String collection,
      @Nullable Object filter,
      Map<String, @Nullable Object> values,
      Identity identity) {
    boolean ofUsers =
        database
            .collections()
            .find(collection)
            .map(found -> found.origin() == CollectionDefinition.Origin.USER)
            .orElse(false);
    if (!ofUsers) {
      throw Errors.bad("Collection \"%s\" does not exist".formatted(collection));
    }
    if (type.equals(UPDATE) && Parameters.emptyFilter(filter)) {
      throw Errors.bad("must provide filter or filterByTk for update call");
    }
    List<@Nullable Object> stack = new ArrayList<>();
    if (JsonValue.get(task.get("execution"), "stack") instanceof List<?> above) {
      stack.addAll(above);
    }
    stack.add(task.get("executionId"));
    WriteContext context = WriteContext.of(identity.userId()).with(RecordEvents.STACK, stack);
    Object _ =
        database
            .home(collection)
            .once(
                "manual-form/" + task.get("id"),
                transaction -> {
                  Records records = transaction.records(collection);
                  return type.equals(CREATE)
                      ? (Object) records.create(values, context)
                      : (Object) (long) records.update(Query.where(filter), values, context).size();
                });
  }

  /** What the expressions of a form see: the execution as it is stored. */
  private record Seen(
      Database database,
      Map<String, @Nullable Object> task,
      Identity identity,
      @Nullable Object filled,
      Instant now)
      implements ExpressionScope {

    Map<String, @Nullable Object> roots() {
      Map<String, @Nullable Object> roots = new LinkedHashMap<>();
      roots.put("currentUser", identity.user());
      roots.put("$user", identity.user());
      roots.put("currentRecord", filled);
      roots.put("$nForm", filled);
      roots.put("currentTime", Times.text(now));
      roots.put("$nDate", Map.of("now", Times.text(now)));
      return roots;
    }

    @Override
    public boolean has(String root) {
      return value(root) != null;
    }

    @Override
    public @Nullable Object value(String root) {
      return switch (root) {
        case "now" -> now.toString();
        case "input" -> JsonValue.get(task.get("execution"), "context");
        case "tasks" -> results();
        default -> null;
      };
    }

    private Map<String, @Nullable Object> results() {
      Map<String, @Nullable Object> results = new LinkedHashMap<>();
      Object execution = Objects.requireNonNullElse(task.get("executionId"), 0L);
      for (Map<String, @Nullable Object> job :
          database
              .records(SystemCollections.JOBS)
              .list(Query.where(Map.of("executionId", execution)).sort("id").unpaged())
              .rows()) {
        results.put(String.valueOf(job.get("nodeKey")), job.get("result"));
      }
      return results;
    }
  }
}
