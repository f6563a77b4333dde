package dev.millrace.server.trace;

import dev.millrace.engine.code.TraceContext;
import dev.millrace.runtime.trace.Span;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A span in the form that the exporter takes. Immutable. */
final class EndedSpan implements SpanData {
  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("millrace");

  private final Span span;
  private final Resource resource;
  private final SpanContext own;
  private final SpanContext above;
  private final Attributes attributes;

  EndedSpan(Span span, Resource resource) {
    this.span = span;
    this.resource = resource;
    TraceContext at = span.at();
    TraceState state = state(at);
    own =
        SpanContext.create(
            at.traceId(), String.valueOf(at.ownSpan()), TraceFlags.getSampled(), state);
    above =
        at.parentSpan().equals(TraceContext.NO_SPAN)
            ? SpanContext.getInvalid()
            : SpanContext.createFromRemoteParent(
                at.traceId(), at.parentSpan(), TraceFlags.getSampled(), state);
    attributes = attributes(span.attributes());
  }

  /** What vendors added, read by the standard's own reader; empty where it cannot be read. */
  private static TraceState state(TraceContext at) {
    String text = at.traceState();
    if (text == null) {
      return TraceState.getDefault();
    }
    Map<String, String> headers =
        Map.of(
            TraceContext.PARENT_HEADER, at.within().traceParent(), TraceContext.STATE_HEADER, text);
    Context read =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, Headers.GETTER);
    return io.opentelemetry.api.trace.Span.fromContext(read).getSpanContext().getTraceState();
  }

  private enum Headers implements TextMapGetter<Map<String, String>> {
    GETTER;

    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }

  private static Attributes attributes(Map<String, Object> plain) {
    AttributesBuilder built = Attributes.builder();
    plain.forEach((name, value) -> {
      switch (value) {
        case Long number -> built.put(AttributeKey.longKey(name), number);
        case List<?> list ->
            built.put(
                AttributeKey.stringArrayKey(name), list.stream().map(String::valueOf).toList());
        default -> built.put(AttributeKey.stringKey(name), value.toString());
      }
    });
    return built.build();
  }

  private static long nanos(Instant at) {
    return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
  }

  @Override
  public String getName() {
    return span.name();
  }

  @Override
  public SpanKind getKind() {
    return switch (span.kind()) {
      case CLIENT -> SpanKind.CLIENT;
      case SERVER -> SpanKind.SERVER;
      case INTERNAL -> SpanKind.INTERNAL;
    };
  }

  @Override
  public SpanContext getSpanContext() {
    return own;
  }

  @Override
  public SpanContext getParentSpanContext() {
    return above;
  }

  @Override
  public StatusData getStatus() {
    String error = span.error();
    return error == null
        ? StatusData.unset()
        : StatusData.create(io.opentelemetry.api.trace.StatusCode.ERROR, error);
  }

  @Override
  public long getStartEpochNanos() {
    return nanos(span.start());
  }

  @Override
  public long getEndEpochNanos() {
    return nanos(span.end());
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public List<EventData> getEvents() {
    return List.of();
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return 0;
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }

  // The older form of the next, which the interface still wants.
  @SuppressWarnings("deprecation")
  @Override
  public io.opentelemetry.sdk.common.InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return io.opentelemetry.sdk.common.InstrumentationLibraryInfo.create(SCOPE.getName(), null);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return SCOPE;
  }

  @Override
  public Resource getResource() {
    return resource;
  }
}
