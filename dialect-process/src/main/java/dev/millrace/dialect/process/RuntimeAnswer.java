package dev.millrace.dialect.process;

import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a task: an element of {@code runtimes}. */
final class RuntimeAnswer {
  private RuntimeAnswer() {}

  static Map<String, @Nullable Object> of(NodeRun run) {
    NodeRun.Result result = run.result();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("index", run.place().index());
    json.put("startAt", run.startAt().toEpochMilli());
    json.put("endAt", result == null ? null : result.endAt().toEpochMilli());
    json.put("status", run.status().word());
    Failure failure = failure(run);
    json.put("error", failure == null ? "" : InstanceAnswer.errorText(failure));
    json.put("input", run.input());
    json.put("output", result == null ? null : result.output());
    if (failure != null) {
      json.put("errorDetail", failure.toJson());
    }
    if (result != null) {
      json.put("outcome", result.outcome());
    }
    if (run.place().loop() != 0) {
      json.put("loopIndex", run.place().loopIndex());
    }
    if (!run.attempts().isEmpty()) {
      json.put("attempts", run.attempts().stream().map(RuntimeAnswer::attempt).toList());
    }
    return json;
  }

  /** Of an open run, what its latest attempt failed with. */
  private static @Nullable Failure failure(NodeRun run) {
    NodeRun.Result result = run.result();
    if (result != null) {
      return result.failure();
    }
    return run.attempts().isEmpty() ? null : run.attempts().getLast().failure();
  }

  private static Map<String, @Nullable Object> attempt(NodeRun.Attempt attempt) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("attempt", attempt.attempt());
    json.put("startAt", attempt.startAt().toEpochMilli());
    json.put("endAt", attempt.endAt().toEpochMilli());
    json.put("error", InstanceAnswer.errorText(attempt.failure()));
    return json;
  }
}
