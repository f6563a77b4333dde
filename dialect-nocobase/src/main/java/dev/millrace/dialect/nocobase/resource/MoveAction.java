package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code <collection>:move}: puts the row {@code sourceId} where the row {@code targetId} is, which
 * moves up or down; behind it with {@code method=insertAfter}; to the front with {@code sticky}.
 */
final class MoveAction implements Action {
  private static final String SORT = "sort";

  private final Database database;
  private final String collection;

  MoveAction(Database database, String collection) {
    this.database = database;
    this.collection = collection;
  }

  @Override
  public Answer act(ActionRequest request) {
    long source = id(request, "sourceId");
    boolean front = request.parameters().flag("sticky");
    Long target = front ? null : Long.valueOf(id(request, "targetId"));
    boolean behind = "insertAfter".equals(request.parameters().text("method"));
    WriteContext context = RecordActions.context(request);
    return database.inTransaction(transaction -> {
      Records records = transaction.records(collection);
      List<Map<String, @Nullable Object>> rows =
          new ArrayList<>(records.list(Query.all().sort(SORT, "id").unpaged()).rows());
      int from = position(rows, source);
      int to = target == null ? 0 : position(rows, target);
      if (target != null && behind && to < from) {
        to++;
      }
      rows.add(to, rows.remove(from));
      for (int i = 0; i < rows.size(); i++) {
        long place = i + 1L;
        Object key = Objects.requireNonNull(rows.get(i).get("id"));
        if (!Objects.equals(rows.get(i).get(SORT), place)) {
          records.update(Query.byKey(key), Map.of(SORT, place), context);
        }
      }
      return Answer.of("ok");
    });
  }

  private static long id(ActionRequest request, String name) {
    Long id = Parameters.number(request.parameters().get(name));
    if (id == null) {
      throw Errors.bad("expected the key of a row for " + name);
    }
    return id;
  }

  private static int position(List<Map<String, @Nullable Object>> rows, long id) {
    for (int i = 0; i < rows.size(); i++) {
      if (Objects.equals(rows.get(i).get("id"), id)) {
        return i;
      }
    }
    throw Errors.of(404, "Record not found");
  }
}
