package dev.millrace.format.nocobase;

import static dev.millrace.format.nocobase.Flow.jobs;
import static dev.millrace.format.nocobase.Flow.result;
import static dev.millrace.format.nocobase.Flow.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.format.nocobase.node.DataNode;
import dev.millrace.testkit.EngineHarness;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Waiting nodes, and what may be done from outside while they wait. */
class WaitsTest {

  private static void resume(EngineHarness run, String key, long status, @Nullable Object result) {
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("status", status);
    value.put("result", result);
    run.send(new Command.SettleRun(run.key(), run.runs(key).getLast().id(), value)).settle();
  }

  private static Reason refusal(EngineHarness run) {
    assertThat(run.reply()).isInstanceOf(Reply.Rejected.class);
    return run.reply() instanceof Reply.Rejected rejected ? rejected.reason() : Reason.BUSY;
  }

  @Test
  void shouldEndADelayAsConfigured() {
    Flow flow = new Flow().then("d", "delay", "duration", 2L, "unit", 1000L).then("z", "query");
    EngineHarness run = flow.run();
    assertThat(jobs(run)).isEqualTo("d:0");
    assertThat(result(run, "d")).isEqualTo(2_000L);
    run.advance(Duration.ofMillis(1_999));
    assertThat(status(run)).isEqualTo(0);
    run.advance(Duration.ofMillis(1));
    assertThat(jobs(run)).isEqualTo("d:1 z:1");
    EngineHarness fails = new Flow().then("d", "delay", "endStatus", -1L).run();
    fails.advance(Duration.ofHours(1));
    assertThat(status(fails)).isEqualTo(-1);
    assertThat(result(fails, "d")).isEqualTo(1_000L);
  }

  @Test
  void shouldNotDelayByWhatIsNoDuration() {
    for (Object duration : new Object[] {"soon", "{{$context.none}}", 0L, -5L, List.of(1L)}) {
      EngineHarness run = new Flow().then("d", "delay", "duration", duration).run();
      assertThat(status(run)).as("%s", duration).isEqualTo(-2);
      assertThat(result(run, "d"))
          .isEqualTo(
              Map.of(
                  "message", "Delay duration must be a finite number greater than or equal to 1"));
    }
  }

  @Test
  void shouldNotWaitForWhoCanBeNoUser() {
    EngineHarness run = manual(0, List.of(1L, "anna")).run();
    assertThat(status(run)).isEqualTo(-2);
    assertThat(result(run, "m"))
        .isEqualTo(Map.of("message", "assignees: expected ids of users, found anna"));
  }

  @Test
  void shouldShowThatNobodyHasDecidedWhereSeveralDo() {
    assertThat(result(manual(1, List.of(1L, 2L)).run(), "m")).isEqualTo(List.of());
    assertThat(result(manual(0, List.of(1L, 2L)).run(), "m")).isNull();
    assertThat(result(manual(-1, List.of(0L, "")).run(), "m")).isEqualTo(List.of());
  }

  @Test
  void shouldEndADelayAsConfiguredWhateverItIsTold() {
    for (long told : new long[] {-1, 0, 1}) {
      EngineHarness run = new Flow().then("d", "delay", "duration", 60L).then("z", "query").run();
      resume(run, "d", told, null);
      assertThat(jobs(run)).isEqualTo("d:1 z:1");
      assertThat(run.timers()).isEmpty();
    }
  }

  private static Flow manual(long mode, Object assignees) {
    List<Map<String, Object>> actions =
        List.of(
            Map.of("key", "ok", "status", 1L, "values", Map.of("by", "{{currentUser.id}}")),
            Map.of("key", "no", "status", -1L),
            Map.of("key", "later", "status", 0L));
    return new Flow()
        .then(
            "m",
            "manual",
            "mode",
            mode,
            "assignees",
            assignees,
            "title",
            "check",
            "forms",
            Map.of("f1", Map.of("type", "custom", "actions", actions)))
        .then("z", "query");
  }

