package dev.millrace.engine.code;

import org.jspecify.annotations.Nullable;

/**
 * A W3C trace context: where something hangs in a trace.
 *
 * @param traceParent {@code 00-<trace>-<span>-<flags>}, the span above; carried along unread where
 *     {@code ownSpan} is null
 * @param spanId of older clients, else empty
 * @param ownSpan the span that this server makes here, 16 hexadecimal digits; null when it makes
 *     none
 */
public record TraceContext(
    String traceParent, String spanId, @Nullable String traceState, @Nullable String ownSpan) {

  /** The span above, where there is none: this one is the root of its trace. */
  public static final String NO_SPAN = "0".repeat(16);

  /** The headers that carry the span above, and what vendors add. */
  public static final String PARENT_HEADER = "traceparent";

  public static final String STATE_HEADER = "tracestate";

  private static final int MAX_STATE = 512;
  private static final int TRACE_BEGIN = 3;
  private static final int TRACE_END = 35;
  private static final int SPAN_BEGIN = 36;
  private static final int SPAN_END = 52;
  private static final int LENGTH = 55;
  private static final String NO_TRACE = "0".repeat(TRACE_END - TRACE_BEGIN);
  private static final int HEX = 16;

  /** What a caller sent, carried along. */
  public TraceContext(String traceParent, String spanId, @Nullable String traceState) {
    this(traceParent, spanId, traceState, null);
  }

  /**
   * The root of a trace of its own, with a span.
   *
   * @param trace 32 hexadecimal digits
   * @param span 16 hexadecimal digits
   */
  public static TraceContext root(String trace, String span) {
    return new TraceContext("00-%s-%s-01".formatted(trace, NO_SPAN), "", null, span);
  }

  /**
   * The trace that headers name, as HTTP and gRPC carry them; null when there is none, or what is
   * there names none.
   */
  public static @Nullable TraceContext ofHeaders(@Nullable String parent, @Nullable String state) {
    if (parent == null) {
      return null;
    }
    boolean told = state != null && !state.isEmpty() && state.length() <= MAX_STATE;
    TraceContext context = new TraceContext(parent, "", told ? state : null);
    return context.named() ? context : null;
  }

  /** Whether this server makes a span here. */
  public boolean recorded() {
    return ownSpan != null;
  }

  /** Whether it names a trace, and a span above. */
  public boolean named() {
    return valid() && !traceId().equals(NO_TRACE) && !parentSpan().equals(NO_SPAN);
  }

  /** Whether it has the form of the standard; the ids may be those that name nothing. */
  public boolean valid() {
    return traceParent.length() == LENGTH
        && hex(0, TRACE_BEGIN - 1)
        && traceParent.charAt(TRACE_BEGIN - 1) == '-'
        && hex(TRACE_BEGIN, TRACE_END)
        && traceParent.charAt(TRACE_END) == '-'
        && hex(SPAN_BEGIN, SPAN_END)
        && traceParent.charAt(SPAN_END) == '-'
        && hex(SPAN_END + 1, LENGTH);
  }

  /** Whether there are digits only, in the small letters that the standard wants. */
  private boolean hex(int from, int to) {
    for (int i = from; i < to; i++) {
      char digit = traceParent.charAt(i);
      if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  /** Whether whoever is above makes spans, as its flags say. */
  public boolean sampled() {
    return valid() && (Integer.parseInt(traceParent.substring(SPAN_END + 1), HEX) & 1) == 1;
  }

  /** The trace; 32 hexadecimal digits. Only of what is {@link #valid}. */
  public String traceId() {
    return traceParent.substring(TRACE_BEGIN, TRACE_END);
  }

  /** The span above, {@link #NO_SPAN} for none. Only of what is {@link #valid}. */
  public String parentSpan() {
    return traceParent.substring(SPAN_BEGIN, SPAN_END);
  }

  /** With a span of this server's. */
  public TraceContext recording(String span) {
    return new TraceContext(traceParent, spanId, traceState, span);
  }

  /** What others are told who hang spans below the one made here; itself if none is made. */
  public TraceContext within() {
    return ownSpan == null
        ? this
        : new TraceContext("00-%s-%s-01".formatted(traceId(), ownSpan), "", traceState);
  }

  /** What others are told of the span above; of the root's, itself, as there is none above. */
  public TraceContext told() {
    return recorded() && parentSpan().equals(NO_SPAN) ? within() : this;
  }

  /**
   * What hangs below the span made here and has a span of its own; itself if none is made here.
   *
   * @param number tells those below one span apart; an equal number gives an equal span, so that
   *     nothing need be kept of it
   */
  public TraceContext below(long number) {
    return ownSpan == null ? this : within().recording(span(ownSpan, number));
  }

  private static String span(String above, long number) {
    long mixed = Long.parseUnsignedLong(above, HEX) + (number + 1) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    return "%016x".formatted(mixed == 0 ? 1 : mixed);
  }
}
