package dev.millrace.systemtests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds one task of a process definition, in the wire's own words. Used by one thread. */
final class Task {

  private final Map<String, @Nullable Object> body;
  private final List<Object> connections = new ArrayList<>();
  private final Map<String, @Nullable Object> parameters = Json.object();

  private Task(String id, String template) {
    body = Json.object("instId", id, "name", id, "template", template);
    body.put("connections", connections);
    body.put("parameters", parameters);
  }

  static Task of(String id, String template) {
    return new Task(id, template);
  }

  /** A script in the default language; {@code code} is a function body. */
  static Task script(String id, String code) {
    return of(id, "script").parameter("code", code);
  }

  /** A script whose output is its parameter {@code value}, usually an expression. */
  static Task echo(String id, String value) {
    return script(id, "return params.value").parameter("value", value);
  }

  /** A POST to the given address. */
  static Task http(String id, String url) {
    return of(id, "http").parameter("method", "POST").parameter("url", url);
  }

  static Task parallel(String id) {
    return of(id, "parallel");
  }

  /** A join that waits for all the named predecessors. */
  static Task joinAll(String id, String... predecessors) {
    return of(id, "aggregation")
        .parameter("prev_instid_list", List.of(predecessors))
        .parameter("relation", "all");
  }

  /** A condition over one comparison. */
  static Task condition(String id, String type, Object value1, String operation, Object value2) {
    return conditions(id, "and", List.of(comparison(1, type, value1, operation, value2)));
  }

  static Task conditions(String id, String relation, List<?> comparisons) {
    return of(id, "condition")
        .parameter("condition_list", comparisons)
        .parameter("relation", relation);
  }

  static Map<String, @Nullable Object> comparison(
      int index, String type, Object value1, String operation, Object value2) {
    return Json.object(
        "index", index, "type", type, "value1", value1, "operation", operation, "value2", value2);
  }

  /** An approval; {@code attr} is 会签 (all) or 或签 (first). */
  static Task approval(String id, String attr, String... members) {
    return of(id, "approval")
        .parameter("members", List.of(members))
        .parameter("title", "请假条审批")
        .parameter("content", "由于…")
        .parameter("attr", attr)
        .with("name", "请假条审批");
  }

  Task to(String... ids) {
    connections.addAll(List.of(ids));
    return this;
  }

  /** An edge with its own members, such as {@code to}, {@code on}, {@code when}. */
  Task edge(Object... keysAndValues) {
    connections.add(Json.object((@Nullable Object[]) keysAndValues));
    return this;
  }

  Task parameter(String key, Object value) {
    parameters.put(key, Json.object("label", key, "type", typeOf(value), "value", value));
    return this;
  }

  Task with(String field, Object value) {
    body.put(field, value);
    return this;
  }

  Task onError(Object... keysAndValues) {
    return with("errorHandler", Json.object((@Nullable Object[]) keysAndValues));
  }

  Task loop(Object... keysAndValues) {
    return with("loopHandler", Json.object((@Nullable Object[]) keysAndValues));
  }

  Map<String, @Nullable Object> body() {
    return body;
  }

  private static String typeOf(Object value) {
    return switch (value) {
      case String text when text.contains("{{") || text.contains("{%") -> "any";
      case String text -> "string";
      case Integer number -> "integer";
      case Boolean flag -> "boolean";
      case List<?> list -> "array";
      case Map<?, ?> map -> "object";
      default -> "any";
    };
  }
}
