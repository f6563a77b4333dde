package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.CreateChildWorkflowAction;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.CreateInstanceResponse;
import dev.millrace.proto.durabletask.CreateTimerAction;
import dev.millrace.proto.durabletask.ExecutionStartedEvent;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import dev.millrace.runtime.time.Clock;
import dev.millrace.runtime.trace.Span;
import dev.millrace.runtime.trace.Tracing;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The spans of workflows: which there are, and what hangs below what. */
class SpansTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";
  private static final String START = "/TaskHubSidecarService/StartInstance";

  private final BlockingQueue<Span> spans = new LinkedBlockingQueue<>();
  private final LiveEngine engine =
      new LiveEngine(Tracing.to(spans::add, 0, new Random(7)::nextLong, Clock.SYSTEM));
  private final HandWorker worker = engine.worker();

  @AfterEach
  void close() {
    worker.close();
    engine.close();
  }

  @Test
  void case40ShouldMakeASpanOfEachPartOfAWorkflow() throws Exception {
    Future<CreateInstanceResponse> answer = start("00-" + TRACE + "-" + CALLER + "-01");

    WorkItem first = worker.nextTurn();
    ExecutionStartedEvent started = started(first);
    worker.answerTurn(first, timer(0));
    worker.answerTurn(worker.nextTurn(), HandWorker.schedule(1, "a", "1"));
    WorkItem task = worker.nextTask();
    worker.answerTask(task, "2");
    worker.answerTurn(worker.nextTurn(), HandWorker.complete(2, "3"));
    assertThat(answer.get(HandWorker.PATIENCE.toSeconds(), TimeUnit.SECONDS).getInstanceId())
        .isEqualTo("t");

    Span call = next(START);
    Span creation = next("create_orchestration||W");
    Span timer = next("timer");
    Span activity = next("activity||a");
    Span run = next("orchestration||W");
    assertThat(spans).isEmpty();
    assertThat(call.at().parentSpan()).isEqualTo(CALLER);
    assertThat(creation.at().parentSpan()).isEqualTo(call.at().ownSpan());
    assertThat(run.at().parentSpan()).isEqualTo(creation.at().ownSpan());
    assertThat(activity.at().parentSpan()).isEqualTo(run.at().ownSpan());
    assertThat(timer.at().parentSpan()).isEqualTo(run.at().ownSpan());
    assertThat(run.at().traceId()).isEqualTo(TRACE);
    assertThat(started.getWorkflowSpanID().getValue()).isEqualTo(run.at().ownSpan());
    assertThat(started.getParentTraceContext().getTraceParent())
        .isEqualTo(creation.at().within().traceParent());
    assertThat(task.getActivityRequest().getParentTraceContext().getTraceParent())
        .isEqualTo(activity.at().within().traceParent());
    assertThat(run.kind()).isEqualTo(Span.Kind.SERVER);
    assertThat(creation.kind()).isEqualTo(Span.Kind.CLIENT);
    assertThat(run.attributes())
        .isEqualTo(
            Map.of(
                "durabletask.type", "orchestration",
                "durabletask.task.name", "W",
                "durabletask.task.instance_id", "t",
                "durabletask.runtime_status", "COMPLETED"));
    assertThat(activity.attributes())
        .containsEntry("durabletask.type", "activity")
        .containsEntry("durabletask.task.task_id", 1L);
    assertThat(timer.attributes())
        .containsEntry("durabletask.type", "timer")
        .containsKey("durabletask.fire_at");
    assertThat(run.start()).isBeforeOrEqualTo(timer.start());
    assertThat(activity.end()).isBeforeOrEqualTo(run.end());
  }

  @Test
  void shouldBeginATraceOfItsOwnWithEachRun() throws Exception {
    var _ = start("00-" + TRACE + "-" + CALLER + "-01");
    worker.answerTurn(worker.nextTurn(), again(0));
    WorkItem second = worker.nextTurn();
    worker.answerTurn(second, HandWorker.complete(0, "1"));

    next(START);
    next("create_orchestration||W");
    Span before = next("orchestration||W");
    Span after = next("orchestration||W");

    assertThat(before.at().traceId()).isEqualTo(TRACE);
    assertThat(before.attributes()).containsEntry("durabletask.runtime_status", "CONTINUED_AS_NEW");
    assertThat(after.at().traceId()).isNotEqualTo(TRACE);
    assertThat(after.at().parentSpan()).isEqualTo(TraceContext.NO_SPAN);
    assertThat(started(second).getParentTraceContext().getTraceParent())
        .isEqualTo(after.at().within().traceParent());
  }

  @Test
  void shouldHangChildrenBelowTheirParents() throws Exception {
    var _ = start("00-" + TRACE + "-" + CALLER + "-01");
    worker.answerTurn(
        worker.nextTurn(),
        WorkflowAction.newBuilder()
            .setId(0)
            .setCreateChildWorkflow(
                CreateChildWorkflowAction.newBuilder().setName("Child").setInstanceId("child"))
            .build());
    worker.answerTurn(worker.nextTurn(), failed(0));
    worker.answerTurn(worker.nextTurn(), HandWorker.complete(1, "1"));

    next(START);
    next("create_orchestration||W");
    Span child = next("orchestration||Child");
    Span run = next("orchestration||W");

    assertThat(child.at().traceId()).isEqualTo(TRACE);
    assertThat(child.at().parentSpan()).isEqualTo(run.at().ownSpan());
    assertThat(child.error()).isEqualTo("broken");
    assertThat(run.error()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"00-" + TRACE + "-" + CALLER + "-00", ""})
  void shouldMakeNoneOfWhatIsNotSampled(String caller) throws Exception {
    var _ = start(caller);
    WorkItem turn = worker.nextTurn();
    worker.answerTurn(turn, HandWorker.schedule(0, "a", "1"));
    WorkItem task = worker.nextTask();
    worker.answerTask(task, "2");
    worker.answerTurn(worker.nextTurn(), HandWorker.complete(1, "3"));
    assertThat(
            TaskHubSidecarServiceGrpc.newBlockingStub(engine.channel())
                .waitForInstanceCompletion(
                    dev.millrace.proto.durabletask.GetInstanceRequest.newBuilder()
                        .setInstanceId("t")
                        .build())
                .getExists())
        .isTrue();

    assertThat(spans).isEmpty();
    assertThat(task.getActivityRequest().getParentTraceContext().getTraceParent())
        .isEqualTo(caller);
    assertThat(started(turn).hasWorkflowSpanID()).isFalse();
  }

  @Test
  void shouldSayWhyAStartWasRefused() throws Exception {
    var _ = start("00-" + TRACE + "-" + CALLER + "-01");
    worker.nextTurn();
    next(START);
    next("create_orchestration||W");

    var _ = start("00-" + TRACE + "-" + CALLER + "-01");

    assertThat(next(START).error()).contains("already exists");
    assertThat(next("create_orchestration||W").error()).contains("already exists");
  }

  private Future<CreateInstanceResponse> start(String caller) {
    return TaskHubSidecarServiceGrpc.newFutureStub(engine.channel())
        .startInstance(
            CreateInstanceRequest.newBuilder()
                .setInstanceId("t")
                .setName("W")
                .setParentTraceContext(
                    dev.millrace.proto.durabletask.TraceContext.newBuilder().setTraceParent(caller))
                .build());
  }

  private Span next(String name) throws InterruptedException {
    Span span = spans.poll(HandWorker.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(span).as("a span %s within %s", name, HandWorker.PATIENCE).isNotNull();
    assertThat(span.name()).isEqualTo(name);
    return span;
  }

  private static ExecutionStartedEvent started(WorkItem turn) {
    return turn.getWorkflowRequest().getNewEvents(1).getExecutionStarted();
  }

  private static WorkflowAction timer(int id) {
    return WorkflowAction.newBuilder()
        .setId(id)
        .setCreateTimer(
            CreateTimerAction.newBuilder().setFireAt(Timestamp.newBuilder().setSeconds(1)))
        .build();
  }

  private static WorkflowAction again(int id) {
    return completed(id, OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW);
  }

  private static WorkflowAction failed(int id) {
    WorkflowAction.Builder failed =
        completed(id, OrchestrationStatus.ORCHESTRATION_STATUS_FAILED).toBuilder();
    failed
        .getCompleteWorkflowBuilder()
        .getFailureDetailsBuilder()
        .setErrorType("Broken")
        .setErrorMessage("broken");
    return failed.build();
  }

  private static WorkflowAction completed(int id, OrchestrationStatus status) {
    return WorkflowAction.newBuilder()
        .setId(id)
        .setCompleteWorkflow(CompleteWorkflowAction.newBuilder().setWorkflowStatus(status))
        .build();
  }
}
