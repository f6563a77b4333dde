package dev.millrace.dialect.dapr;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.runtime.trace.Span;
import dev.millrace.runtime.trace.Tracing;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one start: the call that asked for it, and below it the creation, below which the
 * run of the workflow hangs. They are told when the start is answered.
 */
final class StartSpans {
  private final Tracing tracing;
  private final InstanceKey key;
  private final String workflow;
  private final @Nullable String call;
  private final TraceContext outer;
  private final TraceContext creation;
  private final Instant begun;

  private StartSpans(
      Tracing tracing,
      InstanceKey key,
      CodeStart start,
      @Nullable String call,
      TraceContext outer) {
    this.tracing = tracing;
    this.key = key;
    this.workflow = start.name();
    this.call = call;
    this.outer = outer;
    this.creation = call == null ? outer : outer.within().recording(tracing.freshSpan());
    this.begun = tracing.now();
  }

  /** Null for a start that is not traced. */
  static @Nullable StartSpans of(
      Tracing tracing, InstanceKey key, CodeStart start, @Nullable String call) {
    TraceContext outer = tracing.on() ? tracing.begin(start.trace()) : null;
    return outer == null || !outer.recorded()
        ? null
        : new StartSpans(tracing, key, start, call, outer);
  }

  /** Where the workflow hangs. */
  TraceContext below() {
    return creation.within().recording(tracing.freshSpan());
  }

  /** The start was answered. */
  void end(@Nullable Reply reply, @Nullable Throwable failure) {
    Instant now = tracing.now();
    String error =
        failure != null
            ? String.valueOf(failure.getMessage())
            : reply instanceof Reply.Rejected rejected ? rejected.message() : null;
    if (call != null) {
      tracing.take(new Span(call, Span.Kind.SERVER, outer, begun, now, rpc(call), error));
    }
    tracing.take(
        new Span(
            "create_orchestration||" + workflow,
            Span.Kind.CLIENT,
            creation,
            begun,
            now,
            Map.of(
                "durabletask.type",
                "orchestration",
                "durabletask.task.name",
                workflow,
                "durabletask.task.instance_id",
                key.uid()),
            error));
  }

  private static Map<String, Object> rpc(String call) {
    int slash = call.lastIndexOf('/');
    return Map.of(
        "rpc.system",
        "grpc",
        "rpc.service",
        call.substring(1, slash),
        "rpc.method",
        call.substring(slash + 1));
  }
}
