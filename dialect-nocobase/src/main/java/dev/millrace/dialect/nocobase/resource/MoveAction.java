package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.FieldDefinition;
import dev.millrace.data.Placement;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code <collection>:move}: puts the row {@code sourceId} where the row {@code targetId} is, which
 * moves up or down; behind it with {@code method=insertAfter}; to the front with {@code sticky};
 * with {@code targetScope} among the rows that have its values, at the end or with {@code
 * method=prepend} at the front. {@code sortField} names the field that is meant, {@code sort}
 * otherwise.
 */
final class MoveAction implements Action {
  private static final String SORT = "sort";

  private final RecordActions records;

  MoveAction(RecordActions records) {
    this.records = records;
  }

  @Override
  public Answer act(ActionRequest request) {
    Parameters parameters = request.parameters();
    Object source = parameters.get("sourceId");
    if (source == null || source.equals("")) {
      throw Errors.bad("expected the key of a row for sourceId");
    }
    Object target = parameters.get("targetId");
    if ("".equals(target)) {
      target = null;
    }
    Map<String, @Nullable Object> scope = scope(parameters.get("targetScope"));
    String method = parameters.text("method");
    boolean front = parameters.flag("sticky") || (!scope.isEmpty() && "prepend".equals(method));
    if (target == null && scope.isEmpty() && !front) {
      throw Errors.bad("expected targetId, targetScope or sticky");
    }
    Records rows = records.writable(request);
    Query one = Query.byKey(source);
    if (rows.count(one) == 0 || (target != null && rows.count(Query.byKey(target)) == 0)) {
      throw Errors.of(404, "Record not found");
    }
    if (rows.count(records.scoped(request, one)) == 0) {
      throw Errors.noPermissions();
    }
    String field = parameters.text("sortField");
    rows.move(
        new Placement(
            field == null || field.isEmpty() ? usual(request) : field,
            source,
            front ? null : target,
            "insertAfter".equals(method),
            front,
            scope),
        RecordActions.context(request));
    return Answer.of("ok");
  }

  private static Map<String, @Nullable Object> scope(@Nullable Object given) {
    Map<String, @Nullable Object> scope = new LinkedHashMap<>();
    if (given instanceof Map<?, ?> map) {
      map.forEach((name, value) -> scope.put(String.valueOf(name), value));
    } else if (given != null && !given.equals("")) {
      throw Errors.bad("expected an object for targetScope");
    }
    return scope;
  }

  /** Behind a link to many, rows are sorted by a field that is named after the link's key. */
  private String usual(ActionRequest request) {
    return records
        .link(request)
        .map(FieldDefinition::options)
        .map(options -> options.get("foreignKey"))
        .map(key -> key + "Sort")
        .orElse(SORT);
  }
}
