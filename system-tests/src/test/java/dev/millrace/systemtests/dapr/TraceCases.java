package dev.millrace.systemtests.dapr;

import static dev.millrace.systemtests.SpanReceiver.attribute;
import static dev.millrace.systemtests.SpanReceiver.hex;
import static dev.millrace.systemtests.SpanReceiver.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.TraceContext;
import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.RunningServer;
import dev.millrace.systemtests.SpanReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The spans of code workflows, as a receiver of OTLP gets them. */
final class TraceCases {
  private static final String START = "/TaskHubSidecarService/StartInstance";
  private static final String CREATION = "create_orchestration||Traced";
  private static final String RUN = "orchestration||Traced";
  private static final String CALLER = "b7ad6b7169203331";
  private static final SpanReceiver RECEIVER = SpanReceiver.start();

  @RegisterExtension
  final RunningServer running = new RunningServer(Map.of("MILLRACE_OTLP_ENDPOINT", RECEIVER.url()));

  @AfterAll
  static void close() {
    RECEIVER.close();
  }

  private HubClient client() {
    return new HubClient(running.get().grpcPort(), "");
  }

  private static DotNetWorker worker(HubClient client) {
    return client
        .worker()
        .activity("Next", input -> input + "!")
        .flow(
            "Traced",
            replay -> {
              replay.timer(Duration.ofMillis(20));
              return replay.activity("Next", "1");
            })
        .flow(
            "Waiting",
            replay -> replay.activity("Next", replay.activity("Next", "1") + replay.event("go")))
        .connect();
  }

  private static String start(HubClient client, String workflow, String trace) {
    String id = "trace-" + UUID.randomUUID();
    var _ =
        client
            .hub()
            .startInstance(
                CreateInstanceRequest.newBuilder()
                    .setName(workflow)
                    .setInstanceId(id)
                    .setParentTraceContext(
                        TraceContext.newBuilder()
                            .setTraceParent("00-%s-%s-01".formatted(trace, CALLER)))
                    .build());
    return id;
  }

  private static String freshTrace() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  @Test
  void case40ShouldSendFiveSpansInOrderEachBelowItsParent() {
    String trace = freshTrace();
    try (HubClient client = client();
        DotNetWorker _ = worker(client)) {
      String id = start(client, "Traced", trace);
      assertThat(client.end(id).getOutput().getValue()).isEqualTo("1!");

      List<Span> spans = RECEIVER.await(trace, 5);

      assertThat(spans)
          .extracting(Span::getName)
          .containsExactly(START, CREATION, RUN, "timer", "activity||Next");
      assertThat(hex(named(spans, START).getParentSpanId())).isEqualTo(CALLER);
      assertBelow(spans, CREATION, START);
      assertBelow(spans, RUN, CREATION);
      assertBelow(spans, "timer", RUN);
      assertBelow(spans, "activity||Next", RUN);
      Span run = named(spans, RUN);
      assertThat(run.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
      assertThat(named(spans, CREATION).getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
      assertThat(attribute(run, "durabletask.task.instance_id")).isEqualTo(id);
      assertThat(attribute(run, "durabletask.runtime_status")).isEqualTo("COMPLETED");
      assertThat(attribute(named(spans, "timer"), "durabletask.task.task_id")).isEqualTo("0");
      assertThat(RECEIVER.services()).contains("service.name=millrace");
      Api.until(
          "the spans are counted",
          () -> running.api().get("/metrics").text().contains("millrace_spans_exported_total 5"));
    }
  }

  @Test
  void shouldKeepTheTraceWholeWhenTheServerIsKilledInBetween() {
    String trace = freshTrace();
    try (HubClient client = client();
        DotNetWorker _ = worker(client)) {
      String id = start(client, "Waiting", trace);
      List<Span> before = RECEIVER.await(trace, 3);

      running.get().kill();
      running.get().restart();
      try (HubClient another = client()) {
        another.raise(id, "go", "?");
        assertThat(another.end(id).getOutput().getValue()).isEqualTo("1!?!");
      }

      List<Span> spans = RECEIVER.await(trace, 5);
      assertThat(before)
          .extracting(Span::getName)
          .containsExactlyInAnyOrder(START, "create_orchestration||Waiting", "activity||Next");
      assertThat(spans)
          .extracting(Span::getName)
          .containsExactlyInAnyOrder(
              START,
              "create_orchestration||Waiting",
              "orchestration||Waiting",
              "activity||Next",
              "activity||Next");
      assertThat(spans).extracting(Span::getSpanId).doesNotHaveDuplicates();
      Span run = named(spans, "orchestration||Waiting");
      assertThat(spans)
          .filteredOn(span -> span.getName().startsWith("activity"))
          .extracting(Span::getParentSpanId)
          .containsOnly(run.getSpanId());
      assertThat(run.getStartTimeUnixNano())
          .isLessThanOrEqualTo(before.getLast().getStartTimeUnixNano());
    }
  }

  private static void assertBelow(List<Span> spans, String name, String parent) {
    assertThat(named(spans, name).getParentSpanId())
        .as("%s below %s", name, parent)
        .isEqualTo(named(spans, parent).getSpanId());
  }
}
