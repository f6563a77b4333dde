package dev.millrace.transport;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.pki.PemKeys;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;

/**
 * Serves {@link Routes} over HTTP/1.1. Every connection has a virtual thread, on which handlers run
 * and may block. Made once, started once, closed once; the methods are safe on any thread.
 */
public final class HttpListener implements AutoCloseable {
  /** Method, blanks and version around the URL in the first line of a request. */
  private static final int REQUEST_LINE_SLACK = 64;

  private final ListenerSettings settings;
  private final RequestGate gate;
  private final WebServer server;

  /**
   * A listener that does not listen yet.
   *
   * @param authenticator asked before routing for every path but the open ones
   * @param observer told of every answer
   */
  public HttpListener(
      ListenerSettings settings, Routes routes, Authenticator authenticator, Observer observer) {
    this.settings = settings;
    this.gate = new RequestGate(settings.limits().maxConcurrentRequests());
    ErrorAnswers errors = new ErrorAnswers(routes, observer, settings.limits());
    RequestPipeline pipeline = new RequestPipeline(settings, routes, authenticator, errors, gate);
    this.server = build(settings, pipeline, errors);
  }

  private static WebServer build(
      ListenerSettings settings, RequestPipeline pipeline, ErrorAnswers errors) {
    HttpLimits limits = settings.limits();
    Http1Config http =
        Http1Config.builder()
            .maxPrologueLength(limits.maxUrlBytes() + REQUEST_LINE_SLACK)
            .maxHeadersSize(limits.maxHeaderBytes())
            // Paths and queries are checked once, by RequestPath.
            .validatePath(false)
            .validatePrologue(false)
            // A caller that waits for a 100 is refused before it sends its body, not after.
            .continueImmediately(false)
            .addReceiveListener(new HeaderChecks())
            .build();
    DirectHandlers.Builder direct = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      direct.addHandler(type, errors);
    }
    WebServerConfig.Builder server = WebServer.builder();
    if (settings.tls() != null) {
      server.tls(tls(settings.tls()));
    }
    return server
        .host(settings.address())
        .port(settings.port())
        .shutdownHook(false)
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .concurrencyLimitDiscoverServices(false)
        .contentEncoding(
            ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
        .mediaContext(MediaContext.builder().mediaSupportsDiscoverServices(false).build())
        .useNio(false)
        .maxTcpConnections(limits.maxConnections())
        .maxPayloadSize(limits.maxBodyBytes())
        .connectionOptions(
            new TimedSockets(
                SocketOptions.builder().readTimeout(limits.readTimeout()).tcpNoDelay(true).build()))
        .directHandlers(direct.build())
        .addConnectionSelector(
            new GuardedSelector(
                Http1ConnectionSelector.builder().config(http).build(), limits.readTimeout()))
        .routing(HttpRouting.builder().any(pipeline))
        .build();
  }

  private static Tls tls(TlsFiles files) {
    try {
      Keys keys =
          Keys.builder()
              .pem(
                  PemKeys.builder()
                      .key(Resource.create(files.key()))
                      .certChain(Resource.create(files.certificate()))
                      .build())
              .build();
      checkPair(keys.privateKey().orElseThrow(), keys.certChain().getFirst());
      return Tls.builder().privateKey(keys).privateKeyCertChain(keys).build();
    } catch (RuntimeException | GeneralSecurityException e) {
      throw files.unusable(e);
    }
  }

  /** A key of another certificate would be noticed by the first caller only. */
  private static void checkPair(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case String other -> other;
        };
    byte[] probe = {1};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(probe);
    if (!signature.verify(signed)) {
      throw new InvalidKeyException("the key of another certificate");
    }
  }

  /**
   * Binds and starts to serve.
   *
   * @throws IllegalStateException when the address cannot be bound
   */
  public void start() {
    try {
      server.start();
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "cannot listen on %s port %d: %s"
              .formatted(settings.address(), settings.port(), e.getMessage()),
          e);
    }
    if (!server.isRunning()) {
      throw new IllegalStateException(
          "cannot listen on %s port %d".formatted(settings.address(), settings.port()));
    }
  }

  /** The port in use; the chosen one when the settings said 0, -1 before the start. */
  public int port() {
    return server.port();
  }

  /** How many requests are in work now. */
  public int runningRequests() {
    return gate.running();
  }

  /**
   * Takes no new work any more: requests get 503 {@code draining} with {@code Retry-After} and the
   * end of their connection, open paths are still served. Waits for the requests in work.
   *
   * @return whether all of them ended in time
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    return gate.drain(atMost);
  }

  /** Stops at once; requests still in work are interrupted. Call {@link #drain} before. */
  @Override
  public void close() {
    server.stop();
  }
}
