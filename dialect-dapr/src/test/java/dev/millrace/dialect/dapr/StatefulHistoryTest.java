package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.PurgeInstancesRequest;
import dev.millrace.proto.durabletask.RaiseEventRequest;
import dev.millrace.proto.durabletask.TaskHubSidecarServiceGrpc;
import dev.millrace.proto.durabletask.TerminateRequest;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Workers that keep histories are sent what is new of them, and all whenever that is not sure. */
class StatefulHistoryTest {
  private final LiveEngine engine = new LiveEngine();
  private final TaskHubSidecarServiceGrpc.TaskHubSidecarServiceBlockingStub hub =
      TaskHubSidecarServiceGrpc.newBlockingStub(engine.channel())
          .withDeadlineAfter(60, TimeUnit.SECONDS);

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void shouldSendWhatIsNewToAWorkerThatKeepsHistories() throws Exception {
    start("chain");
    HandWorker worker = engine.keepingWorker();
    List<HistoryEvent> kept = new ArrayList<>();
    int deltas = 0;
    for (int i = 0; i < 5; i++) {
      WorkItem turn = worker.nextTurn();
      WorkflowRequest request = turn.getWorkflowRequest();
      if (request.hasCachedHistory()) {
        deltas++;
        assertThat(request.getCachedHistory().getEventCount()).isEqualTo(kept.size());
      } else {
        kept.clear();
      }
      kept.addAll(request.getPastEventsList());
      assertThat(kept).as("what it has before turn %d", i + 1).isEqualTo(history("chain"));
      worker.answerTurn(turn, HandWorker.schedule(i, "a", "1"));
      worker.answerTask(worker.nextTask(), "2");
    }
    assertThat(deltas).as("turns of which what is new was sent").isEqualTo(3);
  }

  @Test
  void shouldSendAllToAWorkerThatKeepsNothing() throws Exception {
    start("chain");
    HandWorker worker = engine.worker();
    for (int i = 0; i < 4; i++) {
      WorkItem turn = worker.nextTurn();
      assertThat(turn.getWorkflowRequest().hasCachedHistory()).isFalse();
      assertThat(turn.getWorkflowRequest().getPastEventsList()).isEqualTo(history("chain"));
      worker.answerTurn(turn, HandWorker.schedule(i, "a", "1"));
      worker.answerTask(worker.nextTask(), "2");
    }
  }

  @Test
  void shouldSendAllOverANewStream() throws Exception {
    start("moved");
    HandWorker first = engine.keepingWorker();
    first.answerTurn(first.nextTurn(), HandWorker.schedule(0, "a", "1"));
    first.answerTask(first.nextTask(), "2");
    first.answerTurn(first.nextTurn(), HandWorker.schedule(1, "a", "1"));
    first.answerTask(first.nextTask(), "2");
    assertThat(first.nextTurn().getWorkflowRequest().hasCachedHistory()).isTrue();

    first.close();

    WorkItem again = engine.keepingWorker().nextTurn();
    assertThat(again.getWorkflowRequest().hasCachedHistory()).isFalse();
    assertThat(again.getWorkflowRequest().getPastEventsList()).isEqualTo(history("moved"));
  }

  @Test
  void shouldSendAllOfAnotherRunWithTheSameId() throws Exception {
    start("again");
    HandWorker worker = engine.keepingWorker();
    worker.answerTurn(worker.nextTurn(), HandWorker.schedule(0, "a", "1"));
    worker.answerTask(worker.nextTask(), "2");
    worker.answerTurn(worker.nextTurn());
    var _ = hub.terminateInstance(TerminateRequest.newBuilder().setInstanceId("again").build());
    var _ = hub.purgeInstances(PurgeInstancesRequest.newBuilder().setInstanceId("again").build());

    start("again");
    worker.answerTurn(worker.nextTurn());
    raise("again");

    WorkItem turn = worker.nextTurn();
    assertThat(turn.getWorkflowRequest().hasCachedHistory()).isFalse();
    assertThat(turn.getWorkflowRequest().getPastEventsList()).isEqualTo(history("again"));
  }

  @Test
  void shouldKeepToTheWorkerThatKeepsTheHistory() throws Exception {
    start("sticky");
    HandWorker first = engine.keepingWorker();
    first.answerTurn(first.nextTurn());
    raise("sticky");
    first.answerTurn(first.nextTurn());
    HandWorker second = engine.keepingWorker();

    for (int i = 0; i < 6; i++) {
      raise("sticky");
      WorkItem turn = first.nextTurn();
      assertThat(turn.getWorkflowRequest().hasCachedHistory()).isTrue();
      first.answerTurn(turn);
    }
    second.assertNothing();
  }

  private void start(String id) {
    var _ =
        hub.startInstance(
            CreateInstanceRequest.newBuilder().setInstanceId(id).setName("W").build());
  }

  private void raise(String id) {
    var _ = hub.raiseEvent(RaiseEventRequest.newBuilder().setInstanceId(id).setName("go").build());
  }

  private List<HistoryEvent> history(String id) {
    return hub.getInstanceHistory(GetInstanceHistoryRequest.newBuilder().setInstanceId(id).build())
        .getEventsList();
  }
}
