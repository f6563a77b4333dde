package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.systemtests.Target.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Cases 16 and 18–23: conditions, forks, joins and loops. */
final class FlowCases {

  private static final List<String> OVER = List.of("done", "failed", "stopped", "skipped");

  @RegisterExtension static final RunningServer SERVER = new RunningServer();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Target target;

  @BeforeEach
  void startTarget() {
    target = Target.start();
  }

  @AfterEach
  void closeTarget() {
    target.close();
  }

  static Stream<Arguments> comparisons() {
    Map<?, ?> equal = Task.comparison(1, "string", "{{input.word}}", "equal", "hello");
    Map<?, ?> notEqual = Task.comparison(2, "string", "{{input.word}}", "equal", "other");
    return Stream.of(
        Arguments.of("and", List.of(equal), true),
        Arguments.of("and", List.of(notEqual), false),
        Arguments.of("and", List.of(equal, notEqual), false),
        Arguments.of("or", List.of(equal, notEqual), true),
        Arguments.of("or", List.of(notEqual, notEqual), false),
        // With regex, value1 is the pattern.
        one("string", "^h.*o$", "regex", "{{input.word}}", true),
        one("string", "^x+$", "regex", "{{input.word}}", false),
        one("string", "{{input.word}}", "start_with", "he", true),
        one("string", "{{input.word}}", "start_with", "lo", false),
        one("number", "{{input.number}}", "gt", 9, true),
        one("number", "{{input.number}}", "gt", 10, false));
  }

  private static Arguments one(
      String type, Object value1, String operation, Object value2, boolean expected) {
    return Arguments.of(
        "and", List.of(Task.comparison(1, type, value1, operation, value2)), expected);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("comparisons")
  void case16ShouldRunOnlyTheRightBranch(String relation, List<?> comparisons, boolean expected) {
    Definition definition =
        Definition.of(
            "case 16",
            Task.conditions("A", relation, comparisons)
                .parameter("true_branch", "X")
                .parameter("false_branch", "Y"),
            Task.script("X", "return 1"),
            Task.script("Y", "return 2"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object("word", "hello", "number", 10));

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "X")).as("runtimes of X").hasSize(expected ? 1 : 0);
    assertThat(Api.runtimes(ended, "Y")).as("runtimes of Y").hasSize(expected ? 0 : 1);
  }

  /** A→{B waits for its gate, C}→J→D, where D answers what it sees of J. */
  private Definition fork(String name, Task join) {
    return Definition.of(
        name,
        Task.parallel("A").to("B", "C"),
        Task.http("B", target.url("/b")).to("J"),
        Task.script("C", "return 'c'").to("J"),
        join.to("D"),
        Task.echo("D", "{{J.output}}"));
  }

