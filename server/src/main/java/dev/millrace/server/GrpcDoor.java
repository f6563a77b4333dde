package dev.millrace.server;

import dev.millrace.dialect.dapr.DaprDialect;
import dev.millrace.server.config.Configuration;
import dev.millrace.transport.BearerTokens;
import dev.millrace.transport.grpc.GrpcLimits;
import dev.millrace.transport.grpc.GrpcListener;
import dev.millrace.transport.grpc.TokenGate;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The gRPC side of the server: the listener and the streams that must end before it. */
final class GrpcDoor implements AutoCloseable {
  private final DaprDialect dialect;
  private final GrpcListener listener;
  private final String where;

  GrpcDoor(Configuration configuration, DaprDialect dialect) {
    this.dialect = dialect;
    // Workers cannot sign in: without tokens they are let in from this machine only.
    String address =
        configuration.access().signIn().everywhere()
            ? "127.0.0.1"
            : configuration.listening().httpAddress();
    int port = configuration.listening().grpcPort();
    this.where = address + " port " + port;
    List<ServerInterceptor> interceptors = new ArrayList<>();
    Map<String, String> hashes = configuration.access().tokenHashes();
    if (!hashes.isEmpty()) {
      interceptors.add(new TokenGate(BearerTokens.ofHashes(hashes)));
    }
    interceptors.addAll(dialect.interceptors());
    this.listener =
        new GrpcListener(
            new InetSocketAddress(resolved(address), port),
            GrpcLimits.DEFAULT.withMessages(configuration.code().maxReceiveBytes()),
            dialect.services(),
            interceptors,
            configuration.listening().tls());
  }

  private static InetAddress resolved(String address) {
    try {
      return InetAddress.getAllByName(address)[0];
    } catch (UnknownHostException e) {
      throw new ServerException("expected an address or a name that resolves, found " + address, e);
    }
  }

  void start() {
    try {
      listener.start();
    } catch (IOException e) {
      String cause = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
      boolean taken = cause.contains("in use");
      throw new ServerException(
          "cannot listen for gRPC on %s: %s; choose another with --grpc-port"
              .formatted(where, taken ? "the address is already in use" : cause),
          e,
          taken);
    }
  }

  int port() {
    return listener.port();
  }

  void drain() {
    listener.drain();
  }

  @Override
  public void close() {
    dialect.close();
    listener.close();
  }
}
