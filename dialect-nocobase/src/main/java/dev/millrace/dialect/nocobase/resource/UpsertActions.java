package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.FieldDefinition;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * {@code firstOrCreate} and {@code updateOrCreate}: the record that has the same values as the body
 * in the fields that {@code filterKeys} names, or a new one. One at a time for each collection, so
 * that two at once do not make two records. Thread-safe.
 */
final class UpsertActions {
  private final RecordActions records;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  UpsertActions(RecordActions records) {
    this.records = records;
  }

  void register(Map<String, Action> actions) {
    actions.put("firstOrCreate", request -> answered(request, false));
    actions.put("updateOrCreate", request -> answered(request, true));
  }

  private Answer answered(ActionRequest request, boolean updating) {
    Map<String, @Nullable Object> values =
        RecordActions.allowed(request, RecordActions.object(request.body()));
    Map<String, @Nullable Object> same = same(request, values);
    String collection = records.writable(request).collection().name();
    ReentrantLock lock = locks.computeIfAbsent(collection, _ -> new ReentrantLock());
    lock.lock();
    try {
      return records.inOne(request, within -> upserted(request, within, same, values, updating));
    } finally {
      lock.unlock();
    }
  }

  /** The values by which the record is known, as a filter. */
  private static Map<String, @Nullable Object> same(
      ActionRequest request, Map<String, @Nullable Object> values) {
    List<String> keys = request.parameters().list("filterKeys");
    if (keys.isEmpty()) {
      throw Errors.bad("filterKeys is required");
    }
    Map<String, @Nullable Object> same = new LinkedHashMap<>();
    for (String key : keys) {
      Object value = values;
      for (String step : key.split("\\.", -1)) {
        value = value instanceof Map<?, ?> map ? map.get(step) : null;
      }
      same.put(key, value);
    }
    return same;
  }

  private Answer upserted(
      ActionRequest request,
      Records within,
      Map<String, @Nullable Object> same,
      Map<String, @Nullable Object> values,
      boolean updating) {
    Optional<Map<String, @Nullable Object>> known = within.get(Query.where(same));
    if (known.isEmpty()) {
      return records.one(request, within.create(values, RecordActions.context(request)));
    }
    if (!updating) {
      return records.one(request, known.get());
    }
    String key =
        within
            .collection()
            .primaryKey()
            .map(FieldDefinition::name)
            .orElseThrow(() -> Errors.bad("expected a collection with a primary key"));
    Query one = Query.byKey(Objects.requireNonNull(known.get().get(key)));
    List<Map<String, @Nullable Object>> changed =
        within.update(records.scoped(request, one), values, RecordActions.context(request));
    if (changed.isEmpty()) {
      throw Errors.noPermissions();
    }
    return Answer.of(records.shown(request, changed));
  }
}
