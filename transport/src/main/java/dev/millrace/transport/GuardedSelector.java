package dev.millrace.transport;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** Puts a {@link ConnectionGuard} between every socket and the HTTP/1.1 reader. */
final class GuardedSelector implements ServerConnectionSelector {
  private final ServerConnectionSelector http;
  private final Duration readTimeout;

  GuardedSelector(ServerConnectionSelector http, Duration readTimeout) {
    this.http = http;
    this.readTimeout = readTimeout;
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    ConnectionGuard guard = new ConnectionGuard(context.dataReader(), readTimeout);
    return new Connection(http.connection(new Context(context, guard)), guard);
  }

  /** The connection as the server sees it; being interruptable lets shutdown end idle ones. */
  private record Connection(ServerConnection http, ConnectionGuard guard)
      implements ServerConnection, InterruptableTask<Void> {
    @Override
    public void handle(Limit limit) throws InterruptedException {
      try {
        ScopedValue.where(ConnectionGuard.CURRENT, guard)
            .<Void, InterruptedException>call(() -> {
              http.handle(limit);
              return null;
            });
      } finally {
        guard.lingerIfUnread();
      }
    }

    @Override
    public Duration idleTime() {
      return http.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      http.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
      return http instanceof InterruptableTask<?> task && task.canInterrupt();
    }
  }

  /** The connection's context with the guarded reader in place of the plain one. */
  private static final class Context implements ConnectionContext {
    private final ConnectionContext plain;
    private final DataReader reader;

    Context(ConnectionContext plain, ConnectionGuard guard) {
      this.plain = plain;
      this.reader = DataReader.create(guard::pull);
    }

    @Override
    public DataReader dataReader() {
      return reader;
    }

    @Override
    public ListenerContext listenerContext() {
      return plain.listenerContext();
    }

    @Override
    public ExecutorService executor() {
      return plain.executor();
    }

    @Override
    public DataWriter dataWriter() {
      return plain.dataWriter();
    }

    @Override
    public Router router() {
      return plain.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
      return plain.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
      return plain.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
      return plain.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
      return plain.localPeer();
    }

    @Override
    public boolean isSecure() {
      return plain.isSecure();
    }

    @Override
    public String socketId() {
      return plain.socketId();
    }

    @Override
    public String childSocketId() {
      return plain.childSocketId();
    }
  }
}
