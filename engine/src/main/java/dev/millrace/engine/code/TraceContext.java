package dev.millrace.engine.code;

import org.jspecify.annotations.Nullable;

/** A W3C trace context, carried along unread. */
public record TraceContext(String traceParent, String spanId, @Nullable String traceState) {}
