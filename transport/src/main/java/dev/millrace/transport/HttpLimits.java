package dev.millrace.transport;

import java.time.Duration;

/**
 * What one caller may cost the server. Every limit has a defined answer.
 *
 * @param maxBodyBytes largest request body in bytes; beyond it 413
 * @param maxHeaderBytes all header lines together in bytes; beyond it 431
 * @param maxUrlBytes path and query as sent, in bytes; beyond it 414
 * @param readTimeout longest pause between two reads, longest life of an idle connection and
 *     longest time for a whole request header; a body may take as long again plus a second for
 *     every 16 KiB received, after which the answer is 408
 * @param maxConnections most open connections; more wait in the accept queue of the system
 * @param maxConcurrentRequests most requests in work; beyond it 503 with {@code Retry-After}
 */
public record HttpLimits(
    int maxBodyBytes,
    int maxHeaderBytes,
    int maxUrlBytes,
    Duration readTimeout,
    int maxConnections,
    int maxConcurrentRequests) {

  /** 4 MiB, 16 KiB, 16 KiB, 10 s, 4096 connections, 512 requests. */
  public static final HttpLimits DEFAULT =
      new HttpLimits(4 << 20, 16 << 10, 16 << 10, Duration.ofSeconds(10), 4_096, 512);

  /** Checks that every limit is positive. */
  public HttpLimits {
    positive("maxBodyBytes", maxBodyBytes);
    positive("maxHeaderBytes", maxHeaderBytes);
    positive("maxUrlBytes", maxUrlBytes);
    positive("readTimeout in milliseconds", readTimeout.toMillis());
    positive("maxConnections", maxConnections);
    positive("maxConcurrentRequests", maxConcurrentRequests);
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("expected a positive " + name + ", found " + value);
    }
  }
}
