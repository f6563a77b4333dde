package dev.millrace.dialect.dapr.wire;

import dev.millrace.engine.code.TraceContext;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The trace of a call, from its headers: W3C's text, or the binary form of gRPC clients. */
public final class TraceHeaders {
  /** The header, and the option of a start, that carry the trace and the caller's span. */
  public static final String PARENT = TraceContext.PARENT_HEADER;

  /** What vendors add to it. */
  public static final String STATE = TraceContext.STATE_HEADER;

  /** The binary form. */
  public static final String BINARY = "grpc-trace-bin";

  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern SPAN_ID = Pattern.compile("[0-9a-f]{16}");
  private static final int BINARY_BYTES = 29;
  private static final int SPAN_FIELD = 1;
  private static final int FLAGS_FIELD = 2;

  private TraceHeaders() {}

  /** The trace that headers name; null when there is none, or what is there names none. */
  public static @Nullable TraceContext of(@Nullable String parent, @Nullable String state) {
    return TraceContext.ofHeaders(parent, state);
  }

  /** The same from the binary form: version, then trace, span and flags, each behind its number. */
  public static @Nullable TraceContext ofBinary(byte @Nullable [] header) {
    if (header == null || header.length != BINARY_BYTES) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(header);
    if (bytes.getShort() != 0) {
      return null;
    }
    String trace = "%016x%016x".formatted(bytes.getLong(), bytes.getLong());
    if (bytes.get() != SPAN_FIELD) {
      return null;
    }
    String span = "%016x".formatted(bytes.getLong());
    return bytes.get() == FLAGS_FIELD
        ? of("00-%s-%s-%02x".formatted(trace, span, bytes.get()), null)
        : null;
  }

  /** The W3C form of a trace; older clients send the ids of trace and span apart. */
  static String parent(String traceParent, String spanId) {
    return TRACE_ID.matcher(traceParent).matches() && SPAN_ID.matcher(spanId).matches()
        ? "00-%s-%s-01".formatted(traceParent, spanId)
        : traceParent;
  }
}
