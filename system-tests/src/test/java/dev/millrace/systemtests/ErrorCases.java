package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Target.Hit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Cases 24–28 and 44: retries, error handlers, compensation, timeouts, runaway code. */
final class ErrorCases {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Room for a busy machine between a due time and the request that follows it. */
  private static final long DISPATCH_SLACK_MILLIS = 2_000;

  private static final long RUNAWAY_LIMIT_MILLIS = 3_000;

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Target target;

  @BeforeEach
  void startTarget() {
    target = Target.start();
  }

  @AfterEach
  void closeTarget() {
    target.close();
  }

  @Test
  void case24ShouldRetryWithTheSameKey() {
    target.statuses("/flaky", 503, 503, 200);
    Definition definition =
        Definition.of(
            "case 24",
            Task.http("A", target.url("/flaky"))
                .onError("operation", "retry", "retryCount", 3, "retryInterval", 1));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    JsonNode runtime = Api.runtime(ended, "A");
    assertThat(runtime.path("index").asInt(-1)).isZero();
    assertThat(Api.status(runtime)).isEqualTo("done");
    assertThat(Api.elements(runtime.path("attempts"))).as("attempts").hasSize(3);
    List<Hit> hits = target.hits("/flaky");
    assertThat(hits).hasSize(3);
    assertThat(hits.get(1).nanos() - hits.get(0).nanos()).isGreaterThanOrEqualTo(NANOS_PER_SECOND);
    assertThat(hits.get(2).nanos() - hits.get(1).nanos()).isGreaterThanOrEqualTo(NANOS_PER_SECOND);
    assertThat(hits.getFirst().key()).as("Idempotency-Key").isNotBlank();
    assertThat(target.keys("/flaky")).hasSize(1);
  }

