package dev.millrace.dialect.process;

import dev.millrace.dialect.process.definition.DefinitionCheck;
import dev.millrace.dialect.process.definition.Problem;
import dev.millrace.engine.JsonValue;
import dev.millrace.store.query.Queries.DefinitionView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Definitions and what is wrong with them, as answered. */
final class DefinitionAnswer {
  private DefinitionAnswer() {}

  /** A definition as it was sent, its id first. */
  static Map<String, @Nullable Object> definition(DefinitionView view) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", view.ref().id());
    json.putAll(document(view));
    json.put("id", view.ref().id());
    return json;
  }

  /** The members of the document without secrets; empty for one that is no object. */
  static Map<String, @Nullable Object> document(DefinitionView view) {
    return view.document() instanceof Map<?, ?> map
        ? SecretMask.mask(Parameters.object("the definition", map))
        : new LinkedHashMap<>();
  }

  /** The task with this id as it was sent, or null. */
  static @Nullable Map<String, @Nullable Object> task(
      Map<String, @Nullable Object> document, String taskId) {
    if (document.get("tasks") instanceof List<?> tasks) {
      for (Object task : tasks) {
        if (taskId.equals(JsonValue.get(task, "instId"))) {
          return Parameters.object("a task", task);
        }
      }
    }
    return null;
  }

  /** A definition in a list. */
  static Map<String, @Nullable Object> row(DefinitionView view, Times times) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", view.ref().id());
    json.put("number", view.number());
    json.put("revision", view.ref().revision());
    json.put("format", view.format());
    json.put("name", view.name());
    json.put("creator", view.owner());
    json.put("status", JsonValue.text(view.document(), "status", ""));
    json.put("enabled", view.enabled());
    json.put("createAt", times.text(view.createdAt()));
    return json;
  }

  /** The answer of a check. */
  static Map<String, @Nullable Object> check(DefinitionCheck check) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("valid", check.errors().isEmpty());
    json.put("errors", problems(check.errors()));
    json.put("warnings", problems(check.warnings()));
    return json;
  }

  /** One object per problem: {@code path}, {@code code}, {@code message}. */
  static List<Map<String, @Nullable Object>> problems(List<Problem> problems) {
    return problems.stream().map(DefinitionAnswer::problem).toList();
  }

  private static Map<String, @Nullable Object> problem(Problem problem) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("path", problem.path());
    json.put("code", problem.code());
    json.put("message", problem.message());
    return json;
  }
}
