package dev.millrace.transport;

import io.helidon.common.socket.SocketOptions;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Socket options whose read timeout holds. The server accepts channels, and a channel has no such
 * option; left to itself the server would ignore the timeout and wait for ever.
 */
record TimedSockets(SocketOptions plain) implements SocketOptions {
  @Override
  public void configureSocket(SocketChannel channel) {
    SocketOptions.super.configureSocket(channel);
    try {
      // The channel keeps this view of itself, and the server reads through it.
      channel.socket().setSoTimeout(Math.toIntExact(readTimeout().toMillis()));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return plain.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return plain.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return plain.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return plain.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return plain.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return plain.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return plain.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return plain.tcpNoDelay();
  }
}
