package dev.millrace.format.nocobase;

import static dev.millrace.format.nocobase.Flow.jobs;
import static dev.millrace.format.nocobase.Flow.result;
import static dev.millrace.format.nocobase.Flow.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.NodeRun;
import dev.millrace.testkit.EngineHarness;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was observed of NocoBase's branching nodes, row by row. */
class BranchesTest {

  private static final Duration HOUR = Duration.ofHours(1);

  /** A node that succeeds, and one that fails as an error. */
  private static Flow ok(Flow flow, String key) {
    return flow.then(key, "query");
  }

  private static Map<String, Object> equal(Object a, Object b) {
    return Map.of("calculator", "equal", "operands", List.of(a, b));
  }

  @Test
  void shouldResolveAWorkflowWithoutNodes() {
    EngineHarness run = new Flow().run();
    assertThat(status(run)).isEqualTo(1);
    assertThat(jobs(run)).isEmpty();
  }

  @Test
  void shouldFailAWorkflowWithoutAFirstNode() {
    EngineHarness run =
        new Flow().then("a", "query").then("b", "query").set("a", "upstreamId", 2L).run();
    assertThat(status(run)).isEqualTo(-2);
    assertThat(jobs(run)).isEmpty();
  }

  @Test
  void shouldStopAtAFailingNode() {
    EngineHarness run = ok(ok(new Flow(), "a").then("b", "sql"), "c").run();
    assertThat(status(run)).isEqualTo(-2);
    assertThat(jobs(run)).isEqualTo("a:1 b:-2");
    assertThat(result(run, "b")).isEqualTo(Map.of("message", "it broke"));
    EngineHarness unknown = new Flow().then("x", "nosuch").run();
    assertThat(status(unknown)).isEqualTo(-2);
  }

  @Test
  void shouldRunTheBranchOfACondition() {
    Flow flow =
        new Flow()
            .then("c", "condition", "calculation", equal("{{$context.data}}", 1L))
            .then("z", "query")
            .branch("c", 1, "yes", "query")
            .branch("c", 0, "no", "query");
    EngineHarness yes = flow.run(1L);
    assertThat(jobs(yes)).isEqualTo("c:1 yes:1 z:1");
    assertThat(result(yes, "c")).isEqualTo(true);
    assertThat(status(yes)).isEqualTo(1);
    assertThat(jobs(flow.run(2L))).isEqualTo("c:1 no:1 z:1");
    Flow empty =
        new Flow()
            .then("c", "condition", "calculation", equal(1L, 2L))
            .then("z", "query")
            .branch("c", 1, "yes", "query");
    assertThat(jobs(empty.run())).isEqualTo("c:1 z:1");
    assertThat(jobs(new Flow().then("c", "condition").branch("c", 1, "y", "query").run()))
        .isEqualTo("c:1 y:1");
  }

  @Test
  void shouldRejectOnFalse() {
    EngineHarness run =
        new Flow()
            .then("c", "condition", "rejectOnFalse", true, "calculation", equal(1L, 2L))
            .then("z", "query")
            .branch("c", 0, "no", "query")
            .run();
    assertThat(status(run)).isEqualTo(-1);
    assertThat(jobs(run)).isEqualTo("c:-1");
    assertThat(result(run, "c")).isEqualTo(false);
  }

  @Test
  void shouldBubbleTheFailureOfABranch() {
    EngineHarness run =
        new Flow().then("c", "condition").then("z", "query").branch("c", 1, "bad", "sql").run();
    assertThat(status(run)).isEqualTo(-2);
    assertThat(jobs(run)).isEqualTo("c:1 bad:-2");
    assertThat(result(run, "c")).isEqualTo(true);
    EngineHarness rejected =
        new Flow()
            .then("l", "loop", "target", 2L)
            .branch("l", 0, "c", "condition")
            .branch("c", 1, "d", "condition", "rejectOnFalse", true, "expression", false)
            .run();
    assertThat(status(rejected)).isEqualTo(-1);
    assertThat(jobs(rejected)).isEqualTo("l:-1 c:1 d:-1");
  }

  @Test
  void shouldChooseNoBranchForAValueThatIsNoBoolean() {
    EngineHarness run =
        new Flow()
            .then("c", "condition", "expression", 3L)
            .then("z", "query")
            .branch("c", 1, "yes", "query")
            .run();
    assertThat(jobs(run)).isEqualTo("c:1 z:1");
    EngineHarness failed =
        new Flow().then("c", "condition", "expression", "!SyntaxError: no").run();
    assertThat(status(failed)).isEqualTo(-2);
    assertThat(result(failed, "c")).isEqualTo("SyntaxError: no");
  }

