package dev.millrace.server.trace;

import dev.millrace.runtime.trace.Span;
import dev.millrace.runtime.trace.SpanSink;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends spans over OTLP/HTTP, from a thread of its own. What waits is bounded; whatever does not
 * fit, or what the receiver does not take in time, is dropped and counted. Thread-safe.
 */
public final class OtlpSpans implements SpanSink, AutoCloseable {
  /** How many spans wait while the receiver is slow or away. */
  private static final int MOST_WAITING = 10_000;

  /** How many are sent at once. */
  private static final int MOST_AT_ONCE = 512;

  /** How long spans wait for others to be sent with. */
  private static final Duration LINGER = Duration.ofMillis(200);

  /** How long the receiver may take for what is sent at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long closing waits for what is left to be sent. */
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(3);

  private final BlockingQueue<Span> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final LongAdder exported = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Resource resource;
  private final OtlpHttpSpanExporter exporter;
  private final Thread sender;
  private volatile boolean closing;

  /**
   * Starts to send.
   *
   * @param endpoint the address that spans are posted to, with its path
   */
  public OtlpSpans(URI endpoint, String version) {
    resource =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "millrace",
                        AttributeKey.stringKey("service.version"),
                        version)));
    exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint.toString())
            .setTimeout(PATIENCE)
            .setConnectTimeout(PATIENCE)
            // What is late already is not sent again; the next spans are.
            .setRetryPolicy(null)
            .build();
    sender = Thread.ofPlatform().name("millrace-spans").daemon(true).start(this::send);
  }

  @Override
  public void take(Span span) {
    if (closing || !waiting.offer(span)) {
      dropped.increment();
    }
  }

  /** How many spans the receiver took. */
  public long exported() {
    return exported.sum();
  }

  /** How many spans were dropped, as too many waited or the receiver did not take them. */
  public long dropped() {
    return dropped.sum();
  }

  private void send() {
    try {
      while (!closing || !waiting.isEmpty()) {
        List<Span> batch = gather();
        if (!batch.isEmpty()) {
          export(batch);
        }
      }
    } catch (InterruptedException e) {
      // Closing took too long: what is left is dropped.
      dropped.add(waiting.size());
    }
  }

  private List<Span> gather() throws InterruptedException {
    List<Span> batch = new ArrayList<>();
    long until = System.nanoTime() + LINGER.toNanos();
    while (batch.size() < MOST_AT_ONCE) {
      Span next = next(closing ? 0 : until - System.nanoTime());
      if (next == null) {
        break;
      }
      batch.add(next);
      waiting.drainTo(batch, MOST_AT_ONCE - batch.size());
    }
    return batch;
  }

  private @Nullable Span next(long nanos) throws InterruptedException {
    return nanos <= 0 ? waiting.poll() : waiting.poll(nanos, TimeUnit.NANOSECONDS);
  }

  private void export(List<Span> batch) throws InterruptedException {
    CompletableResultCode result;
    try {
      List<SpanData> ended = new ArrayList<>(batch.size());
      batch.forEach(span -> ended.add(new EndedSpan(span, resource)));
      result = exporter.export(ended).join(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      System.getLogger(OtlpSpans.class.getName())
          .log(System.Logger.Level.WARNING, "spans could not be sent", e);
      dropped.add(batch.size());
      return;
    }
    if (result.isSuccess()) {
      exported.add(batch.size());
    } else {
      dropped.add(batch.size());
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** Sends what waits, as long as that takes no more than some seconds, and ends. */
  @Override
  public void close() {
    closing = true;
    try {
      if (!sender.join(LAST_PATIENCE)) {
        sender.interrupt();
      }
    } catch (InterruptedException e) {
      sender.interrupt();
      Thread.currentThread().interrupt();
    }
    var _ = exporter.shutdown();
  }
}
