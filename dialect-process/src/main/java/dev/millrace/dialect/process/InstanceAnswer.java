package dev.millrace.dialect.process;

import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.code.CodeState;
import dev.millrace.runtime.worker.Payloads;
import dev.millrace.store.StatusWords;
import dev.millrace.store.query.Queries.DefinitionView;
import dev.millrace.store.query.Queries.InstanceView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Instances as answered: the definition they are pinned to, and what became of it. */
final class InstanceAnswer {
  private InstanceAnswer() {}

  /**
   * A whole instance.
   *
   * @param definition null when it was started in a language without definitions; the tasks are
   *     then those that ran
   */
  static Map<String, @Nullable Object> instance(
      InstanceState state, @Nullable DefinitionView definition) {
    InstanceState.Header header = state.header();
    InstanceState.Lifecycle life = state.life();
    CodeState code = state.code();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", header.key().uid());
    json.put("proc_id", header.definition().id());
    Map<String, @Nullable Object> document = document(definition);
    json.putAll(document);
    // Members of the definition with the same names give way.
    json.put("id", header.key().uid());
    json.put("proc_id", header.definition().id());
    if (!header.key().namespace().equals(InstanceKey.DEFAULT_NAMESPACE)) {
      json.put("namespace", header.key().namespace());
    }
    json.put("revision", header.definition().revision());
    json.put("status", StatusView.word(state));
    json.put("executor", header.origin().executor());
    json.put("input", code == null ? header.input() : Payloads.plain(header.input()));
    json.put("output", code == null ? life.output() : Payloads.plain(life.output()));
    json.put("executionUid", life.executionUid());
    Failure failure = life.failure() == null ? life.caught() : life.failure();
    json.put("error", failure == null ? "" : errorText(failure));
    json.put("errorDetail", failure == null ? null : failure.toJson());
    json.put("incident", state.incident());
    json.put("startAt", header.startedAt().toEpochMilli());
    json.put("endAt", Times.millis(life.endedAt()));
    json.put("tasks", tasks(state, document));
    if (code != null) {
      json.put("name", code.started().name());
      json.put("customStatus", Payloads.plain(code.progress().customStatus()));
    }
    return json;
  }

  /** One task of an instance with its runs, or null when there is no such task. */
  static @Nullable Map<String, @Nullable Object> task(
      InstanceState state, @Nullable DefinitionView definition, String taskId) {
    for (Map<String, @Nullable Object> task : tasks(state, document(definition))) {
      if (taskId.equals(task.get("instId"))) {
        return task;
      }
    }
    return null;
  }

  /** An instance in a list. */
  static Map<String, @Nullable Object> row(InstanceView view) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", view.key().uid());
    json.put("proc_id", view.definition().id());
    if (!view.key().namespace().equals(InstanceKey.DEFAULT_NAMESPACE)) {
      json.put("namespace", view.key().namespace());
    }
    json.put("revision", view.definition().revision());
    json.put("name", view.name());
    json.put("executor", view.executor());
    json.put("status", StatusWords.process(view.status(), view.reason(), view.incident()));
    json.put("incident", view.incident());
    json.put("startAt", view.startAt().toEpochMilli());
    json.put("endAt", Times.millis(view.endAt()));
    return json;
  }

  /** An error as one line; never empty. */
  static String errorText(Failure failure) {
    return failure.message().isEmpty() ? failure.type() : failure.message();
  }

  private static Map<String, @Nullable Object> document(@Nullable DefinitionView definition) {
    return definition == null ? new LinkedHashMap<>() : DefinitionAnswer.document(definition);
  }

  private static List<Map<String, @Nullable Object>> tasks(
      InstanceState state, Map<String, @Nullable Object> document) {
    if (state.code() != null) {
      return CodeTasks.of(state.code().history());
    }
    Map<String, List<Map<String, @Nullable Object>>> runtimes = new LinkedHashMap<>();
    for (NodeRun run : state.graph().runs().values()) {
      runtimes
          .computeIfAbsent(run.place().nodeId(), id -> new ArrayList<>())
          .add(RuntimeAnswer.of(run));
    }
    List<Map<String, @Nullable Object>> tasks = new ArrayList<>();
    if (document.get("tasks") instanceof List<?> defined) {
      for (Object task : defined) {
        Map<String, @Nullable Object> json = Parameters.object("a task", task);
        List<Map<String, @Nullable Object>> its =
            runtimes.remove(JsonValue.text(task, "instId", ""));
        json.put("runtimes", its == null ? List.of() : its);
        tasks.add(json);
      }
    }
    // What ran but stands in no list of tasks: instances of other languages.
    runtimes.forEach((id, its) -> {
      Map<String, @Nullable Object> json = Answers.object("instId", id);
      json.put("runtimes", its);
      tasks.add(json);
    });
    return tasks;
  }
}
