package dev.millrace.dialect.dapr;

import dev.millrace.components.WorkflowState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The seven operations, whoever performs them. What is refused is thrown, or is in the future, as a
 * {@link DaprProblem}. Nothing here waits.
 */
interface WorkflowVerbs {

  /**
   * Starts a workflow and answers its id.
   *
   * @param instanceId null or empty to have one made
   * @param input raw bytes
   */
  CompletableFuture<String> start(
      String app,
      @Nullable String instanceId,
      String name,
      byte[] input,
      Map<String, String> options);

  /** The instance, if there is one. */
  CompletableFuture<Optional<WorkflowState>> get(String app, String id);

  /**
   * Raises an event.
   *
   * @param payload null for none
   */
  CompletableFuture<?> raise(String app, String id, String event, byte @Nullable [] payload);

  CompletableFuture<?> pause(String app, String id);

  CompletableFuture<?> resume(String app, String id);

  /** Ends an instance and its children. */
  CompletableFuture<?> terminate(String app, String id);

  /** Removes an ended instance and its children. */
  CompletableFuture<?> purge(String app, String id);
}
