package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.GetInstanceHistoryRequest;
import dev.millrace.proto.durabletask.HistoryEvent;
import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.OrchestrationStatus;
import dev.millrace.proto.durabletask.TraceContext;
import dev.millrace.systemtests.RunningServer;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The conformance cases about what histories hold, and about starts before a worker or a time. */
final class HistoryCases {

  @RegisterExtension static final RunningServer RUNNING = new RunningServer();

  private static HubClient client() {
    return new HubClient(RUNNING.get().grpcPort(), "");
  }

  private static String fresh() {
    return "hist-" + UUID.randomUUID();
  }

  private static DotNetWorker chain(HubClient client) {
    return client
        .worker()
        .activity("Next", input -> Integer.toString(Integer.parseInt(input) + 1))
        .flow(
            "Three",
            replay ->
                replay.activity("Next", replay.activity("Next", replay.activity("Next", "1"))))
        .connect();
  }

  private static List<HistoryEvent> history(HubClient client, String id) {
    return client
        .hub()
        .getInstanceHistory(GetInstanceHistoryRequest.newBuilder().setInstanceId(id).build())
        .getEventsList();
  }

  @Test
  void case10ShouldKeepTheExactHistoryOfThreeActivities() {
    try (HubClient client = client();
        DotNetWorker worker = chain(client)) {
      String id = client.start("Three", fresh(), "");
      assertThat(client.end(id).getOutput().getValue()).isEqualTo("4");

      List<HistoryEvent> events = history(client, id);

      assertThat(events)
          .extracting(HistoryEvent::getEventTypeCase)
          .containsExactly(
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.EXECUTIONSTARTED,
              EventTypeCase.TASKSCHEDULED,
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.TASKCOMPLETED,
              EventTypeCase.TASKSCHEDULED,
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.TASKCOMPLETED,
              EventTypeCase.TASKSCHEDULED,
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.TASKCOMPLETED,
              EventTypeCase.EXECUTIONCOMPLETED);
      assertThat(events)
          .filteredOn(HistoryEvent::hasTaskCompleted)
          .extracting(event -> event.getTaskCompleted().getResult().getValue())
          .containsExactly("2", "3", "4");
      assertThat(events)
          .filteredOn(event -> event.hasTaskCompleted() || event.hasTaskScheduled())
          .allSatisfy(event -> assertThat(event.getRouter().getSourceAppID()).isEqualTo("default"));
      assertThat(events.getLast().getRouter().getSourceAppID()).isEqualTo("default");
      assertThat(worker.turns()).isEqualTo(4);
    }
  }

  @Test
  void case13ShouldRunWhatWasStartedBeforeAnyWorkerAndByAnotherConnection() {
    try (HubClient starter = client();
        HubClient other = client()) {
      String id = starter.start("Three", fresh(), "");
      assertThat(starter.get(id).getWorkflowStatus())
          .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_PENDING);

      try (DotNetWorker worker = chain(other)) {
        assertThat(starter.end(id).getOutput().getValue()).isEqualTo("4");
        assertThat(worker.turns()).isEqualTo(4);
      }
    }
  }

  @Test
  void case35ShouldStartAtItsTimeAndAtOnceForATimeThatHasPassed() {
    try (HubClient client = client();
        DotNetWorker worker = chain(client)) {
      Instant due = Instant.now().plusMillis(1_500);
      String later = startAt(client, due);
      assertThat(client.get(later).getWorkflowStatus())
          .isEqualTo(OrchestrationStatus.ORCHESTRATION_STATUS_PENDING);
      String passed = startAt(client, Instant.EPOCH);

      assertThat(client.end(passed).getOutput().getValue()).isEqualTo("4");
      assertThat(client.end(later).getOutput().getValue()).isEqualTo("4");

      Timestamp first = history(client, later).getFirst().getTimestamp();
      assertThat(Instant.ofEpochSecond(first.getSeconds(), first.getNanos()))
          .isAfterOrEqualTo(due.truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
      assertThat(worker.turns()).isEqualTo(8);
    }
  }

  private static String startAt(HubClient client, Instant time) {
    String id = fresh();
    return client
        .hub()
        .startInstance(
            CreateInstanceRequest.newBuilder()
                .setName("Three")
                .setInstanceId(id)
                .setScheduledStartTimestamp(
                    Timestamp.newBuilder()
                        .setSeconds(time.getEpochSecond())
                        .setNanos(time.getNano()))
                .build())
        .getInstanceId();
  }

  @Test
  void case40ShouldKeepTheTraceOfTheCallerInTheHistory() {
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    try (HubClient client = client();
        DotNetWorker worker = chain(client)) {
      String id = fresh();
      var _ =
          client
              .hub()
              .startInstance(
                  CreateInstanceRequest.newBuilder()
                      .setName("Three")
                      .setInstanceId(id)
                      .setParentTraceContext(TraceContext.newBuilder().setTraceParent(parent))
                      .build());
      assertThat(client.end(id).getOutput().getValue()).isEqualTo("4");

      List<HistoryEvent> events = history(client, id);
      assertThat(events.get(1).getExecutionStarted().getParentTraceContext().getTraceParent())
          .isEqualTo(parent);
      assertThat(events)
          .filteredOn(HistoryEvent::hasTaskScheduled)
          .allSatisfy(event ->
              assertThat(event.getTaskScheduled().getParentTraceContext().getTraceParent())
                  .isEqualTo(parent));
      assertThat(worker.turns()).isEqualTo(4);
    }
  }
}
