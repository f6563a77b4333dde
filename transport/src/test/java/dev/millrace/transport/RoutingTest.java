package dev.millrace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.transport.RawConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingTest {
  private final LinkedBlockingQueue<String> observed = new LinkedBlockingQueue<>();
  private HttpListener listener;

  private static Handler echo(String route) {
    return request -> {
      Map<String, Object> seen = new LinkedHashMap<>();
      seen.put("route", route);
      seen.put("parameters", request.pathParameters());
      seen.put("query", request.query());
      seen.put("path", request.path());
      return Response.json(200, seen);
    };
  }

  @BeforeEach
  void start() {
    Routes routes =
        Routes.builder()
            .route("GET", "/", echo("root"))
            .route("GET", "/api/process/{id}", echo("get"))
            .route("POST", "/api/process/{id}", echo("start"))
            .route("GET", "/api/process/{id}/{taskId}", echo("task"))
            .route("GET", "/api/process/{id}/history", echo("history"))
            .route("GET", "/api/process/list", echo("list"))
            .route("POST", "/api/process:validate", echo("validate"))
            .route("POST", "/api/process/{id}:retry", echo("retry"))
            .route("POST", "/api/json", request -> Response.json(200, request.json()))
            .route("GET", "/v1/own", echo("own"))
            .route(
                "GET",
                "/other/problem",
                request -> {
                  throw Problem.conflict("taken", "no");
                })
            .route(
                "GET",
                "/api/broken",
                request -> {
                  throw new IllegalStateException("the secret of the database");
                })
            .route(
                "GET",
                "/api/overflow",
                request -> {
                  throw new StackOverflowError();
                })
            .route("GET", "/api/nothing", request -> Response.empty(204))
            .route("GET", "/lax/{id}", echo("lax"))
            .route("GET", "/lax/open", echo("open"))
            .tolerant("/lax")
            .alias("/v1", "/api")
            .errorFormat(
                "/other", (problem, trace) -> Response.text(problem.status(), problem.code()))
            .build();
    listener =
        new HttpListener(
            ListenerSettings.of("127.0.0.1", 0),
            routes,
            Authenticator.ALLOW_ALL,
            (route, method, status, nanos) -> observed.add(method + " " + route + " " + status));
    listener.start();
  }

  @AfterEach
  void stop() {
    listener.close();
  }

  private Answer ask(String method, String target, String... headers) throws IOException {
    try (RawConnection connection = new RawConnection(listener.port())) {
      return connection.request(method, target, headers).answer();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/process/1", "/nothing/here", "/other/problem"})
  void shouldAnswerHeadWithoutABody(String target) throws IOException {
    try (RawConnection connection = new RawConnection(listener.port())) {
      Answer head = connection.request("HEAD", target).answerToHead();
      assertThat(head.status()).isGreaterThanOrEqualTo(400);
      assertThat(Integer.parseInt(head.header("content-length"))).isPositive();
      Answer next = connection.request("GET", "/").answer();
      assertThat(next.field("route")).isEqualTo("root");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/,root",
    "GET,/api/process/list,list",
    "GET,/api/process/list/,list",
    "GET,/api/process/other,get",
    "POST,/api/process/list,start",
    "GET,/api/process/1/history,history",
    "GET,/api/process/1/2,task",
    "POST,/api/process:validate,validate",
    "POST,/api/process%3Avalidate,validate",
    "POST,/api/process/1:retry,retry",
    "POST,/api/process/:retry,start",
    "GET,/v1/process/list,list",
    "POST,/v1/process:validate,validate",
    "GET,/v1/own,own",
  })
  void shouldPreferLiteralsAndServeAliases(String method, String target, String route)
      throws IOException {
    Answer answer = ask(method, target);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
    assertThat(answer.field("route")).isEqualTo(route);
  }

  @Test
  void shouldDecodePathAndQueryOnce() throws IOException {
    Answer answer =
        ask("GET", "/api/process/%C3%BC%20%252F/b%2525?a=1&a=%C3%BC+x&b&c=%253D&=e&&d=a=b");
    assertThat(answer.field("parameters")).isEqualTo(Map.of("id", "ü %2F", "taskId", "b%25"));
    assertThat(answer.field("path")).isEqualTo("/api/process/ü %2F/b%25");
    assertThat(answer.field("query"))
        .isEqualTo(
            Map.of(
                "a", List.of("1", "ü x"),
                "b", List.of(""),
                "c", List.of("%3D"),
                "", List.of("e"),
                "d", List.of("a=b")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/process/..",
        "/api/../admin",
        "/api/%2e%2e/admin",
        "/api/.%2E/x",
        "/api/./x",
        "/api/process/a%2Fb",
        "/api/process/a%5cb",
        "/api/process/a\\b",
        "/api/process/%00",
        "/api/process/%0a",
        "/api/process/%7f",
        "/api/process/%c2%85",
        "/api/process/%zz",
        "/api/process/%4",
        "/api/process/%",
        "/api/process/%ff",
        "/api/process/%c0%af",
        "/api//process",
        "//",
        "/api/process/x//",
        "/api/process/x?a=%zz",
        "/api/process/x?a=%ff",
        "/api/process/x?a=%00",
        "http://localhost/api/process/x",
        "*",
      })
  void shouldRefuseAmbiguousTargetsAndGoOn(String target) throws IOException {
    Answer answer = ask("GET", target);
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.code()).isIn("bad_path", "bad_query", "bad_request");
    assertThat(ask("GET", "/api/process/list").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/lax/a%2Fb, a/b, /lax/a%2Fb",
    "/lax//a%2f%2E%2e%5c/, a/..\\, /lax/a%2F..\\",
    "/lax///open%2F, open/, /lax/open%2F",
    "/lax/%252F, %2F, /lax/%2F",
  })
  void shouldReadPathsBelowATolerantPrefix(String target, String id, String path)
      throws IOException {
    Answer answer = ask("GET", target);
    assertThat(answer.field("parameters")).isEqualTo(Map.of("id", id));
    assertThat(answer.field("path")).isEqualTo(path);
  }

  @Test
  void shouldReadQueriesBelowATolerantPrefix() throws IOException {
    Answer answer = ask("GET", "/lax/x?a=%zz&b=%ff&d=%&%4=e&f=1%2");
    assertThat(answer.field("query")).isEqualTo(Map.of("b", List.of("\ufffd")));
    assertThat(ask("GET", "/lax/x?c=%00").text()).contains("{\"c\":[\"\\u0000\"]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/lax/..",
        "/lax/%2e%2E/api/process/list",
        "/lax/%00",
        "/lax/%zz",
        "//lax/x",
        "/%6cax//x",
        "/lax%2Fx/y%2Fz",
        "/laxer/a%2Fb",
      })
  void shouldKeepToOneNormalFormBelowATolerantPrefix(String target) throws IOException {
    assertThat(ask("GET", target).code()).isEqualTo("bad_path");
  }

  @Test
  void shouldAnswerUnknownPathsAndMethods() throws IOException, InterruptedException {
    Answer unknown =
        ask("GET", "/nowhere", "traceparent: 00-" + "ab".repeat(16) + "-" + "cd".repeat(8) + "-01");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.json())
        .isEqualTo(
            Map.of(
                "error",
                Map.of(
                    "code",
                    "not_found",
                    "message",
                    "nothing is served under /nowhere",
                    "details",
                    List.of(),
                    "traceId",
                    "ab".repeat(16))));
    Answer wrong = ask("DELETE", "/v1/process/1");
    assertThat(wrong.status()).isEqualTo(405);
    assertThat(wrong.header("allow")).isEqualTo("GET, POST");
    assertThat(wrong.code()).isEqualTo("method_not_allowed");
    assertThat(ask("BREW", "/api/process/1").status()).isEqualTo(405);
    assertThat(List.of(next(), next(), next()))
        .containsExactlyInAnyOrder(
            "GET unmatched 404", "DELETE unmatched 405", "OTHER unmatched 405");
  }

  private String next() throws InterruptedException {
    return String.valueOf(observed.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void shouldRenderProblemsInTheFormatOfThePrefix() throws IOException {
    Answer taken = ask("GET", "/other/problem");
    assertThat(taken.status()).isEqualTo(409);
    assertThat(taken.text()).isEqualTo("taken");
    assertThat(ask("GET", "/other/x").text()).isEqualTo("not_found");
    assertThat(ask("GET", "/otherwise").code()).isEqualTo("not_found");
  }

  @Test
  void shouldNotLeakUnexpectedExceptions() throws IOException, InterruptedException {
    Answer broken = ask("GET", "/api/broken");
    assertThat(broken.status()).isEqualTo(500);
    assertThat(broken.code()).isEqualTo("internal");
    assertThat(broken.text()).doesNotContain("secret").contains("traceId");
    assertThat(next()).isEqualTo("GET /api/broken 500");
    assertThat(ask("GET", "/api/overflow").status()).isEqualTo(500);
    assertThat(ask("GET", "/api/process/list").status()).isEqualTo(200);
  }

  @Test
  void shouldKeepTheConnectionThroughAnswersAndErrors() throws IOException {
    try (RawConnection connection = new RawConnection(listener.port())) {
      for (int i = 0; i < 100; i++) {
        assertThat(connection.request("GET", "/api/process/" + i).answer().status()).isEqualTo(200);
      }
      assertThat(connection.request("GET", "/nowhere").answer().status()).isEqualTo(404);
      assertThat(connection.postJson("/nowhere", "{\"a\":1}").answer().status()).isEqualTo(404);
      assertThat(connection.postJson("/api/json", "{").answer().status()).isEqualTo(400);
      assertThat(connection.request("GET", "/api/broken").answer().status()).isEqualTo(500);
      assertThat(connection.request("GET", "/api/nothing").answer().status()).isEqualTo(204);
      assertThat(connection.postJson("/api/json", "{\"a\":1.10}").answer().text())
          .isEqualTo("{\"a\":1.10}");
      connection.request("GET", "/api/process/1").request("GET", "/api/process/2");
      assertThat(connection.answer().text()).contains("/api/process/1");
      assertThat(connection.answer().text()).contains("/api/process/2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON ; charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/cloudevents+json"
      })
  void shouldTakeJsonTypes(String type) throws IOException {
    try (RawConnection connection = new RawConnection(listener.port())) {
      Answer answer =
          connection.post("/api/json", type, "[1]".getBytes(StandardCharsets.UTF_8)).answer();
      assertThat(answer.text()).isEqualTo("[1]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/jsonx", "application/json; charset=utf-16", "json"})
  void shouldRefuseOtherTypes(String type) throws IOException {
    try (RawConnection connection = new RawConnection(listener.port())) {
      Answer answer =
          connection.post("/api/json", type, "[1]".getBytes(StandardCharsets.UTF_8)).answer();
      assertThat(answer.status()).isEqualTo(415);
      assertThat(answer.code()).isEqualTo("unsupported_media_type");
      assertThat(connection.post("/api/json", type, new byte[0]).answer().text()).isEqualTo("null");
    }
  }

  @Test
  void shouldRefuseBadPatterns() {
    for (String pattern :
        List.of("x", "/a/{", "/a/{}", "/a/x{id}", "/{a}/{a}", "/a//b", "/{a}{b}")) {
      assertThatThrownBy(() -> Routes.builder().route("GET", pattern, echo("x")))
          .as(pattern)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() ->
            Routes.builder().route("GET", "/a/{x}", echo("x")).route("GET", "/a/{y}", echo("y")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseHeadersWithLineBreaks() {
    assertThatThrownBy(() -> Response.empty(200).withHeader("Location", "/a\r\nX: y"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
