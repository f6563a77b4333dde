package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import com.google.protobuf.StringValue;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.GetInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceResponse;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.ListInstanceIDsRequest;
import dev.millrace.proto.durabletask.ListInstanceIDsResponse;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.PurgeInstancesRequest;
import dev.millrace.proto.durabletask.RaiseEventRequest;
import dev.millrace.proto.durabletask.ResumeRequest;
import dev.millrace.proto.durabletask.SuspendRequest;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TerminateRequest;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The task hub over a real engine in memory, with workers played by hand. */
class TaskHubServiceTest {
  private final LiveEngine engine = new LiveEngine();
  private final TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub hub =
      TaskHubSidecarServiceGrpc.newBlockingStub(engine.channel())
          .withDeadlineAfter(60, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void shouldRunChain() throws Exception {
    start("chain", "Chain", "\"in\"");
    HandWorker worker = engine.worker();

    WorkItem first = worker.nextTurn();
    assertThat(first.getWorkflowRequest().getPastEventsList()).isEmpty();
    assertThat(kinds(first.getWorkflowRequest().getNewEventsList()))
        .containsExactly(EventTypeCase.WORKFLOWSTARTED, EventTypeCase.EXECUTIONSTARTED);
    worker.answerTurn(first, HandWorker.schedule(0, "a", "1"));
    WorkItem a = worker.nextTask();
    assertThat(a.getActivityRequest().getName()).isEqualTo("a");
    assertThat(a.getActivityRequest().getInput().getValue()).isEqualTo("1");
    assertThat(a.getActivityRequest().getTaskExecutionId()).isEqualTo("exec-0");
    worker.answerTask(a, "2");
    WorkItem second = worker.nextTurn();
    assertThat(second.getWorkflowRequest().getPastEventsCount()).isEqualTo(3);
    worker.answerTurn(second, HandWorker.schedule(1, "b", "2"));
    worker.answerTask(worker.nextTask(), "3");
    worker.answerTurn(worker.nextTurn(), HandWorker.complete(2, "3"));

    WorkflowState ended = ended("chain");
    assertThat(ended.getWorkflowStatus())
        .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED);
    assertThat(ended.getName()).isEqualTo("Chain");
    assertThat(ended.getInput().getValue()).isEqualTo("\"in\"");
    assertThat(ended.getOutput().getValue()).isEqualTo("3");
    assertThat(history("chain"))
        .containsExactly(
            EventTypeCase.WORKFLOWSTARTED,
            EventTypeCase.EXECUTIONSTARTED,
            EventTypeCase.TASKSCHEDULED,
            EventTypeCase.WORKFLOWSTARTED,
            EventTypeCase.TASKCOMPLETED,
            EventTypeCase.TASKSCHEDULED,
            EventTypeCase.WORKFLOWSTARTED,
            EventTypeCase.TASKCOMPLETED,
            EventTypeCase.EXECUTIONCOMPLETED);
  }

  @Test
  void shouldFanOutAndIn() throws Exception {
    start("fan", "Fan", "0");
    HandWorker worker = engine.worker();
    int width = 20;
    var actions = new dev.millrace.proto.durabletask.WorkflowAction[width];
    for (int i = 0; i < width; i++) {
      actions[i] = HandWorker.schedule(i, "part", Integer.toString(i));
    }
    worker.answerTurn(worker.nextTurn(), actions);
    List<WorkItem> parts = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      parts.add(worker.nextTask());
    }
    assertThat(parts)
        .extracting(part -> part.getActivityRequest().getTaskId())
        .doesNotHaveDuplicates();
    parts.forEach(part -> worker.answerTask(part, "1"));

