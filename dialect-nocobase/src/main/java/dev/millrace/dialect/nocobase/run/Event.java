package dev.millrace.dialect.nocobase.run;

import dev.millrace.engine.Command;
import dev.millrace.engine.code.TraceContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that starts an execution.
 *
 * @param context what the nodes read as {@code $context}, plain JSON
 * @param key names it: a second event of the same key starts nothing
 * @param stack the executions that led to it, oldest first
 * @param manually whether somebody asked for it
 * @param userId who caused it, null when nobody did
 * @param trace the caller's, null for none
 */
public record Event(
    Version version,
    @Nullable Object context,
    String key,
    List<Long> stack,
    boolean manually,
    @Nullable Long userId,
    @Nullable TraceContext trace) {

  /** Something that no trace led to. */
  public Event(
      Version version,
      @Nullable Object context,
      String key,
      List<Long> stack,
      boolean manually,
      @Nullable Long userId) {
    this(version, context, key, stack, manually, userId, null);
  }

  /** The same in a trace. */
  public Event traced(@Nullable TraceContext in) {
    return new Event(version, context, key, stack, manually, userId, in);
  }

  /**
   * What the engine keeps beside the instance.
   *
   * @param request whether a request waits for the execution
   */
  Map<String, @Nullable Object> labels(boolean request) {
    Map<String, @Nullable Object> labels = new LinkedHashMap<>();
    // Whether the workflow is enabled was asked by who made the event.
    labels.put(Command.Origin.DISABLED_TOO, true);
    if (!stack.isEmpty()) {
      labels.put("stack", List.copyOf(stack));
    }
    if (manually) {
      labels.put("manually", true);
    }
    if (request) {
      labels.put("request", true);
    }
    return labels;
  }
}
