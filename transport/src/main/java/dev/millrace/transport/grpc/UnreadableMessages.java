package dev.millrace.transport.grpc;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Tells a caller that its message is not of the method's type. Left to itself, the library answers
 * that something went wrong in the application, and logs it with a stack trace. For methods that
 * take one message: their code runs behind it, so that what is thrown here is of reading it.
 */
final class UnreadableMessages implements ServerInterceptor {
  /** As servers in Go say it, whose clients these are. */
  private static final Status UNREADABLE =
      Status.INTERNAL.withDescription(
          "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data");

  private UnreadableMessages() {}

  /** The same service, its messages read where what goes wrong can be answered. */
  static ServerServiceDefinition answered(BindableService service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()), new UnreadableMessages());
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(A message) {
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException e) {
          refused = true;
          call.close(UNREADABLE, new Metadata());
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }
}
