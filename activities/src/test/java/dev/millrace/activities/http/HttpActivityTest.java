package dev.millrace.activities.http;

import static dev.millrace.activities.ActivityCalls.failure;
import static dev.millrace.activities.ActivityCalls.input;
import static dev.millrace.activities.ActivityCalls.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.activities.ActivityCalls;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.ActivityException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpActivityTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

  /** What the server saw of one request. */
  private record Seen(String method, String uri, Headers headers, String body) {}

  private final CompletableFuture<Seen> seen = new CompletableFuture<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger requests = new AtomicInteger();
  private ExecutorService threads;
  private HttpServer server;
  private HttpActivity http;
  private String base;

  @BeforeEach
  void start() throws IOException {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    base = "http://127.0.0.1:" + server.getAddress().getPort();
    http = new HttpActivity(loopback(), CLOCK);
  }

  @AfterEach
  void stop() {
    release.countDown();
    server.stop(0);
    threads.close();
    http.close();
  }

  private EgressPolicy loopback() {
    return EgressPolicy.allowing(List.of("127.0.0.1:" + server.getAddress().getPort()));
  }

  private void answer(String path, int status, Map<String, String> headers, String body) {
    server.createContext(
        path,
        exchange -> {
          requests.incrementAndGet();
          record(exchange);
          headers.forEach(exchange.getResponseHeaders()::set);
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          boolean none = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(status, none ? -1 : bytes.length);
          if (!none) {
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
  }

  private void record(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    seen.complete(
        new Seen(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders(),
            body));
  }

  private static Map<String, @Nullable Object> with(String url, Object... more) {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("url", url);
    for (int i = 0; i < more.length; i += 2) {
      parameters.put((String) more[i], more[i + 1]);
    }
    return parameters;
  }

  @Test
  void shouldSendAndReadJson() throws Exception {
    answer("/a", 200, Map.of("Content-Type", "application/json", "X-B", "c"), "{\"n\":[1,2.50]}");
    Object output =
        run(
            http,
            with(
                base + "/a?x=1",
                "method",
                "post",
                "query",
                Map.of("q", List.of("a b", 2L)),
                "headers",
                Map.of("X-One", "1", "X-Two", 2L),
                "body",
                Map.of("k", "Zürich")));
    assertThat(JsonValue.get(output, "status")).isEqualTo(200L);
    assertThat(JsonValue.get(output, "headers"))
        .isInstanceOfSatisfying(Map.class, map -> assertThat(map.get("x-b")).isEqualTo("c"));
    assertThat(JsonValue.get(output, "body"))
        .isEqualTo(Map.of("n", List.of(1L, new java.math.BigDecimal("2.50"))));
    Seen request = seen.get();
    assertThat(request.method).isEqualTo("POST");
    assertThat(request.uri).isEqualTo("/a?x=1&q=a+b&q=2");
    assertThat(request.body).isEqualTo("{\"k\":\"Zürich\"}");
    assertThat(request.headers.getFirst("Content-Type")).isEqualTo("application/json");
    assertThat(request.headers.getFirst("X-One")).isEqualTo("1");
    assertThat(request.headers.getFirst("X-Two")).isEqualTo("2");
    assertThat(request.headers.getFirst("Idempotency-Key")).isEqualTo(ActivityCalls.KEY);
    assertThat(request.headers.getFirst("X-Millrace-Attempt")).isEqualTo("1");
    assertThat(request.headers).doesNotContainKey("Cookie");
  }

  @Test
  void shouldSendFormsAndText() throws Exception {
    answer("/form", 200, Map.of(), "ok");
    Map<String, Object> type = Map.of("content-type", "application/x-www-form-urlencoded");
    Object output =
        run(
            http,
            with(base + "/form", "method", "POST", "headers", type, "body", Map.of("a", "b&c")));
    assertThat(JsonValue.get(output, "body")).isEqualTo("ok");
    assertThat(seen.get().body).isEqualTo("a=b%26c");
  }

  @ParameterizedTest
  @CsvSource({
    "auto, application/json, '{\"a\":1}', true",
    "auto, application/problem+json, '{\"a\":1}', true",
    "auto, text/plain, '{\"a\":1}', false",
    "json, text/plain, '{\"a\":1}', true",
    "text, application/json, '{\"a\":1}', false"
  })
  void shouldReadByResponseType(String type, String contentType, String body, boolean parsed)
      throws Exception {
    answer("/t", 200, Map.of("Content-Type", contentType), body);
    Object output = run(http, with(base + "/t", "responseType", type));
    assertThat(JsonValue.get(output, "body")).isEqualTo(parsed ? Map.of("a", 1L) : body);
  }

  @Test
  void shouldRefuseWhatIsNotTheDemandedJson() {
    answer("/t", 200, Map.of("Content-Type", "text/html"), "<html>");
    ActivityException failure = failure(http, with(base + "/t", "responseType", "json"));
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure).hasMessageContaining("not valid JSON");
  }

  @Test
  void shouldSendCredentials() throws Exception {
    answer("/basic", 204, Map.of(), "");
    Object output =
        run(
            http,
            with(
                base + "/basic",
                "auth",
                Map.of("type", "basic", "username", "Aladdin", "password", "open sesame")));
    assertThat(JsonValue.get(output, "body")).isNull();
    assertThat(seen.get().headers.getFirst("Authorization"))
        .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  }

  @ParameterizedTest
  @CsvSource({
    "400, false",
    "404, false",
    "408, true",
    "425, true",
    "429, true",
    "500, true",
    "503, true"
  })
  void shouldFailWithTheStatus(int status, boolean retryable) {
    answer("/s", status, Map.of("Content-Type", "application/json"), "{\"why\":\"x\"}");
    ActivityException failure = failure(http, with(base + "/s"));
    assertThat(failure.type()).isEqualTo("http." + status);
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(JsonValue.get(failure.detail(), "body")).isEqualTo(Map.of("why", "x"));
    assertThat(requests).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"404", "'200,404'", "400-499", "4xx"})
  void shouldTakeOtherStatusesAsSuccess(String expected) throws Exception {
    answer("/s", 404, Map.of(), "none");
    assertThat(JsonValue.get(run(http, with(base + "/s", "expectStatus", expected)), "status"))
        .isEqualTo(404L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120 | PT2M",
        "Thu, 01 Jan 2026 00:01:00 GMT | PT1M",
        "Wed, 31 Dec 2025 00:00:00 GMT | PT0S",
        "999999999 | PT24H"
      })
  void shouldPassOnRetryAfter(String header, Duration expected) {
    answer("/s", 503, Map.of("Retry-After", header), "");
    assertThat(failure(http, with(base + "/s")).retryAfter()).isEqualTo(expected);
  }

  @Test
  void shouldFollowRedirectsToTheSameServer() throws Exception {
    answer("/one", 302, Map.of("Location", "/two"), "");
    server.createContext(
        "/two",
        exchange -> {
          exchange.getResponseHeaders().set("X-Method", exchange.getRequestMethod());
          exchange.getResponseHeaders().set("X-Kept", exchange.getRequestHeaders().getFirst("A"));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    Map<String, @Nullable Object> post =
        with(base + "/one", "method", "POST", "body", "x", "headers", Map.of("A", "1"));
    assertThat(JsonValue.get(run(http, post), "headers"))
        .isInstanceOfSatisfying(
            Map.class,
            map -> {
              assertThat(map.get("x-method")).isEqualTo("GET");
              assertThat(map.get("x-kept")).isEqualTo("1");
            });
    post.put("followRedirects", false);
    assertThat(failure(http, post).type()).isEqualTo("http.302");
  }

  @Test
  void shouldStopAfterThreeRedirects() {
    answer("/loop", 307, Map.of("Location", "/loop"), "");
    ActivityException failure = failure(http, with(base + "/loop"));
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure).hasMessageContaining("more than 3 redirects");
    assertThat(requests).hasValue(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.2:80/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user@127.0.0.1/"
      })
  void shouldCheckRedirectsAgain(String location) {
    answer("/out", 302, Map.of("Location", location), "");
    ActivityException failure = failure(http, with(base + "/out"));
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void shouldDropCredentialsOnAnotherOrigin() throws Exception {
    String port = ":" + server.getAddress().getPort();
    EgressPolicy policy = loopback().withResolver(_ -> literal("127.0.0.1"));
    answer("/from", 307, Map.of("Location", "http://other.example" + port + "/to"), "");
    CompletableFuture<Headers> second = new CompletableFuture<>();
    server.createContext(
        "/to",
        exchange -> {
          second.complete(exchange.getRequestHeaders());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    try (HttpActivity named = new HttpActivity(policy)) {
      run(
          named,
          with(
              "http://first.example" + port + "/from",
              "headers",
              Map.of("Cookie", "a=b"),
              "auth",
              Map.of("type", "bearer", "token", "secret")));
    }
    assertThat(seen.get().headers.getFirst("Authorization")).isEqualTo("Bearer secret");
    assertThat(second.get()).doesNotContainKeys("Authorization", "Cookie");
    assertThat(second.get().getFirst("Host")).isEqualTo("other.example" + port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "http://",
        "http:///x",
        "//example.com",
        "example.com",
        "http://a@example.com/",
        "http://exa mple.com/",
        "http://example.com:99999/"
      })
  void shouldRefuseAddresses(String url) {
    ActivityException failure = failure(http, with(url));
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void shouldConnectOnlyToTheCheckedAddress() throws Exception {
    answer("/", 200, Map.of(), "reached");
    AtomicInteger lookUps = new AtomicInteger();
    EgressPolicy rebinding =
        EgressPolicy.allowing(List.of("127.0.0.1"))
            // Good for the check, then bad: a second look-up would be refused.
            .withResolver(_ -> literal(lookUps.incrementAndGet() == 1 ? "127.0.0.1" : "127.0.0.9"));
    String url = "http://my_service:" + server.getAddress().getPort() + "/";
    try (HttpActivity named = new HttpActivity(rebinding)) {
      assertThat(JsonValue.get(run(named, with(url)), "body")).isEqualTo("reached");
    }
    assertThat(lookUps).hasValue(1);
    assertThat(seen.get().headers.getFirst("Host"))
        .isEqualTo("my_service:" + server.getAddress().getPort());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-A | 'v\r\nX-Evil: 1'",
        "X-A | 'v\nw'",
        "X-A | 'v\0'",
        "'X-A\r\nX-Evil: 1' | v",
        "'X A' | v",
        "Host | internal",
        "Transfer-Encoding | chunked",
        "Content-Length | 1"
      })
  void shouldRefuseBadHeaders(String name, String value) {
    answer("/", 200, Map.of(), "");
    ActivityException failure = failure(http, with(base, "headers", Map.of(name, value)));
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure.getMessage()).doesNotContain("\n");
    assertThat(requests).hasValue(0);
  }

  @Test
  void shouldRefuseTooLargeResponses() {
    server.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          endless(exchange.getResponseBody());
        });
    assertThat(failure(http, with(base + "/endless")).type()).isEqualTo("too_large");
  }

  private static void endless(OutputStream stream) {
    byte[] block = new byte[64 * 1024];
    try {
      while (true) {
        stream.write(block);
      }
    } catch (IOException e) {
      // The client has hung up, as it should.
    }
  }

  @Test
  void shouldCountTheDecompressedResponse() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(new byte[2 * HttpActivity.RESPONSE_LIMIT]);
    }
    server.createContext(
        "/bomb",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, bytes.size());
          bytes.writeTo(exchange.getResponseBody());
          exchange.close();
        });
    assertThat(failure(http, with(base + "/bomb")).type()).isEqualTo("too_large");
  }

  @Test
  void shouldStopAtTheTimeLimit() {
    server.createContext("/stall", _ -> await());
    ActivityException failure =
        failure(http, with(base + "/stall", "timeout", new java.math.BigDecimal("0.2")));
    assertThat(failure.type()).isEqualTo("timeout");
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void shouldStopABodyThatStalls() {
    server.createContext(
        "/stall",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          await();
        });
    ActivityException failure =
        failure(http, with(base + "/stall", "timeout", new java.math.BigDecimal("0.3")));
    assertThat(failure.type()).isEqualTo("timeout");
  }

  @Test
  void shouldEndOnInterruption() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    server.createContext(
        "/stall",
        _ -> {
          arrived.countDown();
          await();
        });
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                http.run(input(with(base + "/stall"), Map.of()));
              } catch (ActivityException | InterruptedException e) {
                end.complete(e);
              }
            });
    arrived.await();
    caller.interrupt();
    assertThat(end.get()).isInstanceOf(InterruptedException.class);
  }

  private void await() {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldTellConnectionErrors() throws Exception {
    int unused;
    try (ServerSocket socket = new ServerSocket(0)) {
      unused = socket.getLocalPort();
    }
    EgressPolicy policy = EgressPolicy.allowing(List.of("127.0.0.1"));
    EgressPolicy nameless =
        policy.withResolver(host -> {
          throw new UnknownHostException(host);
        });
    try (HttpActivity open = new HttpActivity(policy);
        HttpActivity lost = new HttpActivity(nameless)) {
      ActivityException refused = failure(open, with("http://127.0.0.1:" + unused));
      assertThat(refused.type()).isEqualTo("io");
      assertThat(refused.retryable()).isTrue();
      ActivityException unknown = failure(lost, with("http://nowhere.example/"));
      assertThat(unknown.type()).isEqualTo("io");
      assertThat(unknown).hasMessageContaining("unknown host nowhere.example");
    }
  }

  @Test
  void shouldExplainBadParameters() {
    assertThat(failure(http, Map.of()))
        .hasMessage("http: parameter \"url\" is required, found nothing");
    assertThat(failure(http, with(base, "method", "BREW"))).hasMessageContaining("method");
    assertThat(failure(http, with(base, "timeout", -1L))).hasMessageContaining("zero for no limit");
    assertThat(failure(http, with(base, "followRedirects", 9L)))
        .hasMessageContaining("from 0 to 3, found 9");
    assertThat(failure(http, with(base, "expectStatus", "ok")))
        .hasMessageContaining("expectStatus");
    assertThat(failure(http, with(base, "headers", "x"))).hasMessageContaining("an object");
    assertThat(failure(http, with(base, "auth", Map.of("type", "ntlm"))))
        .hasMessageContaining("none, basic or bearer");
  }

  private static InetAddress[] literal(String address) {
    return new InetAddress[] {InetAddress.ofLiteral(address)};
  }
}