    int results = 0;
    while (results < width) {
      WorkItem turn = worker.nextTurn();
      results =
          (int)
                  kinds(turn.getWorkflowRequest().getPastEventsList()).stream()
                      .filter(EventTypeCase.TASKCOMPLETED::equals)
                      .count()
              + (int)
                  kinds(turn.getWorkflowRequest().getNewEventsList()).stream()
                      .filter(EventTypeCase.TASKCOMPLETED::equals)
                      .count();
      if (results < width) {
        worker.answerTurn(turn);
      } else {
        worker.answerTurn(turn, HandWorker.complete(width, "20"));
      }
    }
    assertThat(ended("fan").getOutput().getValue()).isEqualTo("20");
  }

  @Test
  void shouldOfferWorkOfEndedStreamToOthersAtOnce() throws Exception {
    start("lost", "W", "0");
    HandWorker first = engine.worker();
    WorkItem turn = first.nextTurn();
    HandWorker second = engine.worker();

    first.close();
    WorkItem again = second.nextTurn();

    assertThat(again.getWorkflowRequest().getInstanceId()).isEqualTo("lost");
    assertThat(again.getCompletionToken()).isNotEqualTo(turn.getCompletionToken()).isNotEmpty();
    second.answerTurn(turn, HandWorker.complete(0, "\"stale\""));
    second.answerTurn(again, HandWorker.schedule(0, "a", "1"));
    WorkItem task = second.nextTask();
    HandWorker third = engine.worker();
    second.close();
    WorkItem taskAgain = third.nextTask();
    assertThat(taskAgain.getActivityRequest()).isEqualTo(task.getActivityRequest());
    third.answerTask(taskAgain, "2");
    third.answerTask(task, "3");
    third.answerTurn(third.nextTurn(), HandWorker.complete(1, "\"fresh\""));
    assertThat(ended("lost").getOutput().getValue()).isEqualTo("\"fresh\"");
  }

  @Test
  void shouldTakeAnswersWithoutToken() throws Exception {
    start("plain", "W", "0");
    HandWorker worker = engine.worker();

    worker.answerTurn(worker.nextTurn(), "", HandWorker.schedule(0, "a", "1"));
    worker.answerTask(worker.nextTask(), "", "2");
    worker.answerTurn(worker.nextTurn(), "", HandWorker.complete(1, "2"));

    assertThat(ended("plain").getOutput().getValue()).isEqualTo("2");
  }

  @Test
  void shouldShareWorkAmongWorkers() throws Exception {
    List<HandWorker> workers = List.of(engine.worker(), engine.worker());
    awaitConnected(workers.size());
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String id = "shared-" + i;
      starts.add(CompletableFuture.runAsync(() -> start(id, "W", "0"), Thread::startVirtualThread));
    }

    List<String> taken = new ArrayList<>();
    for (HandWorker worker : workers) {
      for (int i = 0; i < 2; i++) {
        WorkItem turn = worker.nextTurn();
        taken.add(turn.getWorkflowRequest().getInstanceId());
        worker.answerTurn(turn, HandWorker.complete(0, "1"));
      }
    }

    CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
    assertThat(taken).containsExactlyInAnyOrder("shared-0", "shared-1", "shared-2", "shared-3");
  }

  @Test
  void shouldEndStreamsWithoutOkWhenItStops() throws Exception {
    HandWorker worker = engine.worker();
    awaitConnected(1);

    engine.dialect().close();

    Status end = worker.end().get(10, TimeUnit.SECONDS);
    assertThat(end.getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(end.getDescription()).isEqualTo("shutting down");
  }

  @Test
  void shouldEndStreamsOfJavaScriptWellWhenItStops() throws Exception {
    ManagedChannel channel = engine.channelOf("dapr-js-sdk/workflow grpc-node-js/1.14.3");
    try (HandWorker worker = new HandWorker(channel)) {
      awaitConnected(1);

      engine.dialect().close();

      assertThat(worker.end().get(10, TimeUnit.SECONDS).isOk()).isTrue();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void shouldSuspendHoldEventsAndResume() throws Exception {
    start("held", "W", "0");
    HandWorker worker = engine.worker();
    worker.answerTurn(worker.nextTurn());
    hub.suspendInstance(
        SuspendRequest.newBuilder().setInstanceId("held").setReason(StringValue.of("r")).build());
    assertThat(state("held").getWorkflowStatus())
        .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_SUSPENDED);
    hub.raiseEvent(RaiseEventRequest.newBuilder().setInstanceId("held").setName("Go").build());
    hub.resumeInstance(ResumeRequest.newBuilder().setInstanceId("held").build());
    assertThat(state("held").getWorkflowStatus())
        .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_RUNNING);

    List<EventTypeCase> seen = new ArrayList<>();
    while (!seen.contains(EventTypeCase.EVENTRAISED)) {
      WorkItem turn = worker.nextTurn();
      seen.addAll(kinds(turn.getWorkflowRequest().getNewEventsList()));
      if (seen.contains(EventTypeCase.EVENTRAISED)) {
        worker.answerTurn(turn, HandWorker.complete(0, "1"));
      } else {
        worker.answerTurn(turn);
      }
    }
    assertThat(ended("held").getWorkflowStatus())
        .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED);
  }

  @Test
  void shouldTerminateWithoutWorker() {
    start("gone", "W", "0");

    hub.terminateInstance(
        TerminateRequest.newBuilder()
            .setInstanceId("gone")
            .setOutput(StringValue.of("\"bye\""))
            .build());

    WorkflowState state = ended("gone");
    assertThat(state.getWorkflowStatus())
        .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_TERMINATED);
    assertThat(state.getOutput().getValue()).isEqualTo("\"bye\"");
  }

  @Test
  void shouldWordRefusalsAsClientsKnowThem() {
    start("one", "W", "0");

    assertRefused(
        () -> start("one", "W", "0"),
        Status.Code.ALREADY_EXISTS,
        "failed to create workflow instance: rpc error: code = AlreadyExists desc = an active"
            + " workflow with ID 'one' already exists");
    assertRefused(
        () ->
            hub.raiseEvent(
                RaiseEventRequest.newBuilder().setInstanceId("none").setName("e").build()),
        Status.Code.UNKNOWN,
        "no such instance exists");
    assertRefused(
        () -> hub.terminateInstance(TerminateRequest.newBuilder().setInstanceId("none").build()),
        Status.Code.UNKNOWN,
        "failed to submit termination request: no such instance exists");
    assertRefused(
        () -> purge("none", false),
        Status.Code.UNKNOWN,
        "failed to purge workflow state: no such instance exists");
    assertRefused(
        () -> purge("none", true),
        Status.Code.UNKNOWN,
        "failed to purge workflow state: failed to fetch workflow state: no such instance exists");
    assertRefused(
        () -> purge("one", false),
        Status.Code.UNKNOWN,
        "failed to purge workflow state: orchestration has not yet completed");
    assertRefused(
        () ->
            hub.getInstanceHistory(
                GetInstanceHistoryRequest.newBuilder().setInstanceId("none").build()),
        Status.Code.NOT_FOUND,
        "workflow instance 'none' not found");
    assertThat(hub.getInstance(GetInstanceRequest.newBuilder().setInstanceId("none").build()))
        .isEqualTo(GetInstanceResponse.getDefaultInstance());
    assertThat(hub.hello(Empty.getDefaultInstance())).isEqualTo(Empty.getDefaultInstance());
  }

  @Test
  void shouldPurgeAndListIds() {
    for (int i = 0; i < 5; i++) {
      start("id-" + i, "W", "0");
    }
    hub.terminateInstance(TerminateRequest.newBuilder().setInstanceId("id-2").build());
    purge("id-2", false);

    ListInstanceIDsResponse first =
        hub.listInstanceIDs(ListInstanceIDsRequest.newBuilder().setPageSize(3).build());
    ListInstanceIDsResponse second =
        hub.listInstanceIDs(
            ListInstanceIDsRequest.newBuilder()
                .setPageSize(3)
                .setContinuationToken(first.getContinuationToken())
                .build());

    assertThat(first.getInstanceIdsList()).containsExactly("id-0", "id-1", "id-3");
    assertThat(second.getInstanceIdsList()).containsExactly("id-4");
    assertThat(second.hasContinuationToken()).isFalse();
  }

  private void purge(String id, boolean recursive) {
    hub.purgeInstances(
        PurgeInstancesRequest.newBuilder().setInstanceId(id).setRecursive(recursive).build());
  }

  private static void assertRefused(ThrowingCallable call, Status.Code code, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(message);
              assertThat(e.getStatus().getCode()).isEqualTo(code);
            });
  }

  private void start(String id, String name, String input) {
    hub.startInstance(
        CreateInstanceRequest.newBuilder()
            .setInstanceId(id)
            .setName(name)
            .setInput(StringValue.of(input))
            .build());
  }

  private WorkflowState state(String id) {
    return hub.getInstance(
            GetInstanceRequest.newBuilder().setInstanceId(id).setGetInputsAndOutputs(true).build())
        .getWorkflowState();
  }

  private WorkflowState ended(String id) {
    return hub.waitForInstanceCompletion(
            GetInstanceRequest.newBuilder().setInstanceId(id).setGetInputsAndOutputs(true).build())
        .getWorkflowState();
  }

  private List<EventTypeCase> history(String id) {
    return kinds(
        hub.getInstanceHistory(GetInstanceHistoryRequest.newBuilder().setInstanceId(id).build())
            .getEventsList());
  }

  private static List<EventTypeCase> kinds(List<HistoryEvent> events) {
    return events.stream().map(HistoryEvent::getEventTypeCase).toList();
  }

  private void awaitConnected(int workers) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (engine.runtime().workers().connected("default") < workers) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
