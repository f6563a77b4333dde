package dev.millrace.dialect.dapr;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.CodeApi.Milestone;
import dev.millrace.runtime.CodeApi.RerunRequest;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.store.query.Queries;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The calls that both APIs make of the engine. Nothing here waits. */
final class EngineDoor {
  /** A busy worker may take longer for a first turn; the start is durable before that anyway. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(10);

  private final EngineApi engine;
  private final CodeApi code;

  EngineDoor(EngineApi engine, CodeApi code) {
    this.engine = engine;
    this.code = code;
  }

  Queries queries() {
    return engine.queries();
  }

  Workers workers() {
    return code.workers();
  }

  CompletableFuture<Optional<InstanceState>> instance(InstanceKey key) {
    return engine.instance(key);
  }

  CompletableFuture<Reply> submit(Command command) {
    return engine.submit(command);
  }

  CompletableFuture<Reply> start(InstanceKey key, CodeStart start) {
    return code.startCode(key, start);
  }

  CompletableFuture<InstanceState> when(InstanceKey key, Milestone milestone) {
    return code.when(key, milestone);
  }

  CompletableFuture<Reply> purge(InstanceKey key, boolean recursive, boolean force) {
    return code.purge(key, recursive, force);
  }

  CompletableFuture<Reply> rerun(RerunRequest request) {
    return code.rerun(request);
  }

  /**
   * Completes once an instance has had its first turn, with a worker that can give it one; at once
   * without a worker, and after some seconds in any case.
   */
  CompletableFuture<Void> begun(InstanceKey key) {
    if (code.workers().connected(key.namespace()) == 0) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<InstanceState> started = code.when(key, Milestone.STARTED);
    CompletableFuture<Void> answer =
        started
            .thenAccept(state -> {})
            .completeOnTimeout(null, START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    return answer.whenComplete((done, failure) -> started.cancel(false));
  }

  /** The id in a reply that names an instance. */
  static String uid(Reply.Accepted reply) {
    return JsonValue.text(reply.value(), "uid", "");
  }

  /** How many instances a purge removed. */
  static int purged(Reply.Accepted reply) {
    return reply.value() instanceof java.util.Map<?, ?> map
            && map.get("purged") instanceof Number count
        ? count.intValue()
        : 0;
  }
}
