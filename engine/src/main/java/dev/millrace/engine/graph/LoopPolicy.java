package dev.millrace.engine.graph;

import org.jspecify.annotations.Nullable;

/**
 * How often a node runs per arrival.
 *
 * @param times number or template, for {@link Kind#FOR}; null to use {@code maxIteration}
 * @param items array, number, object or template, for {@link Kind#FOR_EACH}
 * @param condition of {@link Kind#WHILE} (goes on while true) and of the others (stops when true)
 * @param stopWhenTrue whether the condition ends the loop when it holds
 * @param concurrency rounds at once, 0 for the server's cap
 * @param completion condition over {@code done, failed, active, total, results} that ends the loop
 *     early, or null
 * @param collect template of what is kept per round over {@code $result}, or null
 * @param keepLast how many ended rounds are kept, 0 for all
 */
public record LoopPolicy(
    Kind kind,
    @Nullable Object times,
    @Nullable Object items,
    @Nullable Object condition,
    boolean stopWhenTrue,
    int maxIteration,
    int concurrency,
    ItemError onItemError,
    @Nullable Object completion,
    @Nullable Object collect,
    int keepLast) {

  public static final int DEFAULT_MAX_ITERATION = 1000;

  /** The kinds of loop; until is a do-while on its own condition. */
  public enum Kind {
    FOR,
    FOR_EACH,
    WHILE,
    DO_WHILE
  }

  /** What a failed round does to the loop. */
  public enum ItemError {
    STOP,
    CONTINUE,
    BREAK
  }
}
