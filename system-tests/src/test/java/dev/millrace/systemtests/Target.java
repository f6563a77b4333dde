package dev.millrace.systemtests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The outside world of http tasks: an HTTP server that records every request and answers each path
 * as told. A path nobody told about answers 200 and its own path. Safe for all threads.
 */
final class Target implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, List<Hit>> hits = new ConcurrentHashMap<>();
  private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
  private volatile Behaviour otherwise = (hit, number) -> Reply.now(200, hit.path());
  private final List<CompletableFuture<Void>> gates = new CopyOnWriteArrayList<>();

  private Target(HttpServer server) {
    this.server = server;
  }

  /** One request as it came: {@code key} is its Idempotency-Key, {@code nanos} its arrival. */
  record Hit(String path, @Nullable String key, String body, long nanos) {}

  /** What to answer, once {@code when} is complete. */
  record Reply(int status, String body, CompletableFuture<Void> when) {

    static Reply now(int status, String body) {
      return new Reply(status, body, CompletableFuture.completedFuture(null));
    }
  }

  /** Decides the reply to the n-th request (from 1) to one path. */
  @FunctionalInterface
  interface Behaviour {
    Reply reply(Hit hit, int number);
  }

  static Target start() {
    try {
      Target target =
          new Target(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
      target.server.setExecutor(target.threads);
      target.server.createContext("/", target::handle);
      target.server.start();
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  void on(String path, Behaviour behaviour) {
    behaviours.put(path, behaviour);
  }

  /** What to answer on the paths that {@link #on} does not name. */
  void otherwise(Behaviour behaviour) {
    otherwise = behaviour;
  }

  /** Answers these statuses in turn; the last one for ever. */
  void statuses(String path, int... statuses) {
    on(
        path,
        (hit, number) -> Reply.now(statuses[Math.min(number, statuses.length) - 1], hit.path()));
  }

  /** Holds every request to the path back until this target closes. */
  void shut(String path) {
    hold(path, new CompletableFuture<>());
  }

  /** Holds every request to the path back until the returned gate is completed. */
  CompletableFuture<Void> gate(String path) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    hold(path, gate);
    return gate;
  }

  private void hold(String path, CompletableFuture<Void> gate) {
    gates.add(gate);
    on(path, (hit, number) -> new Reply(200, hit.path(), gate));
  }

  List<Hit> hits(String path) {
    return List.copyOf(hits.getOrDefault(path, List.of()));
  }

  /** The Idempotency-Keys seen on a path, each once. */
  List<@Nullable String> keys(String path) {
    return hits(path).stream().<@Nullable String>map(Hit::key).distinct().toList();
  }

  /** All requests in the order in which they came. */
  List<Hit> hits() {
    return hits.values().stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparingLong(Hit::nanos))
        .toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      Hit hit = new Hit(path, key, body, System.nanoTime());
      int number = note(hit);
      Behaviour behaviour = behaviours.getOrDefault(path, otherwise);
      Reply reply = behaviour.reply(hit, number);
      reply.when().join();
      byte[] answer = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(reply.status(), answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** Keeps a request; its number among those to its path, from 1. */
  private int note(Hit hit) {
    List<Hit> known = hits.computeIfAbsent(hit.path(), path -> new CopyOnWriteArrayList<>());
    synchronized (known) {
      known.add(hit);
      return known.size();
    }
  }

  @Override
  public void close() {
    gates.forEach(gate -> gate.complete(null));
    server.stop(0);
    threads.shutdownNow();
  }
}
