package dev.millrace.runtime.lane;

import dev.millrace.runtime.EngineUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A batch in the making: its rows, and what may leave the lane once they are durable. */
final class PendingBatch {

  final long number;
  final BatchBuilder rows = new BatchBuilder();
  private final List<Answer<?>> answers = new ArrayList<>();
  private final List<Runnable> effects = new ArrayList<>();

  private record Answer<T>(CompletableFuture<T> future, T value) {
    void give() {
      future.complete(value);
    }
  }

  PendingBatch(long number) {
    this.number = number;
  }

  /** Completes a future after the commit. */
  <T> void answer(CompletableFuture<T> future, T value) {
    answers.add(new Answer<>(future, value));
  }

  /** Runs on the lane thread after the commit. */
  void after(Runnable effect) {
    effects.add(effect);
  }

  boolean idle() {
    return rows.empty() && answers.isEmpty() && effects.isEmpty();
  }

  boolean full(LaneSettings.Size limit) {
    return rows.rows() >= limit.count()
        || answers.size() >= 2 * limit.count()
        || rows.bytes() >= limit.bytes();
  }

  /** The rows are durable: everything may leave. */
  void release(Executor callbacks) {
    if (!answers.isEmpty()) {
      callbacks.execute(() -> answers.forEach(Answer::give));
    }
    effects.forEach(Runnable::run);
  }

  /** The rows are lost: nothing leaves, every caller is told. */
  void lose(Executor callbacks, String reason) {
    List<Answer<?>> lost = List.copyOf(answers);
    callbacks.execute(() ->
        lost.forEach(answer ->
            answer.future().completeExceptionally(new EngineUnavailableException(reason))));
  }
}
