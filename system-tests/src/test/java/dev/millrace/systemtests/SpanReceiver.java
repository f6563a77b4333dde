package dev.millrace.systemtests;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A receiver of OTLP over HTTP that keeps the spans it is sent. Safe for all threads. */
public final class SpanReceiver implements AutoCloseable {
  private static final String PATH = "/v1/traces";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<String> services = new CopyOnWriteArrayList<>();

  private SpanReceiver(HttpServer server) {
    this.server = server;
  }

  /** A receiver on a free port. */
  public static SpanReceiver start() {
    try {
      SpanReceiver receiver =
          new SpanReceiver(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      receiver.server.setExecutor(receiver.threads);
      receiver.server.createContext(PATH, receiver::receive);
      receiver.server.start();
      return receiver;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The address to configure. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes());
      request
          .getResourceSpansList()
          .forEach(resource -> {
            resource
                .getResource()
                .getAttributesList()
                .forEach(attribute ->
                    services.add(attribute.getKey() + "=" + attribute.getValue().getStringValue()));
            resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
          });
      byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** What senders said of themselves, as {@code service.name=…}. */
  public List<String> services() {
    return List.copyOf(services);
  }

  /** The spans of a trace, by their begin, once there are so many. */
  public List<Span> await(String trace, int count) {
    Api.until(
        count + " spans of trace " + trace + ", found " + spans, () -> of(trace).size() >= count);
    return of(trace);
  }

  /** The spans of a trace that were received, by their begin. */
  public List<Span> of(String trace) {
    return spans.stream()
        .filter(span -> hex(span.getTraceId()).equals(trace))
        .sorted(
            Comparator.comparingLong(Span::getStartTimeUnixNano)
                .thenComparing(Comparator.comparingLong(Span::getEndTimeUnixNano).reversed()))
        .toList();
  }

  /** The one span of a name. */
  public static Span named(List<Span> spans, String name) {
    List<Span> found = spans.stream().filter(span -> span.getName().equals(name)).toList();
    if (found.size() != 1) {
      throw new AssertionError("expected one span " + name + ", found " + spans);
    }
    return found.getFirst();
  }

  /** An attribute as text, empty when it is not there. */
  public static String attribute(Span span, String key) {
    return span.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals(key))
        .map(attribute ->
            attribute.getValue().hasIntValue()
                ? Long.toString(attribute.getValue().getIntValue())
                : attribute.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  /** The digits of an id. */
  public static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
