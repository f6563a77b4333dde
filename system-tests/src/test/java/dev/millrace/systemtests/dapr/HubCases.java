package dev.millrace.systemtests.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.millrace.proto.durabletask.CreateInstanceRequest;
import dev.millrace.proto.durabletask.CreateInstanceResponse;
import dev.millrace.proto.durabletask.HistoryEvent.EventTypeCase;
import dev.millrace.proto.durabletask.ListInstanceIDsRequest;
import dev.millrace.proto.durabletask.ListInstanceIDsResponse;
import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.RunningServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The conformance cases of the task hub that need a worker or a client played by hand. */
final class HubCases {

  private static final int LISTED = 1_030;
  private static final int PAGE = 1_024;
  private static final long PATIENCE_SECONDS = 60;

  @RegisterExtension static final RunningServer RUNNING = new RunningServer();

  private static HubClient client(String app) {
    return new HubClient(RUNNING.get().grpcPort(), app);
  }

  private static String fresh() {
    return "hub-" + UUID.randomUUID();
  }

  @Test
  void case27ShouldRecordARepeatedResultOnce() {
    AtomicInteger bodies = new AtomicInteger();
    try (HubClient client = client("");
        DotNetWorker worker =
            client
                .worker()
                .answeringTwice()
                .activity("Count", input -> Integer.toString(bodies.incrementAndGet()))
                .flow(
                    "Twice",
                    replay ->
                        replay.activity("Count", "")
                            + replay.event("Go")
                            + replay.activity("Count", ""))
                .connect()) {
      String id = client.start("Twice", fresh(), "");
      Api.until(
          "the first activity has its result",
          () -> client.history(id).contains(EventTypeCase.TASKCOMPLETED));

      client.raise(id, "Go", "-");

      assertThat(client.end(id).getOutput().getValue()).isEqualTo("1-2");
      assertThat(client.history(id))
          .containsExactly(
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.EXECUTIONSTARTED,
              EventTypeCase.TASKSCHEDULED,
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.TASKCOMPLETED,
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.EVENTRAISED,
              EventTypeCase.TASKSCHEDULED,
              EventTypeCase.WORKFLOWSTARTED,
              EventTypeCase.TASKCOMPLETED,
              EventTypeCase.EXECUTIONCOMPLETED);
      assertThat(worker.turns()).isEqualTo(4);
    }
  }

  @Test
  void case28ShouldListAllIdsInPages() throws Exception {
    try (HubClient client = client("listing")) {
      List<String> ids = new ArrayList<>();
      ids.add("50%_off");
      ids.add("50 off");
      ids.add("%");
      IntStream.range(0, LISTED - ids.size()).mapToObj("n%04d"::formatted).forEach(ids::add);
      startAll(client, ids);

      ListInstanceIDsResponse first = client.hub().listInstanceIDs(page(""));
      ListInstanceIDsResponse second =
          client.hub().listInstanceIDs(page(first.getContinuationToken()));

      assertThat(first.getInstanceIdsList()).hasSize(PAGE);
      assertThat(second.getInstanceIdsList()).hasSize(LISTED - PAGE);
      assertThat(second.hasContinuationToken()).isFalse();
      List<String> listed = new ArrayList<>(first.getInstanceIdsList());
      listed.addAll(second.getInstanceIdsList());
      assertThat(listed).containsExactlyInAnyOrderElementsOf(ids);
      client.terminate("50%_off");
      assertThat(client.purge("50%_off")).isEqualTo(1);
      assertThat(client.hub().listInstanceIDs(page("")).getInstanceIdsList())
          .contains("50 off", "%")
          .doesNotContain("50%_off");
    }
  }

  private static void startAll(HubClient client, List<String> ids) throws Exception {
    List<ListenableFuture<CreateInstanceResponse>> starts =
        ids.stream()
            .map(id ->
                client
                    .calls()
                    .startInstance(
                        CreateInstanceRequest.newBuilder()
                            .setName("Nobody")
                            .setInstanceId(id)
                            .build()))
            .toList();
    for (ListenableFuture<CreateInstanceResponse> start : starts) {
      assertThat(start.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getInstanceId()).isIn(ids);
    }
  }

  private static ListInstanceIDsRequest page(String after) {
    ListInstanceIDsRequest.Builder request = ListInstanceIDsRequest.newBuilder().setPageSize(PAGE);
    return (after.isEmpty() ? request : request.setContinuationToken(after)).build();
  }

  @Test
  void case32ShouldGiveAnActivityToTheWorkerThatComesBack() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    try (HubClient client = client("");
        HubClient other = client("")) {
      CompletableFuture<String> waited;
      String id = fresh();
      try (DotNetWorker gone =
          program(
              client,
              calls,
              input -> {
                never.await();
                return "\"late\"";
              })) {
        assertThat(client.start("One", id, "")).isEqualTo(id);
        waited = CompletableFuture.supplyAsync(() -> other.end(id).getOutput().getValue());
        Api.until("the activity is inside", () -> calls.get() == 1);
        assertThat(gone.turns()).isEqualTo(1);
      }
      assertThat(waited).isNotDone();

      try (DotNetWorker back = program(client, calls, input -> "\"done\"")) {
        assertThat(waited.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("\"done\"");
        assertThat(calls.get()).isEqualTo(2);
        assertThat(Collections.frequency(client.history(id), EventTypeCase.TASKCOMPLETED))
            .isEqualTo(1);
        assertThat(back.turns()).isEqualTo(1);
      }
      never.countDown();
    }
  }

  private static DotNetWorker program(
      HubClient client, AtomicInteger calls, DotNetWorker.Body body) {
    return client
        .worker()
        .activity(
            "Slow",
            input -> {
              calls.incrementAndGet();
              return body.run(input);
            })
        .flow("One", replay -> replay.activity("Slow", ""))
        .connect();
  }
}
