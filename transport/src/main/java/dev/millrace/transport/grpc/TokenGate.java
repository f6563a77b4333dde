package dev.millrace.transport.grpc;

import dev.millrace.transport.BearerTokens;
import dev.millrace.transport.Caller;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in that carry a known token: as {@code dapr-api-token}, or as {@code authorization:
 * Bearer}. Health checks need none.
 */
public final class TokenGate implements ServerInterceptor {
  private static final String BEARER = "bearer ";
  private static final String HEALTH_SERVICE = "grpc.health.v1.Health";
  private static final Metadata.Key<String> API_TOKEN =
      Metadata.Key.of("dapr-api-token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Caller> CALLER = Context.key("caller");

  private final BearerTokens tokens;

  /** A gate for these tokens. */
  public TokenGate(BearerTokens tokens) {
    this.tokens = tokens;
  }

  /** Who makes the running call; anonymous where no gate asked. */
  public static Caller caller() {
    Caller caller = CALLER.get();
    return caller == null ? Caller.ANONYMOUS : caller;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (HEALTH_SERVICE.equals(call.getMethodDescriptor().getServiceName())) {
      return next.startCall(call, headers);
    }
    String token = token(headers);
    if (token == null) {
      return refuse(call, "missing api token in request metadata");
    }
    Caller caller = tokens.caller(token);
    if (caller == null) {
      return refuse(call, "authentication error: api token mismatch");
    }
    return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
  }

  private static @Nullable String token(Metadata headers) {
    String token = headers.get(API_TOKEN);
    if (token != null) {
      return token;
    }
    String authorization = headers.get(AUTHORIZATION);
    return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? authorization.substring(BEARER.length()).trim()
        : null;
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
    call.close(Status.UNAUTHENTICATED.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
