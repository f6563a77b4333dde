package dev.millrace.dialect.process;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.store.query.Queries;
import dev.millrace.store.query.Queries.DefinitionView;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for the engine and turns what it refuses into problems. */
final class EngineCalls {
  /** Far beyond any commit; a call that takes longer is answered 503. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int RETRY_SECONDS = 1;

  private final EngineApi engine;

  EngineCalls(EngineApi engine) {
    this.engine = engine;
  }

  Queries queries() {
    return engine.queries();
  }

  /** The instance a request names: {@code {id}} in the path, {@code ?namespace=} if it has one. */
  static InstanceKey key(Request request) {
    String uid = request.pathParameter("id");
    String namespace = request.query("namespace");
    return namespace == null ? InstanceKey.of(uid) : new InstanceKey(namespace, uid);
  }

  /** The state of an existing instance, otherwise 404. */
  InstanceState state(InstanceKey key) throws InterruptedException {
    return existing(key).orElseThrow(() -> Problem.notFound("there is no process instance " + key));
  }

  /** The state of an instance, empty when there is none. */
  Optional<InstanceState> existing(InstanceKey key) throws InterruptedException {
    return await(engine.instance(key));
  }

  /** The newest revision of a definition, otherwise 404. */
  DefinitionView definition(String id) {
    return queries()
        .definition(id, 0)
        .orElseThrow(() -> Problem.notFound("there is no process " + id));
  }

  /** The revision an instance is pinned to; null when its language keeps no definitions. */
  @Nullable DefinitionView definitionOf(InstanceState state) {
    return queries().pinnedDefinition(state.header().definition()).orElse(null);
  }

  /** Sends a command and answers its value. */
  @Nullable Object submit(Command command) throws InterruptedException {
    return accepted(await(engine.submit(command)));
  }

  /** Runs an instance again and answers the value, which names another one where there is one. */
  @Nullable Object rerun(InstanceKey key, String from) throws InterruptedException {
    return accepted(await(engine.rerun(key, from)));
  }

  /** Lets an instance go on that is set aside. */
  void release(InstanceKey key) throws InterruptedException {
    accepted(await(engine.release(key)));
  }

  /** The instance that a start under the same request began; 409 if that had another body. */
  Optional<InstanceKey> started(String definition, EngineApi.RequestId request) {
    return engine
        .answered(definition, request)
        .map(reply -> InstanceKey.of(JsonValue.text(accepted(reply), "uid", "")));
  }

  /** Starts an instance and answers its key. */
  InstanceKey start(EngineApi.StartRequest request) throws InterruptedException {
    Object value = accepted(await(engine.start(request)));
    return InstanceKey.of(JsonValue.text(value, "uid", ""));
  }

  /** Stores a definition and answers {@code {"id", "revision"}}. */
  @Nullable Object save(EngineApi.SaveDefinition request) throws InterruptedException {
    return accepted(await(engine.saveDefinition(request)));
  }

  void remove(String id) throws InterruptedException {
    accepted(await(engine.removeDefinition(id)));
  }

  /** The state once the instance has ended, empty when it has not within the time. */
  Optional<InstanceState> ended(InstanceKey key, Duration atMost) throws InterruptedException {
    try {
      return Optional.of(await(engine.whenEnded(key), atMost));
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  private static @Nullable Object accepted(Reply reply) {
    return switch (reply) {
      case Reply.Accepted(var value) -> value;
      case Reply.Rejected rejected -> throw Reasons.problem(rejected);
    };
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return await(future, PATIENCE);
    } catch (TimeoutException e) {
      throw Problem.unavailable(
          "unavailable",
          "the engine did not answer within %d s; whether it acted is not known"
              .formatted(PATIENCE.toSeconds()),
          RETRY_SECONDS);
    }
  }

  private static <T> T await(CompletableFuture<T> future, Duration atMost)
      throws InterruptedException, TimeoutException {
    try {
      return future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineUnavailableException unavailable) {
        String message = unavailable.getMessage();
        throw Problem.unavailable(
            "unavailable", message == null ? "try again later" : message, RETRY_SECONDS);
      }
      throw new IllegalStateException("the engine failed", e);
    }
  }
}
