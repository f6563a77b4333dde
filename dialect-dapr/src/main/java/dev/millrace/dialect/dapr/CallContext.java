package dev.millrace.dialect.dapr;

import dev.millrace.dialect.dapr.wire.TraceHeaders;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.transport.grpc.TokenGate;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/** What a gRPC call says of its caller beside the message: the application and the client. */
final class CallContext implements ServerInterceptor {
  private static final Context.Key<String> APP = Context.key("dapr-app-id");
  private static final Context.Key<TraceContext> TRACE = Context.key(TraceHeaders.PARENT);
  private static final Context.Key<String> AGENT = Context.key("user-agent");
  private static final Metadata.Key<String> APP_HEADER =
      Metadata.Key.of("dapr-app-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AGENT_HEADER =
      Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> TRACE_PARENT =
      Metadata.Key.of(TraceHeaders.PARENT, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACE_STATE =
      Metadata.Key.of(TraceHeaders.STATE, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> TRACE_BINARY =
      Metadata.Key.of(TraceHeaders.BINARY, Metadata.BINARY_BYTE_MARSHALLER);

  private final AppIds appIds;

  CallContext(AppIds appIds) {
    this.appIds = appIds;
  }

  /** The application the running call is for. */
  static String app() {
    return APP.get();
  }

  /** What the client of the running call says it is; empty when it says nothing. */
  static String userAgent() {
    return AGENT.get();
  }

  /** The trace that the running call belongs to; null for none. */
  static @Nullable TraceContext trace() {
    return TRACE.get();
  }

  private static @Nullable TraceContext trace(Metadata headers) {
    TraceContext text = TraceHeaders.of(headers.get(TRACE_PARENT), headers.get(TRACE_STATE));
    return text != null ? text : TraceHeaders.ofBinary(headers.get(TRACE_BINARY));
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String app = headers.get(APP_HEADER);
    try {
      Context context =
          Context.current()
              .withValue(APP, appIds.of(app, TokenGate.caller()))
              .withValue(TRACE, trace(headers))
              .withValue(AGENT, orEmpty(headers.get(AGENT_HEADER)));
      return Contexts.interceptCall(context, call, headers, next);
    } catch (DaprProblem e) {
      call.close(e.grpc().getStatus(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
