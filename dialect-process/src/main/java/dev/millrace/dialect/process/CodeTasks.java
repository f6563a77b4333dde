package dev.millrace.dialect.process;

import dev.millrace.engine.NodeRun.RunStatus;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.runtime.worker.Payloads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a workflow written as code asked for in its present run, in the form of tasks: its
 * activities and children, each with one run.
 */
final class CodeTasks {

  private final Map<Integer, Map<String, @Nullable Object>> runs = new LinkedHashMap<>();
  private final List<Map<String, @Nullable Object>> tasks = new ArrayList<>();

  private CodeTasks() {}

  static List<Map<String, @Nullable Object>> of(List<CodeEvent> history) {
    CodeTasks all = new CodeTasks();
    history.forEach(all::add);
    return all.tasks;
  }

  private void add(CodeEvent event) {
    switch (event) {
      case CodeEvent.TaskScheduled task -> asked(task, task.name(), "activity", task.input());
      case CodeEvent.ChildCreated child ->
          asked(child, child.name(), "sub-workflow", child.input());
      case CodeEvent.TaskCompleted done -> done(done.taskId(), done.at(), done.result());
      case CodeEvent.ChildCompleted done -> done(done.taskId(), done.at(), done.result());
      case CodeEvent.TaskFailed failed -> failed(failed.taskId(), failed.at(), failed.failure());
      case CodeEvent.ChildFailed failed -> failed(failed.taskId(), failed.at(), failed.failure());
      default -> {
        // The others are shown by the history.
      }
    }
  }

  private void asked(CodeEvent event, String name, String template, @Nullable String input) {
    Map<String, @Nullable Object> run = new LinkedHashMap<>();
    run.put("index", 0);
    run.put("startAt", event.at().toEpochMilli());
    run.put("endAt", null);
    run.put("status", RunStatus.STARTED.word());
    run.put("error", "");
    run.put("input", Payloads.plain(input));
    run.put("output", null);
    runs.put(event.eventId(), run);
    Map<String, @Nullable Object> task = Answers.object("instId", Long.toString(event.eventId()));
    task.put("name", name);
    task.put("template", template);
    task.put("runtimes", List.of(run));
    tasks.add(task);
  }

  private void done(int id, Instant at, @Nullable String result) {
    Map<String, @Nullable Object> run = ended(id, at, RunStatus.DONE);
    run.put("output", Payloads.plain(result));
  }

  private void failed(int id, Instant at, @Nullable FailureDetails failure) {
    Map<String, @Nullable Object> run = ended(id, at, RunStatus.FAILED);
    String message = failure == null ? "" : failure.message();
    run.put("error", message.isEmpty() && failure != null ? failure.type() : message);
    run.put("errorDetail", failure == null ? null : failure.toJson());
  }

  /** The run that ends; one that is not known is not shown. */
  private Map<String, @Nullable Object> ended(int id, Instant at, RunStatus status) {
    Map<String, @Nullable Object> run = runs.getOrDefault(id, new LinkedHashMap<>());
    run.put("endAt", at.toEpochMilli());
    run.put("status", status.word());
    return run;
  }
}
