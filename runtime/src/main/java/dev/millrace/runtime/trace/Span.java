package dev.millrace.runtime.trace;

import dev.millrace.engine.code.TraceContext;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One span, which has ended.
 *
 * @param at names its trace, the span above and its own, so {@link TraceContext#recorded}
 * @param attributes text, longs and lists of text
 * @param error why it failed; null when it did not
 */
public record Span(
    String name,
    Kind kind,
    TraceContext at,
    Instant start,
    Instant end,
    Map<String, Object> attributes,
    @Nullable String error) {

  public Span {
    if (!at.recorded() || !at.valid()) {
      throw new IllegalArgumentException(
          "expected a trace context with a span of its own, found " + at);
    }
  }

  /** On which side of a call it lies. */
  public enum Kind {
    CLIENT,
    SERVER,
    INTERNAL
  }
}
