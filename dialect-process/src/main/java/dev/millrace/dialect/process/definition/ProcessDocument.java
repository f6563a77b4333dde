package dev.millrace.dialect.process.definition;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.NodeTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A definition as it was sent, read without complaint: tasks without a usable or with a repeated id
 * are left out.
 *
 * @param tasks in the order of the document
 * @param indexes the position in {@code tasks} by id
 */
record ProcessDocument(
    @Nullable Object document, List<TaskDocument> tasks, Map<String, Integer> indexes) {

  static ProcessDocument of(@Nullable Object document, NodeTypes types) {
    boolean nodes = JsonValue.get(document, "nodes") instanceof List;
    String member = nodes ? "nodes" : "tasks";
    List<?> list = Json.list(document, member);
    List<TaskDocument> tasks = new ArrayList<>();
    Map<String, Integer> indexes = new LinkedHashMap<>();
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof Map<?, ?> task
          && task.get("instId") instanceof String id
          && indexes.putIfAbsent(id, tasks.size()) == null) {
        tasks.add(
            new TaskDocument(
                Json.element("$." + member, i),
                task,
                id,
                types.find(Json.text(task, "template")).orElse(null)));
      }
    }
    return new ProcessDocument(document, List.copyOf(tasks), indexes);
  }

  boolean draft() {
    return text("status").equals("draft");
  }

  boolean fast() {
    return text("engine").equals("fast");
  }

  String text(String member) {
    return Json.text(document, member);
  }

  @Nullable Object get(String member) {
    return JsonValue.get(document, member);
  }

  Map<?, ?> extension() {
    return Json.object(document, "extension");
  }
}
