package dev.millrace.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.transport.BearerTokens;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpcListenerTest {
  private static final int MAX_MESSAGE = 4 << 20;
  private static final GrpcLimits LIMITS =
      new GrpcLimits(
          MAX_MESSAGE,
          16 << 10,
          100,
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Duration.ofMillis(200));
  private static final MethodDescriptor<byte[], byte[]> ECHO =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("test.Echo/Echo")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private @Nullable GrpcListener opened;
  private @Nullable ManagedChannel connected;

  @AfterEach
  void close() {
    if (connected != null) {
      connected.shutdownNow();
    }
    if (opened != null) {
      opened.close();
    }
  }

  @Test
  void shouldServeAndSayThatItDoes() throws IOException {
    open(List.of());

    assertThat(echo(new byte[] {1, 2})).containsExactly(1, 2);
    assertThat(
            HealthGrpc.newBlockingStub(channel())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void shouldSayThatAMessageIsNotOfTheMethodsType() throws IOException {
    open(List.of());
    MethodDescriptor<byte[], byte[]> check =
        ECHO.toBuilder().setFullMethodName("grpc.health.v1.Health/Check").build();

    for (byte[] broken : List.of(new byte[] {-1}, new byte[] {0x0a, 0x7f})) {
      assertThatThrownBy(
              () -> ClientCalls.blockingUnaryCall(channel(), check, CallOptions.DEFAULT, broken))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessage(
              "INTERNAL: grpc: error unmarshalling request: proto: cannot parse invalid"
                  + " wire-format data");
    }
    assertThat(ClientCalls.blockingUnaryCall(channel(), check, CallOptions.DEFAULT, new byte[0]))
        .as("the connection lives on")
        .isNotEmpty();
  }

  @Test
  void shouldRefuseMessagesBeyondTheLimit() throws IOException {
    open(List.of());

    assertThat(echo(new byte[MAX_MESSAGE])).hasSize(MAX_MESSAGE);
    assertThatThrownBy(() -> echo(new byte[MAX_MESSAGE + 1]))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  @Test
  void shouldLetInOnlyKnownTokensButAnswerHealth() throws IOException {
    open(List.of(new TokenGate(BearerTokens.ofTokens(Map.of("app", "secret")))));

    assertRefused(Map.of(), "missing api token in request metadata");
    assertRefused(Map.of("dapr-api-token", "wrong"), "authentication error: api token mismatch");
    assertThat(echo(new byte[] {7}, Map.of("dapr-api-token", "secret"))).containsExactly(7);
    assertThat(echo(new byte[] {7}, Map.of("authorization", "Bearer secret"))).containsExactly(7);
    assertThat(
            HealthGrpc.newBlockingStub(channel())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void shouldSayThatItDrains() throws IOException {
    open(List.of());

    listener().drain();

    assertThat(
            HealthGrpc.newBlockingStub(channel())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void shouldSayThatThePortIsTaken() throws IOException {
    open(List.of());
    GrpcListener second =
        new GrpcListener(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), listener().port()),
            LIMITS,
            List.of(),
            List.of());

    assertThatThrownBy(second::start).isInstanceOf(IOException.class);
    second.close();
  }

  private void assertRefused(Map<String, String> headers, String message) {
    assertThatThrownBy(() -> echo(new byte[0], headers))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
              assertThat(e.getStatus().getDescription()).isEqualTo(message);
            });
  }

  private void open(List<ServerInterceptor> interceptors) throws IOException {
    GrpcListener listener =
        new GrpcListener(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            LIMITS,
            List.of(() ->
                ServerServiceDefinition.builder("test.Echo")
                    .addMethod(
                        ECHO,
                        ServerCalls.asyncUnaryCall((request, answer) -> {
                          answer.onNext(request);
                          answer.onCompleted();
                        }))
                    .build()),
            interceptors);
    opened = listener;
    listener.start();
    connected =
        ManagedChannelBuilder.forAddress("127.0.0.1", listener.port())
            .usePlaintext()
            .maxInboundMessageSize(2 * MAX_MESSAGE)
            .build();
  }

  private GrpcListener listener() {
    return Objects.requireNonNull(opened);
  }

  private ManagedChannel channel() {
    return Objects.requireNonNull(connected);
  }

  private byte[] echo(byte[] message) {
    return echo(message, Map.of());
  }

  private byte[] echo(byte[] message, Map<String, String> headers) {
    Metadata metadata = new Metadata();
    headers.forEach((name, value) ->
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    ClientInterceptor attach = MetadataUtils.newAttachHeadersInterceptor(metadata);
    return ClientCalls.blockingUnaryCall(
        ClientInterceptors.intercept(channel(), attach), ECHO, CallOptions.DEFAULT, message);
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
