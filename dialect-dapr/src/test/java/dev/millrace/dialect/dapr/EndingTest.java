package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.code.CodeState;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.CreateTimerAction;
import dev.millrace.proto.durabletask.GetInstanceRequest;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.PurgeInstancesRequest;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TerminateRequest;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The parts of conformance cases 30 and 36 that need a worker that answers at a chosen moment. */
class EndingTest {
  private final LiveEngine engine = new LiveEngine();
  private final HandWorker worker = engine.worker();
  private final TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub hub =
      TaskHubSidecarServiceGrpc.newBlockingStub(engine.channel())
          .withDeadlineAfter(60, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    worker.close();
    engine.close();
  }

  @Test
  void case36ShouldEndALoopOfRuns() throws Exception {
    start("loop");
    for (int i = 0; i < 5; i++) {
      worker.answerTurn(worker.nextTurn(), continueAsNew());
    }
    WorkItem out = worker.nextTurn();

    terminate("loop");
    worker.answerTurn(out, continueAsNew());

    assertThat(status("loop")).isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED);
    worker.assertNothing();
  }

  @Test
  void case36ShouldForgetTheTimersOfATerminatedInstance() throws Exception {
    start("timer");
    worker.answerTurn(worker.nextTurn(), timer(Instant.now().plusSeconds(3_600)));

    terminate("timer");

    assertThat(status("timer")).isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED);
    CodeState code =
        engine.runtime().instance(new InstanceKey("default", "timer")).join().orElseThrow().code();
    assertThat(code).isNotNull();
    assertThat(code.open().timers()).isEmpty();
    worker.assertNothing();
  }

  @Test
  void case30ShouldForgetWhatAWorkerHasOfAnInstancePurgedByForce() throws Exception {
    start("gone");
    worker.answerTurn(worker.nextTurn(), HandWorker.schedule(0, "a", "1"));
    WorkItem task = worker.nextTask();

    assertThat(
            hub.purgeInstances(
                    PurgeInstancesRequest.newBuilder().setInstanceId("gone").setForce(true).build())
                .getDeletedInstanceCount())
        .isEqualTo(1);
    worker.answerTask(task, "\"late\"");
    start("gone");

    WorkItem turn = worker.nextTurn();
    assertThat(turn.getWorkflowRequest().getPastEventsList()).isEmpty();
    worker.answerTurn(turn, HandWorker.complete(0, "\"new\""));
    worker.assertNothing();
  }

  private void start(String id) {
    var _ =
        TaskHubSidecarServiceGrpc.newFutureStub(engine.channel())
            .startInstance(
                CreateInstanceRequest.newBuilder().setInstanceId(id).setName("W").build());
  }

  private void terminate(String id) {
    var _ = hub.terminateInstance(TerminateRequest.newBuilder().setInstanceId(id).build());
  }

  private OrchestrationStatus status(String id) {
    return hub.getInstance(GetInstanceRequest.newBuilder().setInstanceId(id).build())
        .getWorkflowState()
        .getWorkflowStatus();
  }

  private static WorkflowAction timer(Instant due) {
    return WorkflowAction.newBuilder()
        .setId(0)
        .setCreateTimer(
            CreateTimerAction.newBuilder()
                .setFireAt(
                    Timestamp.newBuilder()
                        .setSeconds(due.getEpochSecond())
                        .setNanos(due.getNano())))
        .build();
  }

  private static WorkflowAction continueAsNew() {
    return WorkflowAction.newBuilder()
        .setId(0)
        .setCompleteWorkflow(
            CompleteWorkflowAction.newBuilder()
                .setWorkflowStatus(OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW)
                .setResult(StringValue.of("1")))
        .build();
  }
}
