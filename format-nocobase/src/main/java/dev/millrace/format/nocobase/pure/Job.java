package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.graph.Step;
import dev.millrace.format.nocobase.node.JobStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a node that only calculates came to, in a workflow or in a test run.
 *
 * @param result plain JSON
 * @param log what went wrong in detail, or null
 */
public record Job(JobStatus status, @Nullable Object result, @Nullable String log) {

  /** It gave a result. */
  static Job resolved(@Nullable Object result) {
    return new Job(JobStatus.RESOLVED, result, null);
  }

  /** An expression failed; the result is the text of the error. */
  static Job error(String text) {
    return new Job(JobStatus.ERROR, text, null);
  }

  Step step() {
    Step step = status.step(result, log != null ? log : String.valueOf(result));
    return log == null ? step : Step.Recorded.notes(step, new Notes(result, null, log, false));
  }
}
