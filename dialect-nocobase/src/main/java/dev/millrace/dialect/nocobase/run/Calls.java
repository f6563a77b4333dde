package dev.millrace.dialect.nocobase.run;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.EngineUnavailableException;
import dev.millrace.transport.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for the engine and turns what it refuses into problems. Thread-safe. */
public final class Calls {
  /** Far beyond any commit; a call that takes longer is answered 503. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int RETRY_SECONDS = 1;

  private final EngineApi engine;

  /** Calls of an engine. */
  public Calls(EngineApi engine) {
    this.engine = engine;
  }

  /** The engine itself. */
  public EngineApi engine() {
    return engine;
  }

  /** Sends a command and answers its value. */
  public @Nullable Object submit(Command command) throws InterruptedException {
    return accepted(await(engine.submit(command)));
  }

  /** The state of an instance. */
  public Optional<InstanceState> state(InstanceKey key) throws InterruptedException {
    return await(engine.instance(key));
  }

  /** The value of a reply, otherwise the problem. */
  public static @Nullable Object accepted(Reply reply) {
    return switch (reply) {
      case Reply.Accepted(var value) -> value;
      case Reply.Rejected rejected -> throw problem(rejected);
    };
  }

  /** The one table from the engine's rejections to status codes. */
  public static Problem problem(Reply.Rejected rejected) {
    int status =
        switch (rejected.reason()) {
          case NOT_FOUND -> 404;
          case ALREADY_EXISTS, INVALID_STATE, NOT_STARTABLE, ALREADY_SUBMITTED, QUARANTINED -> 409;
          case INVALID_INPUT -> 400;
          case FORBIDDEN -> 403;
          case RATE_LIMITED -> 429;
          case TOO_LARGE -> 413;
          case BUSY -> 503;
        };
    boolean later = rejected.reason() == Reason.RATE_LIMITED || rejected.reason() == Reason.BUSY;
    Problem problem = Errors.of(status, rejected.message());
    return later ? problem.withHeader("Retry-After", Integer.toString(RETRY_SECONDS)) : problem;
  }

  /** Waits for an answer; 503 when the engine cannot give it. */
  public static <T> T await(CompletableFuture<T> future) throws InterruptedException {
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

  /** Waits for an answer for some time. */
  public static <T> T await(CompletableFuture<T> future, Duration atMost)
      throws InterruptedException, TimeoutException {
    try {
      return future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineUnavailableException unavailable) {
        String message = unavailable.getMessage();
        throw Problem.unavailable(
            "unavailable", message == null ? "try again later" : message, RETRY_SECONDS);
      }
      if (e.getCause() instanceof Problem problem) {
        throw problem;
      }
      throw new IllegalStateException("the engine failed", e);
    }
  }
}
