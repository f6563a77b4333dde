package dev.millrace.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.transport.RawConnection.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final int BODY = 100_000;
  private static final HttpLimits LIMITS =
      new HttpLimits(BODY, 16 << 10, 8 << 10, Duration.ofMillis(500), 100, 2);

  private final CountDownLatch bothInWork = new CountDownLatch(2);
  private final CountDownLatch release = new CountDownLatch(1);
  private HttpListener listener;

  @BeforeEach
  void start() {
    Routes routes =
        Routes.builder()
            .route("POST", "/echo", request -> Response.json(200, request.json()))
            .route("POST", "/size", request -> Response.json(200, request.body().length))
            .route("GET", "/ok/{rest}", request -> Response.text(200, "ok"))
            .route("GET", "/ok", request -> Response.text(200, "ok"))
            .route("GET", "/healthz", request -> Response.text(200, "well"))
            .route(
                "GET",
                "/wait",
                request -> {
                  bothInWork.countDown();
                  release.await();
                  return Response.text(200, "waited");
                })
            .build();
    listener =
        new HttpListener(
            new ListenerSettings("127.0.0.1", 0, LIMITS, Set.of("/healthz")),
            routes,
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
  }

  @AfterEach
  void stop() throws IOException {
    release.countDown();
    try (RawConnection connection = connect()) {
      assertThat(connection.request("GET", "/ok").answer().text()).isEqualTo("ok");
    }
    listener.close();
  }

  private RawConnection connect() throws IOException {
    return new RawConnection(listener.port());
  }

  @Test
  void shouldTakeABodyOfExactlyTheLimit() throws IOException {
    try (RawConnection connection = connect()) {
      Answer answer = connection.post("/size", "text/plain", new byte[BODY]).answer();
      assertThat(answer.text()).isEqualTo(Integer.toString(BODY));
      connection.request("POST", "/size", "Transfer-Encoding: chunked");
      for (int i = 0; i < 10; i++) {
        connection.send(Integer.toHexString(BODY / 10) + "\r\n").send(new byte[BODY / 10]);
        connection.send("\r\n");
      }
      assertThat(connection.send("0\r\n\r\n").answer().text()).isEqualTo(Integer.toString(BODY));
    }
  }

  @Test
  void shouldRefuseALargerBodyByItsLength() throws IOException {
    try (RawConnection connection = connect()) {
      Answer answer = connection.post("/size", "text/plain", new byte[BODY + 1]).answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.code()).isEqualTo("too_large");
      assertThat(answer.header("content-type")).isEqualTo("application/json");
    }
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Content-Length: 99999999999");
      assertThat(connection.answer().status()).isEqualTo(413);
    }
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Content-Length: 9999999999999999999999");
      assertThat(connection.answer().status()).isIn(400, 413);
    }
  }

  @Test
  void shouldRefuseALargerBodyInChunks() throws IOException {
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Transfer-Encoding: chunked");
      for (int i = 0; i < 11; i++) {
        connection.send("2710\r\n").send(new byte[10_000]).send("\r\n");
      }
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.code()).isEqualTo("too_large");
    }
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Transfer-Encoding: chunked");
      assertThat(connection.send("7fffffff\r\n").answer().status()).isEqualTo(413);
    }
    for (String size : List.of("-1", "ffffffffffffffff", "xyz", "", "1;" + "a".repeat(100_000))) {
      try (RawConnection connection = connect()) {
        connection.request("POST", "/size", "Transfer-Encoding: chunked");
        assertThat(connection.send(size + "\r\nabc\r\n0\r\n\r\n").answer().status())
            .as(size)
            .isIn(400, 413);
      }
    }
  }

  @Test
  void shouldRefuseBeforeTheBodyIsSentWhenAsked() throws IOException {
    try (RawConnection connection = connect()) {
      connection.request("POST", "/nowhere", "Content-Length: 10", "Expect: 100-continue");
      assertThat(connection.answer().status()).isEqualTo(404);
    }
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Content-Length: 10", "Expect: 100-continue");
      assertThat(connection.answer().status()).isEqualTo(100);
      assertThat(connection.send("0123456789").answer().text()).isEqualTo("10");
    }
  }

  @Test
  void shouldRefuseLongUrls() throws IOException {
    try (RawConnection connection = connect()) {
      assertThat(connection.request("GET", "/ok/" + "a".repeat(8_100)).answer().status())
          .isEqualTo(200);
    }
    for (int length : new int[] {8_190, 8_300, 100_000, 3_000_000}) {
      try (RawConnection connection = connect()) {
        Answer answer = connection.request("GET", "/ok?x=" + "a".repeat(length)).answer();
        assertThat(answer.status()).isEqualTo(414);
        assertThat(answer.code()).isEqualTo("url_too_long");
      }
    }
  }

  @Test
  void shouldRefuseLargeAndManyHeaders() throws IOException {
    try (RawConnection connection = connect()) {
      assertThat(connection.request("GET", "/ok", "X: " + "a".repeat(15_000)).answer().status())
          .isEqualTo(200);
    }
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      many.add("X-" + i + ": y");
    }
    for (String headers : List.of("X: " + "a".repeat(17_000), String.join("\r\n", many))) {
      try (RawConnection connection = connect()) {
        Answer answer = connection.request("GET", "/ok", headers).answer();
        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.code()).isEqualTo("header_too_large");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GE", "GET /ok HTTP/1.1\r\nHost: loc", "GET /ok HTTP/1.1\r\nA: b\r\n"})
  void shouldCutOffAHeaderThatStops(String start) throws IOException {
    try (RawConnection connection = connect()) {
      assertThat(connection.send(start).closed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET /ok?", "GET /ok HTTP/1.1\r\nX: "})
  void shouldCutOffAHeaderThatDrips(String start) throws Exception {
    try (RawConnection connection = connect();
        ScheduledExecutorService drip = drip(connection.send(start), "a")) {
      assertThat(connection.closed()).isTrue();
      drip.shutdownNow();
    }
  }

  @Test
  void shouldAnswerABodyThatStops() throws IOException {
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Content-Length: 10").send("abc");
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.code()).isEqualTo("request_timeout");
      assertThat(connection.closed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 50000", "Transfer-Encoding: chunked"})
  void shouldAnswerABodyThatDrips(String framing) throws Exception {
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", framing);
      String bytes = framing.startsWith("C") ? "a" : "1\r\na\r\n";
      try (ScheduledExecutorService drip = drip(connection, bytes)) {
        assertThat(connection.answer().status()).isEqualTo(408);
        drip.shutdownNow();
      }
    }
  }

  /** Sends the same bytes again and again, well within the read timeout. */
  private static ScheduledExecutorService drip(RawConnection connection, String bytes) {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    Future<?> dripping =
        timer.scheduleAtFixedRate(
            () -> {
              try {
                connection.send(bytes);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            0,
            50,
            TimeUnit.MILLISECONDS);
    assertThat(dripping.isCancelled()).isFalse();
    return timer;
  }

  @Test
  void shouldServeOnWhenCallersHangUpAnywhere() throws IOException {
    for (String part :
        List.of(
            "", "G", "GET /ok", "GET /ok HTTP/1.1\r\n", "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n")) {
      connect().send(part).close();
    }
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Content-Length: 10").send("abc");
    }
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", "Transfer-Encoding: chunked").send("5\r\nab");
    }
  }

  @Test
  void shouldRefuseBadJsonBodies() throws IOException {
    byte[][] bodies = {
      "[".repeat(50_000).getBytes(UTF_8),
      "{\"a\":1,\"a\":2}".getBytes(UTF_8),
      {'"', (byte) 0xff, '"'},
      "1e999999".getBytes(UTF_8),
      "{} x".getBytes(UTF_8),
      {0},
    };
    try (RawConnection connection = connect()) {
      for (byte[] body : bodies) {
        Answer answer = connection.post("/echo", "application/json", body).answer();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("bad_json");
        assertThat(answer.text()).contains("\"details\":[{\"line\":1,\"column\":");
      }
    }
  }

  @Test
  void shouldRefuseCompressedBodies() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[1_000_000]);
    }
    try (RawConnection connection = connect()) {
      connection.request(
          "POST", "/size", "Content-Encoding: gzip", "Content-Length: " + packed.size());
      Answer answer = connection.send(packed.toByteArray()).answer();
      assertThat(answer.status()).isEqualTo(415);
      assertThat(answer.code()).isEqualTo("unsupported_media_type");
    }
  }

  @Test
  void shouldAnswerBusyBeyondTheBoundButServeOpenPaths() throws Exception {
    try (RawConnection first = connect();
        RawConnection second = connect();
        RawConnection third = connect()) {
      first.request("GET", "/wait");
      second.request("GET", "/wait");
      bothInWork.await();
      Answer busy = third.request("GET", "/ok").answer();
      assertThat(busy.status()).isEqualTo(503);
      assertThat(busy.code()).isEqualTo("busy");
      assertThat(busy.header("retry-after")).isEqualTo("1");
      assertThat(third.request("GET", "/healthz").answer().text()).isEqualTo("well");
      release.countDown();
      assertThat(first.answer().text()).isEqualTo("waited");
      assertThat(second.answer().text()).isEqualTo("waited");
      assertThat(third.request("GET", "/wait").answer().text()).isEqualTo("waited");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 0x5",
        "Content-Length : 5",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding:\u000bchunked",
        " Transfer-Encoding: chunked",
        "X: a\r\n folded",
        "Host: other",
      })
  void shouldNotBeTrickedIntoASecondRequest(String headers) throws IOException {
    try (RawConnection connection = connect()) {
      connection.request("POST", "/size", headers, "Content-Type: text/plain");
      connection.send("0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      Answer answer = connection.answer();
      assertThat(answer.status()).as(answer.text()).isIn(400, 501);
      assertThat(answer.header("content-type")).isEqualTo("application/json");
      assertThat(connection.closed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ok\r\n\r\n",
        "GET /ok HTTP/2.0\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0002\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /ok HTTP/1.1\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET /ok HTTP/1.1\nHost: a\n\n",
      })
  void shouldAnswerGarbageInJson(String garbage) throws IOException {
    try (RawConnection connection = connect()) {
      Answer answer = connection.send(garbage).answer();
      assertThat(answer.status()).as(answer.text()).isIn(400, 505);
      assertThat(answer.header("content-type")).isEqualTo("application/json");
      assertThat(connection.closed()).isTrue();
    }
  }
}