  @Test
  void case18ShouldRunJoinOnceAfterBothBranches() {
    CompletableFuture<Void> gate = target.gate("/b");
    String id = SERVER.api().run(fork("case 18", Task.joinAll("J", "B", "C")), Json.object());

    JsonNode halfway = SERVER.api().awaitTask(id, "C", "done");
    Api.until("B is called", () -> target.hits("/b").size() == 1);
    assertThat(Api.status(Api.runtime(SERVER.api().instance(id), "B"))).isEqualTo("started");
    assertThat(Api.runtimes(halfway, "D")).as("D before B ends").isEmpty();
    gate.complete(null);
    JsonNode ended = SERVER.api().awaitEnd(id);

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "J").stream().map(Api::status)).containsOnlyOnce("done");
    assertKeyedOutput(Api.runtime(ended, "D").path("output"));
    JsonNode b = Api.runtime(ended, "B");
    JsonNode c = Api.runtime(ended, "C");
    assertThat(b.path("startAt").asLong()).isLessThanOrEqualTo(c.path("endAt").asLong());
    assertThat(c.path("startAt").asLong()).isLessThanOrEqualTo(b.path("endAt").asLong());
    assertThat(Api.runtime(ended, "D").path("startAt").asLong())
        .isGreaterThanOrEqualTo(b.path("endAt").asLong());
  }

  private static void assertKeyedOutput(JsonNode output) {
    assertThat(output.propertyNames()).containsExactlyInAnyOrder("B", "C");
    assertThat(Json.plain(output.at("/B/status"))).isEqualTo(200);
    assertThat(Json.plain(output.at("/B/body"))).isEqualTo("/b");
    assertThat(Json.plain(output.at("/C"))).isEqualTo("c");
  }

  @Test
  void case19ShouldGoOnWithTheFirstBranchAndStopTheOther() {
    target.shut("/b"); // It stays shut: the instance must not wait for B.
    Task join =
        Task.of("J", "aggregation")
            .parameter("prev_instid_list", List.of("B", "C"))
            .parameter("relation", "any")
            .with("join", Map.of("policy", "any", "rest", "cancel"));

    JsonNode ended = SERVER.api().runToEnd(fork("case 19", join), Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.status(Api.runtime(ended, "C"))).isEqualTo("done");
    assertThat(Api.status(Api.runtime(ended, "B"))).isEqualTo("stopped");
    assertThat(Api.status(Api.runtime(ended, "D"))).isEqualTo("done");
    assertThat(Api.runtime(ended, "D").path("startAt").asLong())
        .isGreaterThanOrEqualTo(Api.runtime(ended, "C").path("endAt").asLong());
  }

  /** Two forks of two inside a fork of two; {@code last} follows the outer join. */
  private static List<Task> nestedForks(String first) {
    return List.of(
        Task.parallel(first).to("P1", "P2"),
        Task.parallel("P1").to("a", "b"),
        Task.script("a", "return 'a'").to("J1"),
        Task.script("b", "return 'b'").to("J1"),
        Task.joinAll("J1", "a", "b").to("J"),
        Task.parallel("P2").to("c", "d"),
        Task.script("c", "return 'c'").to("J2"),
        Task.script("d", "return 'd'").to("J2"),
        Task.joinAll("J2", "c", "d").to("J"));
  }

  @Test
  void case20ShouldJoinNestedForksInEveryRound() {
    List<Task> tasks = new ArrayList<>();
    tasks.add(
        Task.of("S", "variable")
            .parameter("scope", "local")
            .parameter("operation", "increment")
            .parameter("key", "round")
            .parameter("value", 1)
            .to("P"));
    tasks.addAll(nestedForks("P"));
    tasks.add(Task.joinAll("J", "J1", "J2").to("W"));
    tasks.add(
        Task.condition("W", "number", "{{variable.local.round}}", "lt", 3)
            .parameter("true_branch", "S")
            .parameter("false_branch", "E"));
    tasks.add(Task.script("E", "return 'end'"));

    JsonNode ended =
        SERVER.api().runToEnd(Definition.of("case 20", tasks.toArray(Task[]::new)), Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    for (String join : List.of("J1", "J2", "J")) {
      assertThat(Api.runtimes(ended, join)).as("runtimes of %s", join).hasSize(3);
    }
    assertThat(Api.runtimes(ended, "E")).hasSize(1);
    assertNothingOpen(ended);
  }

  private static void assertNothingOpen(JsonNode ended) {
    for (JsonNode task : ended.path("tasks")) {
      for (JsonNode runtime : task.path("runtimes")) {
        assertThat(Api.status(runtime)).as("runtime of %s", task.path("instId")).isIn(OVER);
      }
    }
  }

  @Test
  void case20ShouldHoldTheOuterJoinForTheSlowerInnerOne() {
    CompletableFuture<Void> first = target.gate("/c");
    CompletableFuture<Void> second = target.gate("/d");
    Definition definition =
        Definition.of(
            "case 20 slow",
            Task.parallel("P").to("P1", "P2"),
            Task.parallel("P1").to("a", "b"),
            Task.script("a", "return 'a'").to("J1"),
            Task.script("b", "return 'b'").to("J1"),
            Task.joinAll("J1", "a", "b").to("J"),
            Task.parallel("P2").to("c", "d"),
            Task.http("c", target.url("/c")).to("J2"),
            Task.http("d", target.url("/d")).to("J2"),
            Task.joinAll("J2", "c", "d").to("J"),
            Task.joinAll("J", "J1", "J2"));
    String id = SERVER.api().run(definition, Json.object());

    SERVER.api().awaitTask(id, "J1", "done");
    first.complete(null);
    SERVER.api().awaitTask(id, "c", "done");
    second.complete(null);
    JsonNode ended = SERVER.api().awaitEnd(id);

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtime(ended, "J").path("output").propertyNames())
        .containsExactlyInAnyOrder("J1", "J2");
    assertNothingOpen(ended);
  }

  @Test
  void case20ShouldJoinNestedForksOfALoopedChild() {
    List<Task> tasks = new ArrayList<>(nestedForks("P"));
    tasks.add(Task.joinAll("J", "J1", "J2"));
    String child = SERVER.api().create(Definition.of("case 20 child", tasks.toArray(Task[]::new)));
    Definition parent =
        Definition.of(
            "case 20 parent",
            Task.of("L", "sub-workflow")
                .parameter("child_workflow_id", child)
                .parameter("operation", "sync")
                .loop(
                    "loopType",
                    "do_while",
                    "maxIteration",
                    3,
                    "stopCond",
                    Json.object(
                        "type", "String", "value1", "a", "operation", "equal", "value2", "b")));

    JsonNode ended = SERVER.api().runToEnd(parent, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "L")).hasSize(3);
    List<JsonNode> children =
        Api.elements(
            SERVER
                .api()
                .get("/api/processInsts?procId=" + child)
                .expect(200)
                .json()
                .at("/response/list"));
    assertThat(children).hasSize(3);
    for (JsonNode listed : children) {
      JsonNode instance = SERVER.api().instance(listed.path("id").asString(""));
      assertThat(Api.status(instance)).isEqualTo("completed");
      for (String join : List.of("J1", "J2", "J")) {
        assertThat(Api.runtimes(instance, join)).as("runtimes of %s", join).hasSize(1);
      }
      assertNothingOpen(instance);
    }
  }

  @Test
  void case21ShouldJoinWhenABranchEndsEarly() {
    Definition definition =
        Definition.of(
            "case 21",
            Task.parallel("A").to("B", "C"),
            Task.script("B", "return 'b'").to("J"),
            Task.condition("C", "string", "a", "equal", "b").parameter("true_branch", "J"),
            Task.joinAll("J", "B", "C").to("D"),
            Task.script("D", "return 'd'"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.output(ended, "D")).isEqualTo("d");
  }

  @Test
  void case22ShouldRunATaskOnceForEachArrival() {
    Definition definition =
        Definition.of(
            "case 22",
            Task.script("A", "return 'a'").to("B", "C"),
            Task.script("B", "return 'b'").to("D"),
            Task.script("C", "return 'c'").to("D"),
            Task.script("D", "return 'd'"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(indexes(ended, "D")).containsExactly(0, 1);
  }

  private static List<Integer> indexes(JsonNode instance, String task) {
    return Api.runtimes(instance, task).stream()
        .map(runtime -> runtime.path("index").asInt())
        .toList();
  }

  @Test
  void case23ShouldLoopThreeTimes() {
    Definition definition =
        Definition.of(
            "case 23 for",
            Task.script("t", "return index").loop("loopType", "for", "maxIteration", 3).to("u"),
            Task.echo("u", "{{t.output}}"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(indexes(ended, "t")).containsExactly(0, 1, 2);
    assertThat(Api.output(ended, "u")).isEqualTo(List.of(0, 1, 2));
  }

  @Test
  void case23ShouldStopWhenTheConditionHolds() {
    Definition definition =
        Definition.of(
            "case 23 do_while",
            Task.script("t", "return String(index + 1)")
                .loop(
                    "loopType",
                    "do_while",
                    "stopCond",
                    Json.object(
                        "type",
                        "String",
                        "value1",
                        "{{t.output}}",
                        "operation",
                        "equal",
                        "value2",
                        "3")));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(indexes(ended, "t")).containsExactly(0, 1, 2);
  }

  @Test
  void case23ShouldKeepItemOrderWithTwoAtOnce() {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    target.on("/item", (hit, number) -> answerLater(hit, open, most));
    Definition definition =
        Definition.of(
            "case 23 forEach",
            Task.http("t", target.url("/item"))
                .parameter("body", "{{item}}")
                .loop("loopType", "forEach", "items", "{{input.items}}", "concurrency", 2)
                .to("u"),
            Task.echo("u", "{{t.output}}"));

    JsonNode ended =
        SERVER.api().runToEnd(definition, Map.of("items", List.of(500, 400, 300, 200, 100)));

    assertThat(Api.status(ended)).isEqualTo("completed");
    List<Object> bodies = new ArrayList<>();
    Api.runtime(ended, "u")
        .path("output")
        .forEach(round -> bodies.add(round.path("body").asString("")));
    assertThat(bodies).containsExactly("500", "400", "300", "200", "100");
    assertThat(indexes(ended, "t")).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    assertThat(most.get()).as("rounds at once").isEqualTo(2);
  }

  /** Answers the number in the body after as many milliseconds, so that later items overtake. */
  private static Reply answerLater(Target.Hit hit, AtomicInteger open, AtomicInteger most) {
    most.accumulateAndGet(open.incrementAndGet(), Math::max);
    CompletableFuture<Void> when =
        new CompletableFuture<Void>()
            .completeOnTimeout(null, Long.parseLong(hit.body()), TimeUnit.MILLISECONDS)
            .thenRun(open::decrementAndGet);
    return new Reply(200, hit.body(), when);
  }

  @Test
  void case23ShouldGoOnAfterAnEmptyForEach() {
    Definition definition =
        Definition.of(
            "case 23 empty",
            Task.script("t", "return item").loop("loopType", "forEach", "items", List.of()).to("u"),
            Task.echo("u", "{{t.output}}"));

    JsonNode ended = SERVER.api().runToEnd(definition, Json.object());

    assertThat(Api.status(ended)).isEqualTo("completed");
    assertThat(Api.runtimes(ended, "t")).isEmpty();
    assertThat(Api.output(ended, "u")).isEqualTo(List.of());
  }
}