  @Test
  void case25ShouldBackOffWithinBoundsThenCatch() {
    target.statuses("/down", 503);
    Definition definition =
        Definition.of(
            "case 25",
            Task.http("A", target.url("/down"))
                .onError(
                    "operation",
                    "retry",
                    "retry",
                    Json.object(
                        "count",
                        5,
                        "interval",
                        1,
                        "backoff",
                        "exponential",
                        "rate",
                        2,
                        "maxInterval",
                        3,
                        "jitter",
                        "full",
                        "then",
                        "catch"),
                    "exception_branch",
                    "X"),
            Task.echo("X", "{{error.type}}"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.output(ended, "X")).isEqualTo("http.503");
    assertThat(target.hits("/down")).hasSize(6);
    List<JsonNode> attempts = Api.elements(Api.runtime(ended, "A").path("attempts"));
    assertThat(attempts).hasSize(6);
    for (int retry = 1; retry <= 5; retry++) {
      long failedAt = attempts.get(retry - 1).path("endAt").asLong();
      long retriedAt = attempts.get(retry).path("startAt").asLong();
      long bound = Math.min(3, 1L << (retry - 1)) * 1_000;
      assertThat(retriedAt - failedAt)
          .as("gap before retry %d", retry)
          .isBetween(0L, bound + DISPATCH_SLACK_MILLIS);
    }
  }

  private static Task throwing(String id) {
    return Task.script(id, "throw new Error('broken on purpose')");
  }

  @Test
  void case26ShouldFailOnAnUnhandledError() {
    JsonNode ended =
        SERVER
            .api()
            .runToEnd(
                Definition.of("case 26 stop", throwing("A").onError("operation", "")),
                Json.object());

    assertThat(Api.status(ended)).isEqualTo("failed");
    assertThat(ended.path("error").asString("")).contains("broken on purpose");
    assertThat(Api.status(Api.runtime(ended, "A"))).isEqualTo("failed");
  }

  @Test
  void case26ShouldGoOnWhenErrorsAreIgnored() {
    Definition definition =
        Definition.of(
            "case 26 ignore",
            throwing("A").onError("operation", "ignore").to("B"),
            Task.script("B", "return 'b'"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.status(Api.runtime(ended, "A"))).isEqualTo("failed");
    assertThat(Api.runtime(ended, "A").path("error").asString("")).contains("broken on purpose");
    assertThat(Api.output(ended, "B")).isEqualTo("b");
  }

  @Test
  void case26ShouldTakeTheExceptionBranch() {
    Definition definition =
        Definition.of(
            "case 26 catch",
            throwing("A").onError("operation", "catch", "exception_branch", "X").to("B"),
            Task.script("B", "return 'b'"),
            Task.echo("X", "{{error.message}}"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "B")).isEmpty();
    assertThat(Api.output(ended, "X")).asString().contains("broken on purpose");
  }

  @Test
  void case26ShouldRunTheGlobalExceptionNode() {
    Definition definition =
        Definition.of(
            "case 26 throw",
            throwing("A").onError("operation", "throw"),
            Task.of("G", "error-catch").to("H"),
            Task.echo("H", "{{G.output}}"));
    String process = SERVER.api().create(definition);

    JsonNode ended = SERVER.api().awaitEnd(SERVER.api().start(process, Json.object()));

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(ended.path("error").asString("")).contains("broken on purpose");
    JsonNode event = Api.runtime(ended, "G").path("output");
    assertThat(event.propertyNames())
        .contains(
            "createAt",
            "error",
            "errorAppInstId",
            "errorAppName",
            "executionUid",
            "workflowId",
            "workflowName");
    assertThat(event.path("error").asString("")).contains("broken on purpose");
    assertThat(event.path("errorAppInstId").asString("")).isEqualTo("A");
    assertThat(event.path("executionUid").asString(""))
        .isEqualTo(ended.path("executionUid").asString("none"));
    assertThat(event.path("workflowId").asString("")).isEqualTo(process);
    assertThat(event.path("workflowName").asString("")).isEqualTo("case 26 throw");
  }

  @Test
  void case27ShouldUndoCompletedTasksInReverse() {
    Definition definition =
        Definition.of(
            "case 27",
            Task.script("A", "return 'booked a'").with("compensate", "undoA").to("B"),
            Task.script("B", "return 'booked b'").with("compensate", "undoB").to("C"),
            throwing("C").onError("operation", "compensate"),
            Task.http("undoA", target.url("/undo/a")).parameter("body", "{{A.output}}"),
            Task.http("undoB", target.url("/undo/b")).parameter("body", "{{B.output}}"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("failed");
    assertThat(target.hits().stream().map(Hit::path)).containsExactly("/undo/b", "/undo/a");
    assertThat(target.hits("/undo/a").getFirst().body()).contains("booked a");
    assertThat(target.hits("/undo/b").getFirst().body()).contains("booked b");
    assertThat(Api.status(Api.runtime(ended, "undoA"))).isEqualTo("done");
    assertThat(Api.status(Api.runtime(ended, "undoB"))).isEqualTo("done");
  }

  @Test
  void case28ShouldStopAtTheProcessTimeout() {
    target.shut("/slow");
    Definition definition =
        Definition.of("case 28 process", Task.http("A", target.url("/slow"))).with("timeout", 2);

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("stopped");
    assertThat(Api.errorType(ended)).isEqualTo("timeout");
    JsonNode runtime = Api.runtime(ended, "A");
    assertThat(Api.status(runtime)).isEqualTo("stopped");
    assertThat(duration(runtime)).isBetween(1_500L, 2_000 + DISPATCH_SLACK_MILLIS);
  }

  @Test
  void case28ShouldFailAtTheTaskTimeout() {
    target.shut("/slow");
    Definition definition =
        Definition.of("case 28 task", Task.http("A", target.url("/slow")).with("timeout", 1));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("failed");
    assertThat(Api.errorType(ended)).isEqualTo("timeout");
    assertThat(Api.status(Api.runtime(ended, "A"))).isEqualTo("timeout");
  }

  private static long duration(JsonNode runtime) {
    return runtime.path("endAt").asLong() - runtime.path("startAt").asLong();
  }

  static Stream<Arguments> runaways() {
    return Stream.of(
        Arguments.of(
            "endless loop, task timeout", Task.script("A", "while(true){}").with("timeout", 1)),
        Arguments.of(
            "endless loop, script timeout",
            Task.script("A", "while(true){}").parameter("timeout", 1)),
        Arguments.of(
            "endless allocation",
            Task.script(
                "A", "const all = []; while (true) { all.push(new Array(100000).fill(7)); }")),
        Arguments.of(
            "endless padding",
            Task.of("A", "transform").parameter("expression", "{% $pad('x',200000000) %}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runaways")
  void case44ShouldEndRunawayCodeAndServeOthers(String name, Task runaway) {
    Definition small = Definition.of("case 44 other", Task.script("A", "return 'ok'"));
    String other = SERVER.api().create(small);
    // The sandbox's own start is not part of the bound.
    SERVER.api().awaitEnd(SERVER.api().start(other, Json.object()));
    String process = SERVER.api().create(Definition.of("case 44 " + name, runaway));

    // Three times: what one run took must be given back before the next.
    for (int round = 0; round < 3; round++) {
      String id = SERVER.api().start(process, Json.object());
      JsonNode neighbour = SERVER.api().awaitEnd(SERVER.api().start(other, Json.object()));
      JsonNode ended = SERVER.api().awaitEnd(id);

      assertThat(Api.status(neighbour)).isEqualTo("completed");
      assertThat(Api.status(ended)).isEqualTo("failed");
      JsonNode runtime = Api.runtime(ended, "A");
      assertThat(Api.status(runtime)).isIn("timeout", "failed");
      assertThat(duration(runtime)).as("time of %s", name).isLessThan(RUNAWAY_LIMIT_MILLIS);
    }
    assertThat(SERVER.api().get("/readyz").status()).isEqualTo(200);
    assertThat(SERVER.get().process().isAlive()).as("server alive").isTrue();
  }
}
