package dev.millrace.runtime;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.trace.Tracing;
import dev.millrace.runtime.worker.Workers;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What {@link EngineApi} offers beyond graphs: workflows written as code. Thread-safe; futures
 * complete as those of {@link EngineApi} do.
 */
public interface CodeApi {

  /**
   * Starts a code workflow. Answers once the start is durable, with or without a worker; the
   * reply's value is {@code {"uid": text, "id": number}}.
   *
   * @param key namespace is the application, uid the instance's id
   */
  CompletableFuture<Reply> startCode(InstanceKey key, CodeStart start);

  /**
   * Completes with the state once the instance has got so far; at once if it has. An instance that
   * does not exist is waited for. Cancel the future to stop waiting.
   */
  CompletableFuture<InstanceState> when(InstanceKey key, Milestone milestone);

  /**
   * Removes an instance, and with {@code recursive} its children before it. The reply's value is
   * {@code {"purged": number}}; refused as {@code NOT_FOUND}, or as {@code INVALID_STATE} while it
   * or a child has not ended, unless {@code force}.
   */
  CompletableFuture<Reply> purge(InstanceKey key, boolean recursive, boolean force);

  /**
   * Starts a new instance from the middle of an ended one. The reply's value is {@code {"uid":
   * text}}.
   */
  CompletableFuture<Reply> rerun(RerunRequest request);

  /** Which instances are traced, and where their spans go. */
  default Tracing tracing() {
    return Tracing.OFF;
  }

  /** Where workers connect. */
  Workers workers();

  /** How far an instance has got. */
  enum Milestone {
    /** The first turn was answered, or it ended before. */
    STARTED,
    /** It has ended, or waits only for what comes from outside. */
    SETTLED,
    /** It has ended. */
    ENDED
  }

  /**
   * What to run again.
   *
   * @param eventId the activity, timer or child to begin with
   * @param newUid the id of the new instance
   * @param overwriteInput whether {@code input} replaces what the event had
   * @param newChildUid the id of a child that is run again, null to have it derived
   */
  record RerunRequest(
      InstanceKey source,
      int eventId,
      String newUid,
      boolean overwriteInput,
      @Nullable String input,
      @Nullable String newChildUid) {}
}
