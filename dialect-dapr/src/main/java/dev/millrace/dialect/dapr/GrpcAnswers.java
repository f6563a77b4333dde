package dev.millrace.dialect.dapr;

import dev.millrace.runtime.EngineUnavailableException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Sends what a future gives as the one answer of a call. */
final class GrpcAnswers {
  private static final System.Logger LOGGER = System.getLogger(GrpcAnswers.class.getName());

  private GrpcAnswers() {}

  /** Answers once the future is done; a caller that went away is not answered. */
  static <T> void send(CompletableFuture<? extends T> future, StreamObserver<T> out) {
    if (out instanceof ServerCallStreamObserver<T> call) {
      // Without a handler, answering a call that was given up throws.
      call.setOnCancelHandler(() -> {});
    }
    complete(future, out);
  }

  /** As {@link #send}, and gives the source up when the caller goes away. */
  static <S, T> void sendWaiting(
      CompletableFuture<S> source, Function<S, T> answer, StreamObserver<T> out) {
    if (out instanceof ServerCallStreamObserver<T> call) {
      call.setOnCancelHandler(() -> source.cancel(false));
    }
    complete(source.thenApply(answer), out);
  }

  /**
   * As {@link #send}, for an answer that is read from the store: waits in the call's own thread, so
   * that nobody else's does.
   */
  static <S, T> void sendRead(
      CompletableFuture<S> source, Function<S, T> answer, StreamObserver<T> out) {
    CompletableFuture<T> read = new CompletableFuture<>();
    try {
      read.complete(answer.apply(HttpAnswers.await(source)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      read.cancel(false);
    } catch (RuntimeException e) {
      read.completeExceptionally(e);
    }
    send(read, out);
  }

  private static <T> void complete(CompletableFuture<? extends T> future, StreamObserver<T> out) {
    var _ =
        future.whenComplete((value, failure) -> {
          if (failure == null) {
            out.onNext(value);
            out.onCompleted();
          } else {
            out.onError(problem(failure));
          }
        });
  }

  static StatusRuntimeException problem(Throwable failure) {
    return switch (failure) {
      case CompletionException e when e.getCause() != null -> problem(e.getCause());
      case StatusRuntimeException e -> e;
      case DaprProblem e -> e.grpc();
      case EngineUnavailableException e ->
          Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException();
      case java.util.concurrent.CancellationException e ->
          Status.CANCELLED.withDescription("given up").asRuntimeException();
      default -> {
        LOGGER.log(System.Logger.Level.ERROR, "a call failed", failure);
        yield Status.INTERNAL
            .withDescription("the server failed; see its log")
            .asRuntimeException();
      }
    };
  }
}
