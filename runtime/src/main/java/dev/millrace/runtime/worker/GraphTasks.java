package dev.millrace.runtime.worker;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.FailureDetails;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a node of a graph asks for, in the form in which workers take and answer it. Stateless. */
final class GraphTasks {

  private static final String INPUT = "input";

  /** As for the activities built into the server. */
  private static final int MAX_RESULT_CHARS = 4 << 20;

  private GraphTasks() {}

  /** The work; its number is that of the node run, which is unique in its instance. */
  static Effect.DispatchTask task(Effect.DispatchActivity attempt) {
    WorkerActivity activity = Objects.requireNonNull(WorkerActivity.of(attempt.activity()));
    Map<String, @Nullable Object> parameters = attempt.parameters();
    Object input =
        parameters.get(INPUT) == null ? attempt.roots().get("item") : parameters.get(INPUT);
    Command.WorkToken token = attempt.token();
    return new Effect.DispatchTask(
        WorkerActivity.work(token.generation(), token.runId()),
        activity.app(),
        new CodeEvent.TaskScheduled(
            token.runId(),
            Instant.EPOCH,
            null,
            activity.name(),
            null,
            Payloads.text(input),
            attempt.trace(),
            // The same for each attempt, so that an activity can tell a repeat.
            attempt.idempotencyKey(),
            null,
            null),
        null);
  }

  /** The command that a worker's answer is. */
  static Command answer(
      InstanceKey key,
      Effect.DispatchActivity attempt,
      @Nullable String result,
      @Nullable FailureDetails failure) {
    if (failure != null) {
      return failed(
          key,
          attempt,
          new Failure(
              failure.type().isEmpty() ? "unknown" : failure.type(),
              failure.message(),
              "",
              !failure.nonRetriable(),
              failure.toJson(),
              null));
    }
    if (result != null && result.length() > MAX_RESULT_CHARS) {
      return failed(
          key,
          attempt,
          Failure.of(
              "too_large",
              "activity %s may answer up to %d characters, found %d"
                  .formatted(attempt.activity(), MAX_RESULT_CHARS, result.length())));
    }
    return new Command.CompleteActivity(key, attempt.token(), Payloads.plain(result));
  }

  private static Command failed(InstanceKey key, Effect.DispatchActivity attempt, Failure failure) {
    return new Command.FailActivity(key, attempt.token(), failure, 0);
  }
}
