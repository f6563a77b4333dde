package dev.millrace.transport.grpc;

import java.time.Duration;

/**
 * What one client may cost the server.
 *
 * @param maxMessageBytes largest message taken; beyond it {@code RESOURCE_EXHAUSTED}
 * @param maxMetadataBytes all metadata of a call together
 * @param maxCallsPerConnection most calls open at once on a connection; more wait in the client.
 *     Waiting for an instance is an open call, and a worker may share its connection with many
 *     waiters, so a small number would keep its answers from arriving
 * @param pingInterval how often a silent connection is probed
 * @param pingTimeout how long the answer to a probe may take; a worker whose process is busy
 *     answers late
 * @param clientPingInterval clients may not ping more often than this
 * @param maxIdle a connection without calls is closed after this; clients connect again
 * @param drain how long calls may go on after the listener was told to stop
 */
public record GrpcLimits(
    int maxMessageBytes,
    int maxMetadataBytes,
    int maxCallsPerConnection,
    Duration pingInterval,
    Duration pingTimeout,
    Duration clientPingInterval,
    Duration maxIdle,
    Duration drain) {

  /**
   * 64 MiB, 16 KiB, 100,000 calls; a probe every 10 s with 20 s to answer, pings of clients every 5
   * s, idle for 3 min, 2 s to drain. Known clients ping every 30 s or more, also without calls.
   */
  public static final GrpcLimits DEFAULT =
      new GrpcLimits(
          64 << 20,
          16 << 10,
          100_000,
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofMinutes(3),
          Duration.ofSeconds(2));

  /** The same with another limit for messages. */
  public GrpcLimits withMessages(int maxBytes) {
    return new GrpcLimits(
        maxBytes,
        maxMetadataBytes,
        maxCallsPerConnection,
        pingInterval,
        pingTimeout,
        clientPingInterval,
        maxIdle,
        drain);
  }

  /** Checks that every limit is positive. */
  public GrpcLimits {
    positive("maxMessageBytes", maxMessageBytes);
    positive("maxMetadataBytes", maxMetadataBytes);
    positive("maxCallsPerConnection", maxCallsPerConnection);
    positive("pingInterval in milliseconds", pingInterval.toMillis());
    positive("pingTimeout in milliseconds", pingTimeout.toMillis());
    positive("clientPingInterval in milliseconds", clientPingInterval.toMillis());
    positive("maxIdle in milliseconds", maxIdle.toMillis());
    positive("drain in milliseconds", drain.toMillis());
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("expected a positive " + name + ", found " + value);
    }
  }
}
