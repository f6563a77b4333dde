package dev.millrace.runtime.trace;

/** Takes spans that have ended. Thread-safe; never blocks and never fails. */
@FunctionalInterface
public interface SpanSink {

  /** Drops everything. */
  SpanSink NONE = span -> {};

  /** Takes a span, or drops and counts it when there are too many. */
  void take(Span span);
}