  @Test
  void shouldWaitWithABranch() {
    EngineHarness run =
        new Flow()
            .then("c", "condition")
            .branch("c", 1, "l", "loop", "target", 2L)
            .branch("l", 0, "p", "parallel")
            .branch("p", 0, "d", "delay", "duration", 1L)
            .run();
    assertThat(status(run)).isEqualTo(0);
    assertThat(jobs(run)).isEqualTo("c:1 l:0 p:0 d:0");
    assertThat(result(run, "d")).isEqualTo(1_000L);
    assertThat(result(run, "p")).isEqualTo(Arrays.asList((Object) null));
    assertThat(result(run, "l")).isEqualTo(Map.of("looped", 0L, "done", 0L));
    run.advance(HOUR);
    assertThat(status(run)).isEqualTo(1);
    assertThat(jobs(run)).isEqualTo("c:1 l:1 p:1 d:1 p:1 d:1");
  }

  private static Flow choices(boolean goOn, Object... expressions) {
    List<Map<String, Object>> conditions =
        Arrays.stream(expressions).map(one -> Map.of("expression", one)).toList();
    return new Flow()
        .then("m", "multi-conditions", "conditions", conditions, "continueOnNoMatch", goOn)
        .then("z", "query")
        .branch("m", 2, "second", "query")
        .branch("m", 0, "other", "query");
  }

  private static @Nullable Object meta(EngineHarness run) {
    return Objects.requireNonNull(run.runs("m").getLast().notes()).meta();
  }

  @Test
  void shouldChooseAmongConditions() {
    EngineHarness second = choices(false, false, true, true).run();
    assertThat(jobs(second)).isEqualTo("m:1 second:1 z:1");
    assertThat(meta(second)).isEqualTo(Map.of("conditions", List.of(false, true)));
    EngineHarness none = choices(false, false, false).run();
    assertThat(jobs(none)).isEqualTo("m:-1 other:1");
    assertThat(status(none)).isEqualTo(-1);
    EngineHarness goesOn = choices(true, false, false).run();
    assertThat(jobs(goesOn)).isEqualTo("m:1 other:1 z:1");
    assertThat(meta(goesOn)).isEqualTo(Map.of("conditions", List.of(false, false)));
    assertThat(status(new Flow().then("m", "multi-conditions").run())).isEqualTo(-1);
    EngineHarness error = choices(false, "!Error: bad").run();
    assertThat(status(error)).isEqualTo(-2);
    assertThat(result(error, "m")).isEqualTo("bad");
    assertThat(meta(error)).isEqualTo(Map.of("conditions", List.of("bad")));
    EngineHarness first = choices(false, true).run();
    assertThat(jobs(first)).isEqualTo("m:1 z:1");
  }

  private static Flow parallel(String mode, String... types) {
    Flow flow = new Flow().then("p", "parallel", "mode", mode).then("z", "query");
    for (int i = 0; i < types.length; i++) {
      flow.branch("p", i, "b" + i, types[i], "duration", 60L);
    }
    return flow;
  }

  @Test
  void shouldSettleParallelBranches() {
    EngineHarness all = parallel("all", "query", "query", "query").run();
    assertThat(jobs(all)).isEqualTo("p:1 b0:1 b1:1 b2:1 z:1");
    EngineHarness failed = parallel("all", "end-less", "query").run();
    assertThat(status(failed)).isEqualTo(-2);
    assertThat(result(failed, "p")).isEqualTo(Arrays.asList(-2L, null));
    EngineHarness none = new Flow().then("p", "parallel").then("z", "query").run();
    assertThat(jobs(none)).isEqualTo("p:1 z:1");
    EngineHarness any = parallel("any", "nosuch", "response-message", "nosuch").run();
    assertThat(status(any)).isEqualTo(1);
    assertThat(result(any, "p")).isEqualTo(Arrays.asList(-2L, 1L, null));
    EngineHarness noneOfAny = parallel("any", "nosuch", "nosuch").run();
    assertThat(status(noneOfAny)).isEqualTo(-1);
    assertThat(result(noneOfAny, "p")).isEqualTo(List.of(-2L, -2L));
    assertThat(status(parallel("race", "nosuch", "response-message").run())).isEqualTo(-2);
    EngineHarness race = parallel("race", "response-message", "nosuch").run();
    assertThat(jobs(race)).isEqualTo("p:1 b0:1 z:1");
    EngineHarness settled = parallel("allSettled", "nosuch", "response-message").run();
    assertThat(status(settled)).isEqualTo(1);
    assertThat(result(settled, "p")).isEqualTo(List.of(-2L, 1L));
  }

