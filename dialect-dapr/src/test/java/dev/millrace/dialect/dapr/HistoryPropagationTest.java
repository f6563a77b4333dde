package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import dev.millrace.proto.durabletask.CompleteWorkflowAction;
import dev.millrace.proto.durabletask.CreateChildWorkflowAction;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.HistoryPropagationScope;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.PropagatedHistory;
import dev.millrace.proto.durabletask.PropagatedHistoryChunk;
import dev.millrace.proto.durabletask.RerunWorkflowFromEventRequest;
import dev.millrace.proto.durabletask.ScheduleTaskAction;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What activities and children are shown of the history above them, with workers by hand. */
class HistoryPropagationTest {
  private static final HistoryPropagationScope OWN =
      HistoryPropagationScope.HISTORY_PROPAGATION_SCOPE_OWN_HISTORY;
  private static final HistoryPropagationScope LINEAGE =
      HistoryPropagationScope.HISTORY_PROPAGATION_SCOPE_LINEAGE;

  private final LiveEngine engine = new LiveEngine();
  private final TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub hub =
      TaskHubSidecarServiceGrpc.newBlockingStub(engine.channel())
          .withDeadlineAfter(60, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void shouldShowActivityWhatHappenedUpToIt() throws Exception {
    start("p", "Parent");
    HandWorker worker = engine.worker();
    worker.answerTurn(worker.nextTurn(), HandWorker.schedule(0, "first", "1"));
    worker.answerTask(worker.nextTask(), "2");

    worker.answerTurn(
        worker.nextTurn(), activity(1, "audit", OWN), HandWorker.schedule(2, "other", "3"));

    PropagatedHistory shown = task(worker, "audit").getActivityRequest().getPropagatedHistory();
    assertThat(shown.getScope()).isEqualTo(OWN);
    assertThat(shown.getChunksList()).hasSize(1);
    PropagatedHistoryChunk chunk = shown.getChunks(0);
    assertThat(chunk.getAppId()).isEqualTo("default");
    assertThat(chunk.getInstanceId()).isEqualTo("p");
    assertThat(chunk.getWorkflowName()).isEqualTo("Parent");
    assertThat(kinds(chunk))
        .containsExactly(
            EventTypeCase.WORKFLOWSTARTED,
            EventTypeCase.EXECUTIONSTARTED,
            EventTypeCase.TASKSCHEDULED,
            EventTypeCase.WORKFLOWSTARTED,
            EventTypeCase.TASKCOMPLETED,
            EventTypeCase.TASKSCHEDULED);
    assertThat(events(chunk).getLast().getTaskScheduled().getName()).isEqualTo("audit");
  }

  @Test
  void shouldShowNothingThatWasNotAskedFor() throws Exception {
    start("p", "Parent");
    HandWorker worker = engine.worker();

    worker.answerTurn(
        worker.nextTurn(),
        HandWorker.schedule(0, "a", "1"),
        child(1, "Child", HistoryPropagationScope.HISTORY_PROPAGATION_SCOPE_NONE));

    for (int i = 0; i < 2; i++) {
      WorkItem item = worker.next();
      assertThat(item.getActivityRequest().hasPropagatedHistory()).isFalse();
      assertThat(item.getWorkflowRequest().hasPropagatedHistory()).isFalse();
    }
  }

  @Test
  void shouldShowLineageToGrandchildInEveryTurnOfIt() throws Exception {
    start("root", "Root");
    HandWorker worker = engine.worker();
    worker.answerTurn(worker.nextTurn(), child(0, "Middle", LINEAGE));
    WorkItem middle = worker.nextTurn();
    assertThat(workflows(middle)).containsExactly("Root");

    worker.answerTurn(middle, child(0, "Leaf", LINEAGE));

    WorkItem leaf = worker.nextTurn();
    assertThat(workflows(leaf)).containsExactly("Root", "Middle");
    assertThat(leaf.getWorkflowRequest().getPropagatedHistory().getScope()).isEqualTo(LINEAGE);
    worker.answerTurn(leaf, HandWorker.schedule(0, "a", "1"));
    worker.answerTask(worker.nextTask(), "2");
    WorkItem again = worker.nextTurn();
    assertThat(again.getWorkflowRequest().getPropagatedHistory())
        .isEqualTo(leaf.getWorkflowRequest().getPropagatedHistory());
  }

  @Test
  void shouldEndTheChainWhereOnlyOwnHistoryIsShown() throws Exception {
    start("root", "Root");
    HandWorker worker = engine.worker();
    worker.answerTurn(worker.nextTurn(), child(0, "Middle", LINEAGE));

    worker.answerTurn(worker.nextTurn(), child(0, "Leaf", OWN));

    assertThat(workflows(worker.nextTurn())).containsExactly("Middle");
  }

  @Test
  void shouldGoOnWithTheChainWhenAChildContinuesAsNew() throws Exception {
    start("root", "Root");
    HandWorker worker = engine.worker();
    worker.answerTurn(worker.nextTurn(), child(0, "Loop", LINEAGE));

    worker.answerTurn(worker.nextTurn(), continueAsNew());

    WorkItem second = worker.nextTurn();
    assertThat(workflows(second)).containsExactly("Root", "Loop");
    assertThat(kinds(second.getWorkflowRequest().getPropagatedHistory().getChunks(1)))
        .containsExactly(EventTypeCase.WORKFLOWSTARTED, EventTypeCase.EXECUTIONSTARTED);
  }

  @Test
  void shouldShowARootNothingAfterItContinuedAsNew() throws Exception {
    start("root", "Root");
    HandWorker worker = engine.worker();

    worker.answerTurn(worker.nextTurn(), activity(0, "a", LINEAGE), continueAsNew());

    boolean turnSeen = false;
    for (int i = 0; i < 2; i++) {
      WorkItem item = worker.next();
      if (item.hasWorkflowRequest()) {
        turnSeen = true;
        assertThat(item.getWorkflowRequest().hasPropagatedHistory()).isFalse();
      } else {
        assertThat(kinds(item.getActivityRequest().getPropagatedHistory().getChunks(0)))
            .containsExactly(
                EventTypeCase.WORKFLOWSTARTED,
                EventTypeCase.EXECUTIONSTARTED,
                EventTypeCase.TASKSCHEDULED);
      }
    }
    assertThat(turnSeen).isTrue();
  }

  @Test
  void shouldShowActivityTheSameAfterARerun() throws Exception {
    start("p", "Parent");
    HandWorker worker = engine.worker();
    worker.answerTurn(worker.nextTurn(), activity(0, "audit", OWN));
    worker.answerTask(worker.nextTask(), "1");
    worker.answerTurn(worker.nextTurn(), HandWorker.complete(1, "1"));

    hub.rerunWorkflowFromEvent(
        RerunWorkflowFromEventRequest.newBuilder()
            .setSourceInstanceID("p")
            .setEventID(0)
            .setNewInstanceID("p2")
            .build());

    PropagatedHistory shown = worker.nextTask().getActivityRequest().getPropagatedHistory();
    assertThat(shown.getChunks(0).getInstanceId()).isEqualTo("p2");
    assertThat(kinds(shown.getChunks(0))).endsWith(EventTypeCase.TASKSCHEDULED);
  }

  private WorkItem task(HandWorker worker, String name) throws InterruptedException {
    while (true) {
      WorkItem item = worker.nextTask();
      if (item.getActivityRequest().getName().equals(name)) {
        return item;
      }
    }
  }

  private void start(String id, String name) {
    var _ =
        hub.startInstance(
            CreateInstanceRequest.newBuilder().setInstanceId(id).setName(name).build());
  }

  private static WorkflowAction activity(int id, String name, HistoryPropagationScope scope) {
    return WorkflowAction.newBuilder()
        .setId(id)
        .setScheduleTask(
            ScheduleTaskAction.newBuilder().setName(name).setHistoryPropagationScope(scope))
        .build();
  }

  private static WorkflowAction child(int id, String name, HistoryPropagationScope scope) {
    return WorkflowAction.newBuilder()
        .setId(id)
        .setCreateChildWorkflow(
            CreateChildWorkflowAction.newBuilder().setName(name).setHistoryPropagationScope(scope))
        .build();
  }

  private static WorkflowAction continueAsNew() {
    return WorkflowAction.newBuilder()
        .setId(1)
        .setCompleteWorkflow(
            CompleteWorkflowAction.newBuilder()
                .setWorkflowStatus(OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW)
                .setResult(StringValue.of("1")))
        .build();
  }

  private static List<String> workflows(WorkItem turn) {
    return turn.getWorkflowRequest().getPropagatedHistory().getChunksList().stream()
        .map(PropagatedHistoryChunk::getWorkflowName)
        .toList();
  }

  private static List<EventTypeCase> kinds(PropagatedHistoryChunk chunk)
      throws InvalidProtocolBufferException {
    return events(chunk).stream().map(HistoryEvent::getEventTypeCase).toList();
  }

  private static List<HistoryEvent> events(PropagatedHistoryChunk chunk)
      throws InvalidProtocolBufferException {
    List<HistoryEvent> events = new ArrayList<>();
    for (ByteString raw : chunk.getRawEventsList()) {
      events.add(HistoryEvent.parseFrom(raw));
    }
    return events;
  }
}
