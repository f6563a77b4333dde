package dev.millrace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.transport.RawConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  private static final Authenticator TOKENS =
      BearerTokens.ofTokens(Map.of("ann", "ann-secret", "bob", "bob-secret"));

  private final CountDownLatch inWork = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @SuppressWarnings("NullAway.Init") // every test starts with start()
  private HttpListener listener;

  private RawConnection start(Authenticator authenticator) throws IOException {
    Routes routes =
        Routes.builder()
            .route("GET", "/who", request -> Response.text(200, request.caller().name()))
            .route("POST", "/who", request -> Response.text(200, request.caller().name()))
            .route("GET", "/healthz", request -> Response.text(200, "well"))
            .route("GET", "/healthz/{x}", request -> Response.text(200, "wrong"))
            .route(
                "GET",
                "/wait",
                request -> {
                  inWork.countDown();
                  release.await();
                  return Response.text(200, "waited");
                })
            .alias("/v1", "/")
            .build();
    listener =
        new HttpListener(
            new ListenerSettings("127.0.0.1", 0, HttpLimits.DEFAULT, Set.of("/healthz")),
            routes,
            authenticator,
            Observer.NONE);
    listener.start();
    return new RawConnection(listener.port());
  }

  @AfterEach
  void stop() {
    release.countDown();
    listener.close();
  }

  @Test
  void shouldNameTheCallerOfAToken() throws IOException {
    try (RawConnection connection = start(TOKENS)) {
      assertThat(
              connection.request("GET", "/who", "Authorization: Bearer bob-secret").answer().text())
          .isEqualTo("bob");
      assertThat(
              connection
                  .request("GET", "/who", "authorization: bearer  ann-secret ")
                  .answer()
                  .text())
          .isEqualTo("ann");
    }
  }

  @Test
  void shouldTakeHashesOfTokens() throws IOException {
    String hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    try (RawConnection connection = start(BearerTokens.ofHashes(Map.of("c", hash)))) {
      assertThat(connection.request("GET", "/who", "Authorization: Bearer abc").answer().text())
          .isEqualTo("c");
    }
    assertThatThrownBy(() -> BearerTokens.ofHashes(Map.of("c", "abc")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BearerTokens.ofTokens(Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: y",
        "Authorization: Bearer wrong",
        "Authorization: Bearer",
        "Authorization: Bearer ",
        "Authorization: Basic YTpi",
        "Authorization: bob-secret",
        "Authorization: Bearer bob-secret, Bearer ann-secret",
        "Authorization: Bearer bob-secret\r\nAuthorization: Bearer bob-secret"
      })
  void shouldRefuseOthersBeforeRouting(String header) throws IOException {
    try (RawConnection connection = start(TOKENS)) {
      for (String target : new String[] {"/who", "/nowhere", "/healthz/x", "/v1/healthz"}) {
        Answer answer = connection.request("GET", target, header).answer();
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("www-authenticate")).startsWith("Bearer realm=");
        assertThat(answer.code()).isEqualTo("unauthorized");
      }
      assertThat(connection.request("GET", "/healthz", header).answer().text()).isEqualTo("well");
      assertThat(connection.request("GET", "/%68ealthz", header).answer().text()).isEqualTo("well");
    }
  }

  @Test
  void shouldLetTheRefusedReadTheAnswerWhateverTheySend() throws IOException {
    try (RawConnection connection = start(TOKENS)) {
      Answer answer = connection.post("/who", "text/plain", new byte[3 << 20]).answer();
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
    }
  }

  @Test
  void shouldFinishWorkAndRefuseNewWhileDraining() throws Exception {
    try (RawConnection busy = start(Authenticator.ALLOW_ALL);
        RawConnection idle = new RawConnection(listener.port())) {
      assertThat(idle.request("GET", "/who").answer().text()).isEqualTo("anonymous");
      busy.request("GET", "/wait");
      inWork.await();
      assertThat(listener.drain(Duration.ofMillis(1))).isFalse();
      assertThat(listener.runningRequests()).isEqualTo(1);
      Answer refused = idle.request("GET", "/who").answer();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("draining");
      assertThat(refused.header("retry-after")).isEqualTo("1");
      assertThat(refused.header("connection")).isEqualToIgnoringCase("close");
      assertThat(idle.closed()).isTrue();
      try (RawConnection probe = new RawConnection(listener.port())) {
        assertThat(probe.request("GET", "/healthz").answer().text()).isEqualTo("well");
      }
      release.countDown();
      assertThat(listener.drain(Duration.ofSeconds(20))).isTrue();
      assertThat(busy.answer().text()).isEqualTo("waited");
      assertThat(busy.closed()).isTrue();
    }
  }

  @Test
  void shouldInterruptWorkOnClose() throws Exception {
    try (RawConnection busy = start(Authenticator.ALLOW_ALL)) {
      busy.request("GET", "/wait");
      inWork.await();
      listener.close();
      assertThat(listener.drain(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void shouldLetConnectionsBeyondTheBoundWait() throws IOException {
    HttpLimits one = new HttpLimits(1_000, 1_000, 1_000, Duration.ofMinutes(2), 1, 1);
    listener =
        new HttpListener(
            new ListenerSettings("127.0.0.1", 0, one, Set.of()),
            Routes.builder().route("GET", "/ok", request -> Response.text(200, "ok")).build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
    try (RawConnection first = new RawConnection(listener.port());
        RawConnection second = new RawConnection(listener.port())) {
      assertThat(first.request("GET", "/ok").answer().text()).isEqualTo("ok");
      second.request("GET", "/ok");
      assertThat(second.silentFor(Duration.ofMillis(200))).isTrue();
      first.request("GET", "/ok", "Connection: close").answer();
      assertThat(first.closed()).isTrue();
      assertThat(second.answer().text()).isEqualTo("ok");
    }
  }

  @Test
  void shouldSayWhenThePortIsTaken() throws IOException {
    try (RawConnection connection = start(Authenticator.ALLOW_ALL);
        HttpListener second =
            new HttpListener(
                ListenerSettings.of("127.0.0.1", listener.port()),
                Routes.builder().build(),
                Authenticator.ALLOW_ALL,
                Observer.NONE)) {
      assertThatThrownBy(second::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1 port " + listener.port());
      assertThat(connection.request("GET", "/who").answer().status()).isEqualTo(200);
    }
  }
}
