package dev.millrace.dialect.dapr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.proto.durabletask.CreateChildWorkflowAction;
import dev.millrace.proto.durabletask.WorkItem;
import dev.millrace.proto.durabletask.WorkflowAction;
import dev.millrace.proto.durabletask.WorkflowVersionNotAvailableAction;
import dev.millrace.transport.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The list route with its filters, over real HTTP. */
class InstanceSearchTest {
  private static final String LIST = "/v1.0/workflows/dapr";

  private final LiveEngine engine = new LiveEngine();
  private HttpDoor door;

  @BeforeEach
  void open() {
    door = new HttpDoor(engine.dialect());
  }

  @AfterEach
  void close() {
    door.close();
    engine.close();
  }

  @Test
  void shouldFilterByNameStatusAndPrefix() throws Exception {
    start("Order", "a-1");
    start("Order", "a-2");
    start("Ship", "a-3");
    start("Order", "b-1");
    var _ = door.post(LIST + "/a-2/terminate");

    assertThat(ids("?name=Order")).containsExactly("a-1", "a-2", "b-1");
    assertThat(ids("?name=Order&status=PENDING")).containsExactly("a-1", "b-1");
    assertThat(ids("?status=terminated,COMPLETED")).containsExactly("a-2");
    assertThat(ids("?prefix=a-&name=Ship")).containsExactly("a-3");
    assertThat(ids("?prefix=%25")).isEmpty();
    assertThat(ids("?name=order")).isEmpty();
  }

  @Test
  void shouldFilterByTimeOfCreation() throws Exception {
    start("W", "one");
    Instant between = Instant.now().plusMillis(1);
    while (!Instant.now().isAfter(between)) {
      Thread.onSpinWait();
    }
    start("W", "two");

    assertThat(ids("?createdBefore=" + between)).containsExactly("one");
    assertThat(ids("?createdAfter=" + between)).containsExactly("two");
    assertThat(ids("?createdAfter=2020-01-01T00:00:00%2B08:00")).containsExactly("one", "two");
  }

  @Test
  void shouldFilterByParentAndStalled() throws Exception {
    start("W", "parent");
    start("W", "alone");
    try (HandWorker worker = engine.worker()) {
      for (int i = 0; i < 2; i++) {
        WorkItem turn = worker.nextTurn();
        boolean parent = turn.getWorkflowRequest().getInstanceId().equals("parent");
        worker.answerTurn(turn, parent ? child() : versionNotAvailable());
      }
      worker.answerTurn(worker.nextTurn(), HandWorker.complete(0, "1"));
    }

    assertThat(ids("?parent=parent")).containsExactly("the-child");
    assertThat(ids("?parent=nobody")).isEmpty();
    assertThat(ids("?status=STALLED")).containsExactly("alone");
    assertThat(ids("?status=RUNNING,PENDING")).containsExactly("parent");
    assertThat(ids("?status=STALLED,COMPLETED")).containsExactly("alone", "the-child");
  }

  @Test
  void shouldPageThroughWhatFits() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int i = 10; i < 17; i++) {
      start("Wanted", "i-" + i);
      start("Other", "j-" + i);
      expected.add("i-" + i);
    }

    List<Object> found = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      Map<?, ?> page = page("?name=Wanted&pageSize=3" + token);
      found.addAll(ids(page));
      Object next = page.get("continuationToken");
      token = next == null ? "" : "&continuationToken=" + next;
      pages++;
    } while (!token.isEmpty());

    assertThat(found).isEqualTo(expected);
    assertThat(pages).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?status=RUNING | as status one or more of",
        "?status=RUNNING, | an empty one",
        "?pageSize=0 | a pageSize of 1 to 500, found 0",
        "?pageSize=1000000000 | a pageSize of 1 to 500",
        "?createdAfter=yesterday | as createdAfter a time like 2026-01-31T08:00:00Z, found yesterday",
        "?createdAfter=2026-01-02T00:00:00Z&createdBefore=2026-01-01T00:00:00Z | createdAfter before createdBefore",
        "?stauts=RUNNING | a parameter among",
        "?name=a&name=b | name once, found 2 of it",
        "?continuationToken=%00 | found a NUL in it",
      })
  void shouldRefuseFiltersThatItDoesNotUnderstand(String query, String words) throws Exception {
    assertThat(door.get(LIST + query))
        .startsWith("400 ")
        .contains("ERR_MALFORMED_REQUEST")
        .contains(words);
  }

  private static WorkflowAction child() {
    return WorkflowAction.newBuilder()
        .setId(0)
        .setCreateChildWorkflow(
            CreateChildWorkflowAction.newBuilder().setName("C").setInstanceId("the-child"))
        .build();
  }

  private static WorkflowAction versionNotAvailable() {
    return WorkflowAction.newBuilder()
        .setWorkflowVersionNotAvailable(WorkflowVersionNotAvailableAction.getDefaultInstance())
        .build();
  }

  private void start(String name, String id) throws Exception {
    assertThat(door.post(LIST + "/" + name + "/start?instanceID=" + id)).startsWith("202");
  }

  private List<Object> ids(String query) throws Exception {
    return ids(page(query));
  }

  private static List<Object> ids(Map<?, ?> page) {
    List<Object> ids = new ArrayList<>();
    for (Object instance : (List<?>) Objects.requireNonNull(page.get("instances"))) {
      ids.add(((Map<?, ?>) instance).get("instanceID"));
    }
    return ids;
  }

  private Map<?, ?> page(String query) throws Exception {
    String answer = door.get(LIST + query);
    assertThat(answer).startsWith("200 ");
    return (Map<?, ?>)
        Objects.requireNonNull(Json.parse(answer.substring(4).getBytes(StandardCharsets.UTF_8)));
  }
}
