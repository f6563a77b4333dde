package dev.millrace.systemtests;

import static dev.millrace.systemtests.SpanReceiver.attribute;
import static dev.millrace.systemtests.SpanReceiver.hex;
import static dev.millrace.systemtests.SpanReceiver.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The spans of processes, and a receiver that is away. */
final class ProcessTraceCases {
  private static final String CALLER = "b7ad6b7169203331";
  private static final SpanReceiver RECEIVER = SpanReceiver.start();

  @RegisterExtension
  static final RunningServer SERVER =
      new RunningServer(Map.of("MILLRACE_OTLP_ENDPOINT", RECEIVER.url()));

  @AfterAll
  static void close() {
    RECEIVER.close();
  }

  private static String start(String processId, String trace) {
    return Api.idOf(
        SERVER
            .api()
            .postWith(
                Map.of("traceparent", "00-%s-%s-01".formatted(trace, CALLER)),
                "/api/process/" + processId,
                Json.object("n", 1))
            .expect(200));
  }

  private static String freshTrace() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  @Test
  void shouldSendASpanOfTheInstanceAndOneOfEachNodeRun() {
    String trace = freshTrace();
    String process =
        SERVER
            .api()
            .create(
                Definition.of(
                    "traced", Task.script("A", "return 1").to("B"), Task.script("B", "return 2")));

    String id = start(process, trace);

    List<Span> spans = RECEIVER.await(trace, 3);
    Span instance = named(spans, "process||" + process);
    assertThat(spans)
        .extracting(Span::getName)
        .containsExactlyInAnyOrder("process||" + process, "node||A", "node||B");
    assertThat(hex(instance.getParentSpanId())).isEqualTo(CALLER);
    assertThat(named(spans, "node||A").getParentSpanId()).isEqualTo(instance.getSpanId());
    assertThat(named(spans, "node||B").getParentSpanId()).isEqualTo(instance.getSpanId());
    assertThat(attribute(instance, "millrace.model")).isEqualTo("process");
    assertThat(attribute(instance, "millrace.definition")).isEqualTo(process);
    assertThat(attribute(instance, "millrace.instance_id")).isEqualTo(id);
    assertThat(attribute(instance, "millrace.status")).isEqualTo("completed");
    assertThat(attribute(named(spans, "node||A"), "millrace.node_id")).isEqualTo("A");
    assertThat(attribute(named(spans, "node||A"), "millrace.status")).isEqualTo("done");
  }

  @Test
  void shouldSendTheSameOfExecutions() {
    String trace = freshTrace();
    Api api = SERVER.api();
    long workflow =
        id(
            api.post(
                "/api/workflows:create",
                Map.of("type", "schedule", "enabled", true, "config", Map.of("mode", 0))));
    api.post(
            "/api/workflows/" + workflow + "/nodes:create",
            Map.of(
                "type",
                "calculation",
                "config",
                Map.of("engine", "math.js", "expression", "1 + 1")))
        .expect(200);

    api.postWith(
            Map.of("traceparent", "00-%s-%s-01".formatted(trace, CALLER)),
            "/api/workflows:execute?filterByTk=" + workflow,
            Map.of())
        .expect(200);

    List<Span> spans = RECEIVER.await(trace, 2);
    Span execution = beginning(spans, "execution||nocobase:");
    assertThat(hex(execution.getParentSpanId())).isEqualTo(CALLER);
    assertThat(attribute(execution, "millrace.model")).isEqualTo("nocobase");
    assertThat(spans)
        .filteredOn(span -> span.getParentSpanId().equals(execution.getSpanId()))
        .containsExactly(beginning(spans, "node||"));
  }

  private static Span beginning(List<Span> spans, String name) {
    return spans.stream()
        .filter(span -> span.getName().startsWith(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("expected a span " + name + "…, found " + spans));
  }

  private static long id(Api.Answer answer) {
    return answer.expect(200).json().at("/data/id").asLong();
  }

  @Test
  void shouldTellWhatFailed() {
    String trace = freshTrace();
    String process =
        SERVER.api().create(Definition.of("fails", Task.script("A", "throw new Error('no luck')")));

    start(process, trace);

    List<Span> spans = RECEIVER.await(trace, 2);
    assertThat(spans)
        .allSatisfy(span -> {
          assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
          assertThat(span.getStatus().getMessage()).contains("no luck");
        });
  }

  @Test
  void shouldSendOneMoreSpanOfAnInstanceThatRunsAgain() {
    String trace = freshTrace();
    Api api = SERVER.api();
    String process =
        api.create(
            Definition.of(
                "again",
                Task.script("A", "if (!vars.repaired) throw new Error('not yet'); return 1")));
    String id = start(process, trace);
    List<Span> before = RECEIVER.await(trace, 2);

    api.put("/api/processInst/" + id + "/actions/variables", Map.of("repaired", true)).expect(200);
    api.act(id, "rerun").expect(200);
    api.awaitStatus(id, "completed");

    List<Span> spans = RECEIVER.await(trace, 4);
    Span first = named(before, "process||" + process);
    assertThat(spans).extracting(Span::getSpanId).hasSize(4).doesNotHaveDuplicates();
    assertThat(spans)
        .filteredOn(span -> !before.contains(span))
        .extracting(Span::getName, Span::getParentSpanId)
        .containsExactlyInAnyOrder(
            tuple("process||" + process, first.getSpanId()), tuple("node||A", first.getSpanId()));
    assertThat(spans)
        .filteredOn(span -> span.getName().startsWith("process"))
        .extracting(span -> attribute(span, "millrace.generation"))
        .containsExactly("1", "2");
  }

  @Test
  void shouldGoOnWhenTheReceiverIsAway() {
    try (TestServer server =
        TestServer.start(
            List.of(), Map.of("MILLRACE_OTLP_ENDPOINT", "http://127.0.0.1:" + closedPort()))) {
      Definition definition = Definition.of("away", Task.script("A", "return 1"));

      assertThat(Api.status(server.api().runToEnd(definition, Json.object("n", 1))))
          .isEqualTo("completed");

      Api.until(
          "the spans are counted as dropped",
          () -> server.api().get("/metrics").text().contains("millrace_spans_dropped_total 2"));
      assertThat(server.api().get("/readyz").status()).isEqualTo(200);
    }
  }

  @Test
  void shouldLoadNothingOfWhatSendsSpansUnlessAReceiverIsConfigured() {
    try (TestServer server = TestServer.start(List.of("-Xlog:class+load:stdout"))) {
      assertThat(
              Api.status(
                  server
                      .api()
                      .runToEnd(
                          Definition.of("quiet", Task.script("A", "return 1")),
                          Json.object("n", 1))))
          .isEqualTo("completed");

      assertThat(server.log())
          .contains("dev.millrace.server.MillraceServer")
          .doesNotContain("io.opentelemetry.")
          .doesNotContain("dev.millrace.server.trace.");
    }
  }

  private static int closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