  private static void submit(EngineHarness run, String user, String action, Object form) {
    run.state().openRuns().stream()
        .filter(one -> one.waitsFor() instanceof dev.millrace.engine.Wait.ForPeople)
        .map(one -> (dev.millrace.engine.Wait.ForPeople) Objects.requireNonNull(one.waitsFor()))
        .flatMap(people -> people.tasks().values().stream())
        .filter(task -> task.user().equals(user))
        .findFirst()
        .ifPresent(task -> {
          Map<String, Object> result = new LinkedHashMap<>();
          result.put("f1", form);
          result.put("_", action);
          Map<String, Object> payload = new LinkedHashMap<>();
          payload.put("result", result);
          payload.put("user", Map.of("id", Long.parseLong(user)));
          run.send(new Command.ActOnHumanTask(run.key(), task.id(), user, payload)).settle();
        });
  }

  @Test
  void shouldLetTheFirstAnswerDecide() {
    EngineHarness run = manual(0, List.of(1L, List.of(2L, 1L))).run();
    assertThat(jobs(run)).isEqualTo("m:0");
    submit(run, "2", "later", Map.of("x", 0L));
    assertThat(jobs(run)).isEqualTo("m:0");
    submit(run, "2", "nosuch", Map.of());
    assertThat(refusal(run)).isEqualTo(Reason.INVALID_INPUT);
    submit(run, "2", "ok", Map.of("x", 1L));
    assertThat(jobs(run)).isEqualTo("m:1 z:1");
    assertThat(String.valueOf(result(run, "m"))).isEqualTo("{f1={x=1, by=2}, _=ok}");
    EngineHarness rejected = manual(0, 1L).run();
    submit(rejected, "1", "no", Map.of());
    assertThat(status(rejected)).isEqualTo(-1);
    assertThat(jobs(rejected)).isEqualTo("m:-1");
    assertThat(jobs(manual(0, List.of()).run())).isEqualTo("m:1 z:1");
    assertThat(status(new Flow().then("m", "manual").run())).isEqualTo(-2);
  }

  @Test
  void shouldAskAllOrAny() {
    EngineHarness all = manual(1, List.of(1L, 2L)).run();
    submit(all, "1", "ok", Map.of());
    assertThat(result(all, "m")).isEqualTo(new java.math.BigDecimal("0.5"));
    assertThat(jobs(all)).isEqualTo("m:0");
    submit(all, "2", "ok", Map.of());
    assertThat(jobs(all)).isEqualTo("m:1 z:1");
    assertThat(result(all, "m")).isEqualTo(1L);
    EngineHarness refused = manual(1, List.of(1L, 2L)).run();
    submit(refused, "1", "no", Map.of());
    assertThat(jobs(refused)).isEqualTo("m:-1");
    EngineHarness any = manual(-1, List.of(1L, 2L)).run();
    submit(any, "1", "no", Map.of());
    assertThat(jobs(any)).isEqualTo("m:0");
    submit(any, "2", "ok", Map.of());
    assertThat(status(any)).isEqualTo(1);
    EngineHarness none = manual(-1, List.of(1L, 2L)).run();
    submit(none, "1", "no", Map.of());
    submit(none, "2", "no", Map.of());
    assertThat(status(none)).isEqualTo(-5);
    assertThat(jobs(none)).isEqualTo("m:-5");
  }

  @Test
  void shouldTakeTheStatusThatAManualNodeIsTold() {
    for (long told : new long[] {1, -1, -2, -3, -4, -5, -6}) {
      EngineHarness run = manual(0, 1L).run();
      resume(run, "m", told, "given");
      assertThat(status(run)).isEqualTo((int) told);
      assertThat(jobs(run)).startsWith("m:" + told);
      assertThat(result(run, "m")).isEqualTo("given");
    }
    EngineHarness run = manual(0, 1L).run();
    resume(run, "m", 0, "so far");
    assertThat(status(run)).isEqualTo(0);
    assertThat(result(run, "m")).isEqualTo("so far");
    submit(run, "1", "ok", Map.of());
    assertThat(status(run)).isEqualTo(1);
    resume(run, "m", 1, null);
    assertThat(refusal(run)).isEqualTo(Reason.INVALID_STATE);
  }

