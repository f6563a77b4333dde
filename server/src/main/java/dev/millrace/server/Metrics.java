package dev.millrace.server;

import dev.millrace.runtime.RuntimeCounters;
import dev.millrace.runtime.local.EngineRuntime;
import dev.millrace.server.trace.OtlpSpans;
import dev.millrace.transport.Observer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** What the server counts, in the text form that Prometheus reads. Thread-safe. */
final class Metrics implements Observer {
  /** What a scraper is told the text is. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final int SERVER_ERROR = 500;
  private static final int STATUS_CLASS = 100;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ConcurrentHashMap<Served, Timer> timers = new ConcurrentHashMap<>();

  private record Served(String route, String method, int statusClass) {}

  Metrics(EngineRuntime runtime) {
    count(runtime, "commits", "batches made durable", RuntimeCounters::commits);
    count(runtime, "rows", "rows written by them", RuntimeCounters::rows);
    count(runtime, "commands", "commands decided", RuntimeCounters::commands);
    count(runtime, "instances.started", "instances started", RuntimeCounters::started);
    count(runtime, "instances.ended", "instances ended", RuntimeCounters::ended);
    count(runtime, "stale", "stale results and timers", RuntimeCounters::ignored);
    count(runtime, "quarantined", "instances set aside", RuntimeCounters::quarantined);
    count(runtime, "busy", "commands refused as too many", RuntimeCounters::busy);
    count(runtime, "loads", "instances read from the store", RuntimeCounters::loads);
    count(runtime, "timers.fired", "timers fired", RuntimeCounters::timersFired);
    count(runtime, "activities", "attempts of activities", RuntimeCounters::activities);
    count(runtime, "messages", "messages consumed", RuntimeCounters::messages);
    count(runtime, "duplicates", "messages dropped as known", RuntimeCounters::duplicates);
    count(runtime, "instances.purged", "instances removed", RuntimeCounters::purged);
    FunctionCounter.builder(
            "millrace.retention.purged", runtime, engine -> engine.retention().removedInstances())
        .description("instances removed because their time was over")
        .register(registry);
    FunctionCounter.builder(
            "millrace.retention.requests",
            runtime,
            engine -> engine.retention().forgottenRequests())
        .description("remembered requests forgotten as they expired")
        .register(registry);
    Gauge.builder("millrace.ready", runtime, engine -> engine.health().ready() ? 1 : 0)
        .description("1 while commands are taken")
        .register(registry);
    Gauge.builder(
            "millrace.heap.used.bytes",
            Runtime.getRuntime(),
            machine -> machine.totalMemory() - machine.freeMemory())
        .description("heap in use")
        .register(registry);
  }

  private void count(
      EngineRuntime runtime, String name, String words, ToDoubleFunction<RuntimeCounters> value) {
    FunctionCounter.builder(
            "millrace." + name, runtime, engine -> value.applyAsDouble(engine.counters()))
        .description(words)
        .register(registry);
  }

  /** Counts what becomes of spans, where spans are sent; does not keep their sender alive. */
  void spans(OtlpSpans spans) {
    FunctionCounter.builder("millrace.spans.exported", spans, OtlpSpans::exported)
        .description("spans that the receiver took")
        .register(registry);
    FunctionCounter.builder("millrace.spans.dropped", spans, OtlpSpans::dropped)
        .description("spans dropped as too many waited or the receiver did not take them")
        .register(registry);
  }

  @Override
  public void onRequest(String route, String method, int status, long nanos) {
    Served served = new Served(route, method, Math.min(status, SERVER_ERROR) / STATUS_CLASS);
    timers.computeIfAbsent(served, this::timer).record(Duration.ofNanos(nanos));
  }

  private Timer timer(Served served) {
    return Timer.builder("millrace.http.requests")
        .description("answered requests")
        .tag("route", served.route)
        .tag("method", served.method)
        .tag("status", served.statusClass + "xx")
        .publishPercentileHistogram(false)
        .register(registry);
  }

  /** All meters as text. */
  String text() {
    return registry.scrape();
  }
}
