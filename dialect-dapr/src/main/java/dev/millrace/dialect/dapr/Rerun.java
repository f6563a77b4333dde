package dev.millrace.dialect.dapr;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.CodeApi.RerunRequest;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request to run an ended workflow again from one of its events.
 *
 * @param newId empty to have one made
 */
record Rerun(
    InstanceKey source,
    int eventId,
    String newId,
    boolean overwriteInput,
    @Nullable String input,
    @Nullable String newChildId) {

  /** Completes with the new instance's id once it runs. */
  CompletableFuture<String> run(EngineDoor engine) {
    if (source.uid().isEmpty()) {
      throw DaprProblem.invalid(
          "ERR_RERUN_WORKFLOW", "rerun workflow source instance ID is required");
    }
    if (source.uid().equals(newId)) {
      throw DaprProblem.invalid(
          "ERR_RERUN_WORKFLOW",
          "rerun workflow instance ID must be different from the original instance ID");
    }
    String id = newId.isEmpty() ? InstanceIds.fresh() : newId;
    RerunRequest request = new RerunRequest(source, eventId, id, overwriteInput, input, newChildId);
    return engine
        .rerun(request)
        .thenCompose(reply -> {
          accepted(reply);
          return engine.begun(new InstanceKey(source.namespace(), id));
        })
        .thenApply(done -> id);
  }

  /**
   * Runs a failed instance of a definition again; completes with its id, which stays the same.
   *
   * @param from a task, empty for what failed
   */
  static CompletableFuture<String> ofDefinition(EngineDoor engine, InstanceKey key, String from) {
    return engine
        .rerun(key, from)
        .thenApply(reply -> {
          accepted(reply);
          return key.uid();
        });
  }

  private static void accepted(Reply reply) {
    if (reply instanceof Reply.Rejected rejected) {
      throw switch (rejected.reason()) {
        case NOT_FOUND -> status(Status.NOT_FOUND, rejected);
        case ALREADY_EXISTS -> status(Status.ALREADY_EXISTS, rejected);
        case INVALID_INPUT, INVALID_STATE, NOT_STARTABLE, TOO_LARGE ->
            status(Status.INVALID_ARGUMENT, rejected);
        case ALREADY_SUBMITTED, FORBIDDEN, QUARANTINED -> status(Status.UNKNOWN, rejected);
        case RATE_LIMITED, BUSY -> status(Status.UNAVAILABLE, rejected);
      };
    }
  }

  private static io.grpc.StatusRuntimeException status(Status status, Reply.Rejected rejected) {
    return status.withDescription(rejected.message()).asRuntimeException();
  }
}
