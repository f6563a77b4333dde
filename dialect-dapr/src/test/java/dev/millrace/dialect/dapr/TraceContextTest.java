package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import dev.millrace.proto.dapr.DaprGrpc;
import dev.millrace.proto.dapr.StartWorkflowRequest;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.CreateChildWorkflowAction;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TraceContext;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The caller's trace, from the start through turns to activities and children. */
class TraceContextTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  private final LiveEngine engine = new LiveEngine();
  private final HandWorker worker = engine.worker();

  @AfterEach
  void close() {
    worker.close();
    engine.close();
  }

  @Test
  void shouldTakeTheTraceOfTheRequest() throws Exception {
    start(
        engine.channel(),
        CreateInstanceRequest.newBuilder()
            .setParentTraceContext(
                TraceContext.newBuilder()
                    .setTraceParent(PARENT)
                    .setTraceState(StringValue.of("vendor=1"))));

    WorkItem turn = worker.nextTurn();
    assertThat(traceOf(turn).getTraceParent()).isEqualTo(PARENT);
    assertThat(traceOf(turn).getTraceState().getValue()).isEqualTo("vendor=1");
  }

  @Test
  void shouldTakeTheTraceOfTheCallsMetadata() throws Exception {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), PARENT);
    headers.put(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER), "vendor=2");

    start(with(headers), CreateInstanceRequest.newBuilder());

    WorkItem turn = worker.nextTurn();
    assertThat(traceOf(turn).getTraceParent()).isEqualTo(PARENT);
    assertThat(traceOf(turn).getTraceState().getValue()).isEqualTo("vendor=2");
  }

  @Test
  void shouldTakeTheBinaryForm() throws Exception {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("grpc-trace-bin", Metadata.BINARY_BYTE_MARSHALLER),
        HexFormat.of().parseHex("0000" + TRACE + "01" + "b7ad6b7169203331" + "0201"));

    start(with(headers), CreateInstanceRequest.newBuilder());

    assertThat(traceOf(worker.nextTurn()).getTraceParent()).isEqualTo(PARENT);
  }

  @Test
  void shouldUnderstandOlderClientsThatSendTheIdsApart() throws Exception {
    start(engine.channel(), CreateInstanceRequest.newBuilder().setParentTraceContext(apart()));

    assertThat(traceOf(worker.nextTurn()).getTraceParent()).isEqualTo(PARENT);
  }

  // The field of the span is what older clients send.
  @SuppressWarnings("deprecation")
  private static TraceContext apart() {
    return TraceContext.newBuilder().setTraceParent(TRACE).setSpanID("b7ad6b7169203331").build();
  }

  @Test
  void shouldTakeTheTraceOfAStartThroughTheSidecarsService() throws Exception {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), PARENT);

    var _ =
        DaprGrpc.newBlockingStub(with(headers))
            .startWorkflowBeta1(
                StartWorkflowRequest.newBuilder()
                    .setInstanceId("t")
                    .setWorkflowComponent("dapr")
                    .setWorkflowName("W")
                    .build());

    assertThat(traceOf(worker.nextTurn()).getTraceParent()).isEqualTo(PARENT);
  }

  @Test
  void shouldTakeTheTraceOfAStartOverHttp() throws Exception {
    try (HttpDoor door = new HttpDoor(engine.dialect())) {
      assertThat(
              door.send(
                  "POST",
                  "/v1.0/workflows/dapr/W/start?instanceID=t",
                  "1",
                  "traceparent",
                  PARENT,
                  "tracestate",
                  "vendor=3"))
          .startsWith("202");
    }

    WorkItem turn = worker.nextTurn();
    assertThat(traceOf(turn).getTraceParent()).isEqualTo(PARENT);
    assertThat(traceOf(turn).getTraceState().getValue()).isEqualTo("vendor=3");
  }

  @Test
  void shouldIgnoreHeadersThatNameNoTrace() throws Exception {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01");
    headers.put(
        Metadata.Key.of("grpc-trace-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {1, 2});

    start(with(headers), CreateInstanceRequest.newBuilder());

    WorkItem turn = worker.nextTurn();
    assertThat(
            turn.getWorkflowRequest().getNewEvents(1).getExecutionStarted().hasParentTraceContext())
        .isFalse();
  }

  @Test
  void shouldHandTheTraceToActivitiesAndChildrenAndBeginAnotherInTheNextRun() throws Exception {
    start(
        engine.channel(),
        CreateInstanceRequest.newBuilder()
            .setParentTraceContext(TraceContext.newBuilder().setTraceParent(PARENT)));

    worker.answerTurn(
        worker.nextTurn(),
        HandWorker.schedule(0, "a", "1"),
        WorkflowAction.newBuilder()
            .setId(1)
            .setCreateChildWorkflow(
                CreateChildWorkflowAction.newBuilder().setName("Child").setInstanceId("child"))
            .build());
    WorkItem one = worker.next();
    WorkItem other = worker.next();
    WorkItem task = one.hasActivityRequest() ? one : other;
    WorkItem child = one.hasActivityRequest() ? other : one;
    assertThat(task.getActivityRequest().getParentTraceContext().getTraceParent())
        .isEqualTo(PARENT);
    assertThat(traceOf(child).getTraceParent()).isEqualTo(PARENT);
    worker.answerTask(task, "2");
    worker.answerTurn(
        worker.nextTurn(),
        WorkflowAction.newBuilder()
            .setId(2)
            .setCompleteWorkflow(
                CompleteWorkflowAction.newBuilder()
                    .setWorkflowStatus(OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW))
            .build());

    assertThat(traceOf(worker.nextTurn()).getTraceParent())
        .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
        .doesNotContain(TRACE);
  }

  private Channel with(Metadata headers) {
    return ClientInterceptors.intercept(
        engine.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static void start(Channel channel, CreateInstanceRequest.Builder request) {
    var _ =
        TaskHubSidecarServiceGrpc.newFutureStub(channel)
            .startInstance(request.setInstanceId("t").setName("W").build());
  }

  private static TraceContext traceOf(WorkItem turn) {
    return turn.getWorkflowRequest().getNewEvents(1).getExecutionStarted().getParentTraceContext();
  }
}
