package dev.millrace.runtime.activity;

import org.jspecify.annotations.Nullable;

/**
 * One kind of outside work that runs inside the server. It runs at least once per attempt and is
 * handed the same idempotency key on every attempt. Implementations are thread-safe; {@link #run}
 * may block (it is called on a virtual thread) and must honour interruption.
 */
public interface Activity {

  /** The name under which node types schedule it, as {@code http}. */
  String name();

  /**
   * Does the work.
   *
   * @return the output, a JSON value in the plain form of {@link dev.millrace.engine.JsonValue}
   * @throws ActivityException for a failure with a type that error handlers can match
   */
  @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException;
}
