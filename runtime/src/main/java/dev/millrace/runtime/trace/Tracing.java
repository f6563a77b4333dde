package dev.millrace.runtime.trace;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.runtime.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which instances are traced, and what is told of them.
 *
 * <p>Whether an instance is traced is decided once, when it starts, and kept with it: {@link
 * TraceContext#recorded}. All its spans, those of later servers included, then belong to one trace.
 * A span is told once, after the commit of what ended it; one that was not told when the server
 * died is lost.
 *
 * <p>Thread-safe, except {@link #committed}, which belongs to the lane.
 */
public final class Tracing {

  /** Nothing is traced; what callers send is carried along. */
  public static final Tracing OFF = new Tracing(SpanSink.NONE, 0, () -> 0, Clock.SYSTEM, false);

  private static final long POSITIVE = Long.MAX_VALUE;

  private final SpanSink sink;
  private final double ratio;
  private final LongSupplier chance;
  private final Clock clock;
  private final boolean on;
  private final CommittedSpans spans;

  private Tracing(SpanSink sink, double ratio, LongSupplier chance, Clock clock, boolean on) {
    this.sink = sink;
    this.ratio = ratio;
    this.chance = chance;
    this.clock = clock;
    this.on = on;
    this.spans = new CommittedSpans(sink);
  }

  /**
   * Tells spans to a sink.
   *
   * @param ratio how many of the starts without a trace of their caller are traced, 0 to 1; those
   *     with one are traced as the caller's flag says
   * @param chance what ids are drawn from; thread-safe
   */
  public static Tracing to(SpanSink sink, double ratio, LongSupplier chance, Clock clock) {
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new IllegalArgumentException("expected a ratio from 0 to 1, found " + ratio);
    }
    return new Tracing(sink, ratio, chance, clock, true);
  }

  /** Whether spans are made at all. */
  public boolean on() {
    return on;
  }

  /**
   * Decides whether something that begins below its caller is traced.
   *
   * @param caller what the caller sent, null for nothing
   * @return with a span of its own when it is traced; else what the caller sent
   */
  public @Nullable TraceContext begin(@Nullable TraceContext caller) {
    if (!on || (caller != null && caller.recorded())) {
      return caller;
    }
    if (caller != null && caller.named()) {
      return caller.sampled() ? caller.recording(freshSpan()) : caller;
    }
    long low = chance.getAsLong();
    // As the standard samplers do: by the end of the trace's id.
    boolean taken = ratio >= 1 || (low & POSITIVE) < (long) (ratio * POSITIVE);
    return taken
        ? TraceContext.root("%016x%016x".formatted(chance.getAsLong() | 1, low), freshSpan())
        : caller;
  }

  /** The number of a span, 16 hexadecimal digits, not all zero. */
  public String freshSpan() {
    return "%016x".formatted(chance.getAsLong() | 1);
  }

  /** The time that spans made elsewhere begin and end at. */
  public Instant now() {
    return clock.now();
  }

  /** Tells a span that is made elsewhere. */
  public void take(Span span) {
    sink.take(span);
  }

  /** Whether a decision may have ended spans. */
  public boolean concerns(@Nullable InstanceState before, InstanceState after) {
    return on && (recorded(after) || (before != null && recorded(before)));
  }

  private static boolean recorded(InstanceState state) {
    CodeState code = state.code();
    TraceContext trace = code == null ? state.header().origin().trace() : code.started().trace();
    return trace != null && trace.recorded() && trace.valid();
  }

  /**
   * Tells the spans that ended with a decision, which is committed.
   *
   * @param before null for a start
   */
  public void committed(
      @Nullable InstanceState before, InstanceState after, List<HistoryEvent> events) {
    spans.committed(before, after, events);
  }
}
