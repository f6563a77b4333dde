package dev.millrace.dialect.process;

import dev.millrace.transport.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The envelopes of the process API. Single objects are answered bare, all else is wrapped. */
final class Answers {
  private static final int OK = 200;

  private Answers() {}

  /** A bare object. */
  static Response bare(@Nullable Object value) {
    return Response.json(OK, value);
  }

  /** {@code {"response": value}}. */
  static Response wrapped(@Nullable Object value) {
    return Response.json(OK, object("response", value));
  }

  /** {@code {"response":{"id": id}}}. */
  static Response id(String id) {
    return wrapped(object("id", id));
  }

  /** A list that is shown whole. */
  static Response list(List<? extends @Nullable Object> all) {
    return page(all, all.size());
  }

  /** One page and the count of all. */
  static Response page(List<? extends @Nullable Object> rows, long total) {
    return wrapped(pageObject(rows, total));
  }

  /** One page that is followed by a cursor; null at the end. */
  static Response page(List<? extends @Nullable Object> rows, long total, @Nullable Long next) {
    Map<String, @Nullable Object> page = pageObject(rows, total);
    page.put("nextCursor", next == null ? null : Long.toString(next));
    return wrapped(page);
  }

  /** A changeable object with one member. */
  static Map<String, @Nullable Object> object(String key, @Nullable Object value) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put(key, value);
    return object;
  }

  private static Map<String, @Nullable Object> pageObject(
      List<? extends @Nullable Object> rows, long total) {
    Map<String, @Nullable Object> page = object("list", rows);
    page.put("total", total);
    return page;
  }
}
