package dev.millrace.dialect.process;

import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    if (run.place().loopIndex() >= 0) {
      json.put("loopIndex", run.place().loopIndex());
    }
    if (!run.attempts().isEmpty()) {
      json.put("attempts", attempts(run));
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

  /** The failed attempts and, once the run has ended, the one that ended it. */
  private static List<Object> attempts(NodeRun run) {
    List<Object> all = new ArrayList<>();
    run.attempts().forEach(attempt -> all.add(attempt(attempt)));
    NodeRun.Result result = run.result();
    if (result != null) {
      Map<String, @Nullable Object> last = new LinkedHashMap<>();
      last.put("attempt", run.attempt());
      last.put("startAt", run.attemptAt().toEpochMilli());
      last.put("endAt", result.endAt().toEpochMilli());
      Failure failure = result.failure();
      last.put("error", failure == null ? null : InstanceAnswer.errorText(failure));
      all.add(last);
    }
    return all;
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
