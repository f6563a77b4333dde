package dev.millrace.runtime.worker;

import dev.millrace.engine.Effect;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.PropagatedHistory;
import dev.millrace.runtime.activity.JsonSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Estimates in bytes of what code workflows keep and what their workers are shown. Stateless. */
public final class CodeSize {

  private static final int EVENT = 100;

  private CodeSize() {}

  /** Of a history, or a part of one. */
  public static long of(List<CodeEvent> events) {
    long sum = 0;
    for (CodeEvent event : events) {
      sum += EVENT + payload(event);
    }
    return sum;
  }

  /** Of what an event carries besides names and numbers. */
  public static long payload(CodeEvent event) {
    return switch (event) {
      case CodeEvent.ExecutionStarted started -> length(started.input()) + of(started.propagated());
      case CodeEvent.ExecutionCompleted completed -> length(completed.result());
      case CodeEvent.TaskScheduled task -> length(task.input());
      case CodeEvent.TaskCompleted task -> length(task.result());
      case CodeEvent.TaskFailed task -> failure(task.failure());
      case CodeEvent.ChildCreated child -> length(child.input());
      case CodeEvent.ChildCompleted child -> length(child.result());
      case CodeEvent.ChildFailed child -> failure(child.failure());
      case CodeEvent.EventSent sent -> length(sent.input());
      case CodeEvent.EventRaised raised -> length(raised.input());
      // The others carry names and numbers only.
      default -> 0;
    };
  }

  /** Of work for a worker. */
  static long of(Effect work) {
    return switch (work) {
      case Effect.DispatchTurn turn -> of(turn.past()) + of(turn.fresh());
      case Effect.DispatchTask task -> payload(task.task()) + of(task.propagated());
      case Effect.DispatchActivity attempt ->
          JsonSize.of(attempt.parameters()) + JsonSize.of(attempt.roots());
      default -> 0;
    };
  }

  /** Of the history of those above. */
  static long of(@Nullable PropagatedHistory history) {
    long sum = 0;
    if (history != null) {
      for (PropagatedHistory.Chunk chunk : history.chunks()) {
        sum += of(chunk.events());
      }
    }
    return sum;
  }

  private static long failure(@Nullable FailureDetails failure) {
    return failure == null ? 0 : failure.message().length() + length(failure.stackTrace());
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
