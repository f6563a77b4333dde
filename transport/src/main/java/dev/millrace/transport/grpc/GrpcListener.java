package dev.millrace.transport.grpc;

import dev.millrace.transport.TlsFiles;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Serves gRPC services over HTTP/2 without TLS. Every call runs on virtual threads and may block.
 * {@code grpc.health.v1} and reflection are served beside them. Made once, started once, closed
 * once; the methods are safe on any thread.
 */
public final class GrpcListener implements AutoCloseable {
  private static final int NOT_STARTED = -1;

  private final InetSocketAddress address;
  private final GrpcLimits limits;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HealthStatusManager health = new HealthStatusManager();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Server server;

  /** A listener that speaks without encryption, and does not listen yet. */
  public GrpcListener(
      InetSocketAddress address,
      GrpcLimits limits,
      List<? extends BindableService> services,
      List<? extends ServerInterceptor> interceptors) {
    this(address, limits, services, interceptors, null);
  }

  /**
   * A listener that does not listen yet.
   *
   * @param interceptors asked for every call, the first one first
   * @param tls null to speak without encryption
   * @throws IllegalArgumentException when the files cannot be used
   */
  public GrpcListener(
      InetSocketAddress address,
      GrpcLimits limits,
      List<? extends BindableService> services,
      List<? extends ServerInterceptor> interceptors,
      @Nullable TlsFiles tls) {
    this.address = address;
    this.limits = limits;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .executor(executor)
            .maxInboundMessageSize(limits.maxMessageBytes())
            .maxInboundMetadataSize(limits.maxMetadataBytes())
            .maxConcurrentCallsPerConnection(limits.maxCallsPerConnection())
            .keepAliveTime(limits.pingInterval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(limits.pingTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(limits.clientPingInterval().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(limits.maxIdle().toMillis(), TimeUnit.MILLISECONDS)
            .addService(UnreadableMessages.answered(health.getHealthService()))
            .addService(ProtoReflectionServiceV1.newInstance());
    if (tls != null) {
      secure(builder, tls);
    }
    services.forEach(service -> builder.addService(UnreadableMessages.answered(service)));
    // The builder calls the interceptor added last first.
    interceptors.reversed().forEach(builder::intercept);
    this.server = builder.build();
  }

  private static void secure(NettyServerBuilder builder, TlsFiles tls) {
    try {
      builder.useTransportSecurity(tls.certificate().toFile(), tls.key().toFile());
    } catch (RuntimeException e) {
      throw tls.unusable(e);
    }
  }

  /**
   * Binds and starts to serve.
   *
   * @throws IOException when the address cannot be bound
   */
  public void start() throws IOException {
    server.start();
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
  }

  /** The port in use; the chosen one when the address said 0, -1 before the start. */
  public int port() {
    int port = server.getPort();
    return port > 0 ? port : NOT_STARTED;
  }

  /** Tells those who check the health that nothing new should be sent here. */
  public void drain() {
    if (draining.compareAndSet(false, true)) {
      health.enterTerminalState();
    }
  }

  /**
   * Takes no new calls, waits a little for those in work, then ends them. End long streams before:
   * they do not end by themselves.
   */
  @Override
  public void close() {
    drain();
    server.shutdown();
    try {
      if (!server.awaitTermination(limits.drain().toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(limits.drain().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    executor.shutdownNow();
  }

  /** Where it listens, for messages. */
  @Override
  public String toString() {
    return "gRPC on " + address;
  }
}
