package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Api.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Cases 31–34: approvals and the work lists of the people who decide. */
final class PeopleCases {

  private static final Map<String, String> AGREE = Map.of("operation", "agree", "comment", "ok");
  private static final Map<String, String> REJECT = Map.of("operation", "reject", "comment", "no");

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  /** A→P (both must agree), P goes on to N, a rejection goes back to A. */
  private static Definition sendBack(String name, String first, String second) {
    return Definition.of(
        name,
        Task.script("A", "return 'written'").to("P"),
        Task.approval("P", "会签", first, second)
            .parameter("true_branch", "N")
            .parameter("false_branch", "A"),
        Task.script("N", "return 'next'"));
  }

  @Test
  void case31ShouldListOneItemForEachMember() {
    String id = SERVER.api().run(sendBack("case 31", "c31u1", "c31u2"), Json.object());

    String first = SERVER.api().awaitItem("c31u1");
    String second = SERVER.api().awaitItem("c31u2");

    JsonNode answer =
        SERVER.api().get("/api/taskInsts?user=c31u1&limit=20&offset=0").expect(200).json();
    assertThat(answer.propertyNames()).containsExactly("response");
    assertThat(answer.at("/response/total").asInt(-1)).isOne();
    JsonNode item = answer.at("/response/list/0");
    assertThat(item.path("id").asString("")).startsWith("inst-");
    assertThat(item.path("name").asString("")).isEqualTo("请假条审批");
    assertThat(item.path("content").asString("")).isEqualTo("由于…");
    assertThat(item.path("createAt").asString(""))
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
    assertThat(second).startsWith("inst-").isNotEqualTo(first);
    assertThat(Api.status(SERVER.api().instance(id))).isEqualTo("started");
  }

  private static Answer submit(String user, String item, Object payload) {
    return SERVER.api().postAs(user, "/api/taskInst/" + item, payload);
  }

  @Test
  void case32ShouldGoOnWhenAllAgree() {
    String id = SERVER.api().run(sendBack("case 32", "c32a1", "c32a2"), Json.object());
    String first = SERVER.api().awaitItem("c32a1");
    String second = SERVER.api().awaitItem("c32a2");

    Answer answer = submit("c32a1", first, AGREE).expect(200);
    assertThat(Json.plain(answer.json())).isEqualTo(Map.of("response", Map.of("id", first)));
    assertThat(SERVER.api().items("c32a1")).isEmpty();
    assertThat(SERVER.api().items("c32a2")).hasSize(1);
    assertThat(Api.status(SERVER.api().instance(id))).isEqualTo("started");
    submit("c32a2", second, AGREE).expect(200);
    assertThat(SERVER.api().items("c32a2")).isEmpty();

    JsonNode ended = SERVER.api().awaitEnd(id);
    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.output(ended, "N")).isEqualTo("next");
    assertThat(Api.runtimes(ended, "A")).hasSize(1);
  }

  @Test
  void case32ShouldRunTheEarlierTaskAgainWhenOneRejects() {
    String id = SERVER.api().run(sendBack("case 32", "c32r1", "c32r2"), Json.object());
    String first = SERVER.api().awaitItem("c32r1");
    submit("c32r1", first, AGREE).expect(200);
    submit("c32r2", SERVER.api().awaitItem("c32r2"), REJECT).expect(200);

    String again = SERVER.api().awaitItem("c32r1");

    assertThat(again).isNotEqualTo(first);
    JsonNode instance = SERVER.api().instance(id);
    assertThat(Api.status(instance)).isEqualTo("started");
    assertThat(Api.runtimes(instance, "A").stream().map(runtime -> runtime.path("index").asInt(-1)))
        .containsExactly(0, 1);
    assertThat(Api.runtimes(instance, "N")).isEmpty();
  }

  @Test
  void case33ShouldRefuseWrongSubmissions() {
    SERVER.api().run(sendBack("case 33", "c33u1", "c33u2"), Json.object());
    String item = SERVER.api().awaitItem("c33u1");

    submit("c33u9", item, AGREE).expectError(403, "forbidden");
    submit("c33u2", item, AGREE).expectError(403, "forbidden");
    assertThat(submit("c33u1", item, Map.of()).status()).isEqualTo(400);
    submit("c33u1", item, AGREE).expect(200);
    submit("c33u1", item, AGREE).expectError(409, "already_submitted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"user=u&limit=0", "user=u&limit=-1", "user=u&offset=x", "limit=20&offset=0"})
  void case33ShouldRefuseWrongPages(String query) {
    Answer answer = SERVER.api().get("/api/taskInsts?" + query).expect(400);

    assertThat(answer.json().at("/error/code").asString("")).isNotEmpty();
  }

  @RepeatedTest(5)
  void case34ShouldLetExactlyOneDecide(RepetitionInfo repetition) throws Exception {
    String prefix = "c34r" + repetition.getCurrentRepetition() + "u";
    List<String> users = List.of(prefix + "1", prefix + "2", prefix + "3");
    Definition definition =
        Definition.of(
            "case 34",
            Task.approval("P", "或签", users.toArray(String[]::new)).to("N"),
            Task.script("N", "return 'next'"));
    String id = SERVER.api().run(definition, Json.object());
    List<String> items = users.stream().map(SERVER.api()::awaitItem).toList();

    List<Integer> statuses = submitTogether(users, items);

    assertThat(statuses).containsExactlyInAnyOrder(200, 409, 409);
    JsonNode ended = SERVER.api().awaitEnd(id);
    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.output(ended, "N")).isEqualTo("next");
  }

  private static List<Integer> submitTogether(List<String> users, List<String> items)
      throws InterruptedException, ExecutionException {
    CyclicBarrier barrier = new CyclicBarrier(users.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> submissions =
          IntStream.range(0, users.size())
              .<Callable<Integer>>mapToObj(i ->
                  () -> {
                    barrier.await();
                    return submit(users.get(i), items.get(i), AGREE).status();
                  })
              .toList();
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> submission : threads.invokeAll(submissions)) {
        statuses.add(submission.get());
      }
      return statuses;
    }
  }
}
