package dev.millrace.engine.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens when a node fails: retry, then catch, then the operation.
 *
 * @param retry null for none
 * @param value the output after {@link Operation#IGNORE}
 */
public record ErrorPolicy(
    Operation operation, @Nullable Retry retry, List<Catch> catches, @Nullable Object value) {

  public static final ErrorPolicy STOP = new ErrorPolicy(Operation.STOP, null, List.of(), null);

  /** What is done once retries are used up and no catch matches. */
  public enum Operation {
    STOP,
    IGNORE,
    CATCH,
    THROW,
    TERMINATE,
    COMPENSATE,
    INCIDENT
  }

  /**
   * A branch for some errors.
   *
   * @param on error types, prefix patterns as {@code http.5*}; empty or {@code *} for all
   * @param when condition over {@code error}, or null
   */
  public record Catch(List<String> on, @Nullable Object when, String branch) {}

  /**
   * When to try again.
   *
   * @param count retries after the first attempt
   * @param maxIntervalMillis 0 for no bound
   * @param maxElapsedMillis of all attempts together, 0 for no bound
   * @param on error types that are retried; empty for all that are retryable
   */
  public record Retry(
      int count,
      long intervalMillis,
      Backoff backoff,
      double rate,
      long maxIntervalMillis,
      Jitter jitter,
      long maxElapsedMillis,
      List<String> on,
      List<String> notOn) {}

  /** How delays grow. */
  public enum Backoff {
    FIXED,
    LINEAR,
    EXPONENTIAL
  }

  /** How delays are scattered. */
  public enum Jitter {
    NONE,
    FULL,
    EQUAL
  }
}
