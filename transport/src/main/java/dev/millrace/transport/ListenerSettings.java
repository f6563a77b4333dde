package dev.millrace.transport;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a {@link HttpListener} listens.
 *
 * @param address host name or address to bind to, as {@code 127.0.0.1}
 * @param port TCP port; 0 takes a free one, see {@link HttpListener#port()}
 * @param limits bounds on what callers may send
 * @param openPaths paths served without authentication, while draining and beyond the bound on
 *     concurrent requests, as {@code /healthz}; compared for equality with the normalized path,
 *     never as prefixes
 * @param tls null to speak without encryption
 */
public record ListenerSettings(
    String address, int port, HttpLimits limits, Set<String> openPaths, @Nullable TlsFiles tls) {
  private static final int MAX_PORT = 65_535;

  /** Checks the port and copies the paths. */
  public ListenerSettings {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("expected a port from 0 to 65535, found " + port);
    }
    openPaths = Set.copyOf(openPaths);
  }

  /** Settings for a listener that speaks without encryption. */
  public ListenerSettings(String address, int port, HttpLimits limits, Set<String> openPaths) {
    this(address, port, limits, openPaths, null);
  }

  /** Settings with {@link HttpLimits#DEFAULT} and no open paths. */
  public static ListenerSettings of(String address, int port) {
    return new ListenerSettings(address, port, HttpLimits.DEFAULT, Set.of());
  }
}