  @Test
  void shouldBeginABranchOnlyWhenTheWorkOfTheOneBeforeIsDone() {
    EngineHarness failed = parallel("all", "query", "sql", "query").run();
    assertThat(status(failed)).isEqualTo(-2);
    assertThat(jobs(failed)).isEqualTo("p:-2 b0:1 b1:-2");
    assertThat(result(failed, "p")).isEqualTo(Arrays.asList(1L, -2L, null));
    EngineHarness any = parallel("any", "sql", "query", "query").run();
    assertThat(jobs(any)).isEqualTo("p:1 b0:-2 b1:1 z:1");
    EngineHarness background = parallel("all", "request", "query").run();
    assertThat(jobs(background)).isEqualTo("p:0 b0:0 b1:1");
  }

  @Test
  void shouldWaitForParallelBranches() {
    EngineHarness run = parallel("all", "response-message", "delay").run();
    assertThat(result(run, "p")).isEqualTo(Arrays.asList(1L, null));
    assertThat(jobs(run)).isEqualTo("p:0 b0:1 b1:0");
    run.advance(HOUR);
    assertThat(jobs(run)).isEqualTo("p:1 b0:1 b1:1 z:1");
    EngineHarness race = parallel("race", "delay", "response-message").run();
    assertThat(status(race)).isEqualTo(1);
    assertThat(jobs(race)).isEqualTo("p:1 b0:0 b1:1 z:1");
  }

  @Test
  void shouldTakeBranchesInTheOrderOfTheirIndex() {
    EngineHarness run =
        new Flow()
            .then("p", "parallel")
            .branch("p", 3, "three", "query")
            .branch("p", 1, "one", "query")
            .run();
    assertThat(jobs(run)).isEqualTo("p:1 one:1 three:1");
  }

  @Test
  void shouldEndFromAnyDepth() {
    for (long end : new long[] {1, -1}) {
      EngineHarness run =
          new Flow()
              .then("c", "condition")
              .then("z", "query")
              .branch("c", 1, "l", "loop", "target", 3L)
              .branch("l", 0, "e", "end", "endStatus", end)
              .run();
      assertThat(status(run)).isEqualTo((int) end);
      assertThat(jobs(run)).isEqualTo("c:1 l:0 e:" + end);
    }
  }

  @Test
  void shouldRunTheOtherBranchOfAFailedTransaction() {
    Flow flow =
        new Flow()
            .then("t", "transaction")
            .then("z", "query")
            .branch("t", 1, "bad", "sql")
            .branch("t", 2, "undo", "query");
    assertThat(jobs(flow.run())).isEqualTo("t:-2 bad:-2 undo:1");
    EngineHarness waits = new Flow().then("t", "transaction").branch("t", 1, "d", "delay").run();
    assertThat(jobs(waits)).isEqualTo("t:-2 d:-2");
    EngineHarness goesOn =
        new Flow()
            .then("t", "transaction", "continueAfterRollback", true)
            .then("z", "query")
            .branch("t", 1, "bad", "sql")
            .run();
    assertThat(jobs(goesOn)).isEqualTo("t:1 bad:-2 z:1");
  }

  @Test
  void shouldRunATransactionAgainThatACrashUndid() {
    AtomicInteger begun = new AtomicInteger();
    EngineHarness run =
        new Flow()
            .then("t", "transaction")
            .branch("t", 1, "q", "query")
            .harness()
            .activity("nocobase.begin", any -> Map.of("transaction", "t" + begun.incrementAndGet()))
            .activity(
                "nocobase.commit",
                any -> begun.get() < 3 ? Map.of("lost", true) : Map.of("committed", true))
            .start(Map.of());
    assertThat(jobs(run)).isEqualTo("t:1 q:1 q:1 q:1");
    assertThat(run.runs("q").stream().map(one -> one.input().get("$transaction")))
        .containsExactly("t1", "t2", "t3");
  }

  @Test
  void shouldRefuseWhatCannotBePartOfATransaction() {
    EngineHarness nested =
        new Flow()
            .then("t", "transaction")
            .branch("t", 1, "u", "transaction")
            .branch("u", 1, "q", "query")
            .run();
    assertThat(jobs(nested)).isEqualTo("t:-2 u:-2");
    EngineHarness ends = new Flow().then("t", "transaction").branch("t", 1, "e", "end").run();
    assertThat(jobs(ends)).isEqualTo("t:-2 e:-2");
    EngineHarness child =
        new Flow()
            .then("t", "transaction")
            .branch("t", 1, "s", "subflow", "workflow", "other")
            .run();
    assertThat(jobs(child)).isEqualTo("t:-2 s:-2");
  }

  @Test
  void shouldNameTheJobBefore() {
    EngineHarness run =
        new Flow().then("a", "query").then("c", "condition").branch("c", 1, "d", "delay").run();
    NodeRun first = run.runs("a").getFirst();
    NodeRun second = run.runs("c").getFirst();
    assertThat(first.place().fromRun()).isZero();
    assertThat(second.place().fromRun()).isEqualTo(first.id());
    assertThat(run.runs("d").getFirst().place().fromRun()).isEqualTo(second.id());
  }
}