  @Test
  void shouldGoOnWithWhatABranchCameTo() {
    Flow flow =
        new Flow()
            .then("c", "condition")
            .then("z", "query")
            .branch("c", 1, "m", "manual", "assignees", 1L)
            .then("n", "response-message");
    EngineHarness good = flow.run();
    assertThat(jobs(good)).isEqualTo("c:1 m:0");
    resume(good, "m", 1, null);
    assertThat(jobs(good)).isEqualTo("c:1 m:1 n:1 z:1");
    assertThat(status(good)).isEqualTo(1);
    EngineHarness bad = flow.run();
    resume(bad, "m", -2, null);
    assertThat(jobs(bad)).isEqualTo("c:1 m:-2");
    assertThat(status(bad)).isEqualTo(-2);
    EngineHarness odd = flow.run();
    resume(odd, "m", -100, null);
    assertThat(status(odd)).isEqualTo(-1);
    EngineHarness fine = flow.run();
    resume(fine, "m", 100, null);
    assertThat(status(fine)).isEqualTo(1);
  }

  @Test
  void shouldRefuseToSettleWhatDoesNotWait() {
    EngineHarness run =
        new Flow()
            .then("a", "response-message")
            .then("p", "parallel")
            .branch("p", 0, "d", "delay", "duration", 9L)
            .run();
    resume(run, "a", 1, null);
    assertThat(refusal(run)).isEqualTo(Reason.ALREADY_SUBMITTED);
    resume(run, "p", 1, null);
    assertThat(refusal(run)).isEqualTo(Reason.INVALID_INPUT);
    run.send(new Command.SettleRun(run.key(), 99, null));
    assertThat(refusal(run)).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void shouldAbortWhenItIsCanceledOrTimesOut() {
    Flow flow =
        new Flow()
            .with("options", Map.of("timeout", 1_500L))
            .then("c", "condition")
            .branch("c", 1, "d", "delay", "duration", 60L);
    EngineHarness canceled = flow.run();
    canceled.send(new Command.TerminateInstance(canceled.key(), EndReason.PERSON, ""));
    assertThat(status(canceled)).isEqualTo(-3);
    assertThat(jobs(canceled)).isEqualTo("c:1 d:-3");
    EngineHarness late = flow.run();
    late.advance(Duration.ofMillis(1_499));
    assertThat(status(late)).isEqualTo(0);
    late.advance(Duration.ofMillis(1));
    assertThat(status(late)).isEqualTo(-3);
    assertThat(late.failureType()).isEqualTo("timeout");
    assertThat(jobs(late)).isEqualTo("c:1 d:-3");
  }

  @Test
  void shouldRunAgainFromTheBeginningOrFromANode() {
    Flow flow = new Flow().then("a", "response-message").then("b", "response-message");
    flow.then("m", "delay", "duration", 60L);
    EngineHarness run = flow.run();
    run.send(new Command.RestartInstance(run.key(), "", false));
    assertThat(jobs(run)).isEqualTo("a:1 b:1 m:0 a:1 b:1 m:0");
    run.send(new Command.RestartInstance(run.key(), "b", false));
    assertThat(jobs(run)).isEqualTo("a:1 b:1 m:0 a:1 b:1 m:0 b:1 m:0");
    int id = run.runs("a").getLast().id();
    run.send(new Command.RestartInstance(run.key(), "", true));
    assertThat(run.runs("a").getLast().id()).isEqualTo(id);
    assertThat(run.runs("a")).hasSize(2);
    assertThat(run.state().life().generation()).isEqualTo(4);
    run.advance(Duration.ofMinutes(2));
    assertThat(status(run)).isEqualTo(1);
    run.send(new Command.RestartInstance(run.key(), "", false));
    assertThat(refusal(run)).isEqualTo(Reason.INVALID_STATE);
    EngineHarness waiting = flow.run();
    waiting.send(new Command.RestartInstance(waiting.key(), "nosuch", false));
    assertThat(refusal(waiting)).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void shouldRunAgainInsideABranchWithoutTouchingTheOthers() {
    EngineHarness run =
        new Flow()
            .then("p", "parallel")
            .branch("p", 0, "d", "delay", "duration", 60L)
            .branch("p", 1, "a", "response-message")
            .then("e", "delay", "duration", 90L)
            .run();
    NodeRun other = run.runs("d").getLast();
    run.send(new Command.RestartInstance(run.key(), "a", false));
    assertThat(jobs(run)).isEqualTo("p:0 d:0 a:1 e:0 a:1 e:0");
    assertThat(run.runs("d").getLast()).isEqualTo(other);
    run.advance(Duration.ofMinutes(2));
    assertThat(status(run)).isEqualTo(1);
  }

  @Test
  void shouldKeepNothingOfEndsThatAreNotWanted() {
    Flow flow = new Flow().with("options", Map.of("deleteExecutionOnStatus", List.of(1L, -3L)));
    flow.then("c", "condition", "rejectOnFalse", true, "expression", "{{$context.data}}");
    assertThat(flow.run(true).forgotten()).isTrue();
    assertThat(flow.run(false).forgotten()).isFalse();
    EngineHarness canceled = flow.then("d", "delay").run(true);
    canceled.send(new Command.TerminateInstance(canceled.key(), EndReason.PERSON, ""));
    assertThat(canceled.forgotten()).isTrue();
  }

  @Test
  void shouldHandOverWhatItResolved() {
    EngineHarness run =
        new Flow()
            .then("r", "request", "url", "{{$context.data}}", "onlyData", true)
            .then("z", "query")
            .run("http://x");
    Effect.DispatchActivity dispatch = run.inFlight().getFirst();
    assertThat(dispatch.activity()).isEqualTo("nocobase.request");
    assertThat(dispatch.parameters())
        .containsEntry("url", "http://x")
        .containsEntry("onlyData", true)
        .containsEntry("stack", List.of(1L));
    assertThat(String.valueOf(dispatch.parameters().get("$job")))
        .isEqualTo(
            "{executionId=1, jobId=1048577, nodeId=1, nodeKey=r, workflowId=7, workflowKey=wf}");
    assertThat(Engine.settled(run.state())).isTrue();
    assertThat(Engine.openWork(run.state())).isEqualTo(1);
    run.forget(dispatch);
    run.send(new Command.CompleteActivity(run.key(), dispatch.token(), Map.of("a", 1L))).settle();
    assertThat(jobs(run)).isEqualTo("r:1 z:1");
    EngineHarness sync = new Flow().with("sync", true).then("r", "request").run();
    assertThat(Engine.settled(sync.state())).isFalse();
  }

  private static EngineHarness failed(Flow flow, String type, @Nullable Object detail) {
    EngineHarness run = flow.run();
    Effect.DispatchActivity dispatch = run.inFlight().getFirst();
    run.forget(dispatch);
    dev.millrace.engine.Failure failure =
        new dev.millrace.engine.Failure(type, "message", "", false, detail, null);
    run.send(new Command.FailActivity(run.key(), dispatch.token(), failure, 0)).settle();
    return run;
  }

  @Test
  void shouldFailAsTheActivityDid() {
    Flow request = new Flow().then("r", "request").then("z", "query");
    EngineHarness refused = failed(request, "nocobase.failed", Map.of("status", 400L));
    assertThat(status(refused)).isEqualTo(-1);
    assertThat(result(refused, "r")).isEqualTo(Map.of("status", 400L));
    EngineHarness late = failed(request, "nocobase.aborted", Map.of("code", "ECONNABORTED"));
    assertThat(status(late)).isEqualTo(-3);
    assertThat(jobs(late)).isEqualTo("r:-3");
    EngineHarness broken = failed(request, "io", null);
    assertThat(status(broken)).isEqualTo(-2);
    assertThat(result(broken, "r")).isEqualTo(Map.of("message", "message"));
    Flow ignoring = new Flow().then("r", "request", "ignoreFail", true).then("z", "query");
    EngineHarness ignored = failed(ignoring, "nocobase.failed", Map.of("status", 400L));
    assertThat(jobs(ignored)).isEqualTo("r:1 z:1");
    Flow script = new Flow().then("s", "script", "arguments", List.of());
    assertThat(result(failed(script, "script.Error", "Error: boo"), "s")).isEqualTo("Error: boo");
    assertThat(Objects.requireNonNull(failed(script, "x", null).runs("s").getLast().notes()).meta())
        .isEqualTo(Map.of("args", Map.of()));
  }

  @Test
  void shouldNotWidenAFilterByWhatIsMissing() {
    Map<String, Object> plain = Map.of("filter", Map.of("id", "{{$context.none}}"));
    EngineHarness error = new Flow().then("u", "update", "params", plain).run();
    assertThat(status(error)).isEqualTo(-2);
    Map<String, Object> operand =
        Map.of("filter", Map.of("id", Map.of("$eq", "{{$context.none}}")));
    EngineHarness none = new Flow().then("u", "update", "params", operand).run();
    assertThat(none.inFlight().getFirst().parameters())
        .containsEntry("params", Map.of("filter", Map.of("id", Map.of("$in", List.of()))));
  }

  @Test
  void shouldRunAnotherWorkflow() {
    Flow flow = new Flow().then("s", "subflow", "workflow", "other", "context", Map.of("x", 1L));
    flow.then("z", "query");
    EngineHarness run = flow.run();
    Effect.StartChild child = (Effect.StartChild) run.sent().getFirst();
    assertThat(child.definition()).isEqualTo("nocobase:other");
    assertThat(child.input()).isEqualTo(Map.of("x", 1L));
    assertThat(child.labels())
        .containsEntry("parentExecutionId", 1L)
        .containsEntry("stack", List.of(1L));
    run.send(
            new Command.ChildEnded(
                run.key(), 1, run.runs("s").getLast().id(), child.key(), Status.COMPLETED, 5L))
        .settle();
    assertThat(result(run, "s")).isEqualTo(5L);
    assertThat(jobs(run)).isEqualTo("s:1 z:1");
    assertThat(Engine.settled(flow.run().state())).isTrue();
    assertThat(Engine.settled(flow.with("sync", true).run().state())).isFalse();
    EngineHarness again = flow.run();
    again.send(new Command.RestartInstance(again.key(), "s", true));
    assertThat(again.runs("s")).hasSize(1);
    assertThat(((Effect.StartChild) again.sent().getLast()).key()).isNotEqualTo(child.key());
    EngineHarness failed = flow.run();
    failed.send(
        new Command.ChildEnded(
            failed.key(), 1, failed.runs("s").getLast().id(), child.key(), Status.FAILED, null));
    assertThat(status(failed)).isEqualTo(-1);
  }

  @Test
  void shouldSuspendAndResume() {
    EngineHarness run = new Flow().then("d", "delay", "duration", 1L).then("z", "query").run();
    run.send(new Command.SuspendInstance(run.key())).advance(Duration.ofHours(1));
    assertThat(status(run)).isEqualTo(0);
    resume(run, "d", 1, null);
    assertThat(refusal(run)).isEqualTo(Reason.INVALID_STATE);
    run.send(new Command.ResumeInstance(run.key())).advance(Duration.ZERO).settle();
    assertThat(jobs(run)).isEqualTo("d:1 z:1");
  }

  @Test
  void shouldTryAgainForAMinuteWhenTheDatabaseIsAway() {
    AtomicInteger away = new AtomicInteger(3);
    EngineHarness back =
        new Flow()
            .then("a", "create")
            .harness()
            .activity(
                "nocobase.create",
                parameters -> {
                  if (away.getAndDecrement() > 0) {
                    throw new EngineHarness.ActivityFailure(DataNode.UNAVAILABLE, "it is away");
                  }
                  return "made";
                })
            .start(Map.of());
    assertThat(jobs(back)).isEqualTo("a:0");
    back.advance(Duration.ofSeconds(10));
    assertThat(jobs(back)).isEqualTo("a:1");
    assertThat(result(back, "a")).isEqualTo("made");

    AtomicInteger attempts = new AtomicInteger();
    EngineHarness gone =
        new Flow()
            .then("a", "update")
            .then("z", "query")
            .harness()
            .activity(
                "nocobase.update",
                parameters -> {
                  attempts.incrementAndGet();
                  throw new EngineHarness.ActivityFailure(DataNode.UNAVAILABLE, "it is away");
                })
            .start(Map.of());
    gone.advance(Duration.ofSeconds(50));
    assertThat(jobs(gone)).isEqualTo("a:0");
    gone.advance(Duration.ofSeconds(20));
    assertThat(jobs(gone)).isEqualTo("a:-2");
    assertThat(status(gone)).isEqualTo(-2);
    assertThat(attempts.get()).isBetween(10, 30);
  }
}
