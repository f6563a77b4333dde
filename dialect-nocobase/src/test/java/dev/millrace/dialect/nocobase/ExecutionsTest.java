package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Query;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.run.Housekeeping;
import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.runtime.EngineApi;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Executions and jobs over real HTTP. */
class ExecutionsTest extends ServerTest {
  private static final Map<String, Object> WAIT =
      Map.of("duration", 1, "unit", 86_400_000L, "endStatus", 1);

  private long workflow() {
    return server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
  }

  private Reply execute(long id) {
    return server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
  }

  private Reply execution(long id) {
    return server.get("/api/executions:get?filterByTk=" + id + "&appends=jobs,workflow");
  }

  @Test
  void case5And6ShouldKeepJobsInOrderAndStopAtError() {
    long id = workflow();
    long first =
        server.node(id, "calculation", null, Map.of("engine", "string", "expression", "one"));
    long second =
        server.node(id, "calculation", first, Map.of("engine", "string", "expression", "two"));
    Reply ran = execute(id);
    assertThat(ran.number("data.execution.status")).isEqualTo(1);
    Reply execution = execution(ran.number("data.execution.id"));
    assertThat(execution.at("data.jobs.size")).isEqualTo(2);
    assertThat(execution.at("data.jobs.0.nodeId")).isEqualTo(first);
    assertThat(execution.at("data.jobs.0.result")).isEqualTo("one");
    assertThat(execution.at("data.jobs.1.nodeId")).isEqualTo(second);
    assertThat(execution.at("data.workflow.id")).isEqualTo(id);
    assertThat(execution.at("data.key")).isEqualTo(server.key(id));

    long failing = workflow();
    long bad = server.node(failing, "calculation", null, Map.of("expression", "boom"));
    server.node(failing, "calculation", bad, Map.of("engine", "string", "expression", "never"));
    Reply failed = execute(failing);
    assertThat(failed.status()).isEqualTo(200);
    assertThat(failed.number("data.execution.status")).isEqualTo(-2);
    Reply jobs = server.get("/api/executions/" + failed.number("data.execution.id") + "/jobs:list");
    assertThat(jobs.at("data.size")).isEqualTo(1);
    assertThat(jobs.at("data.0.status")).isEqualTo(-2L);
    assertThat(jobs.text()).contains("boom");
  }

  @Test
  void case8And42ShouldCancelOnlyWhatHasNotEnded() {
    long id = workflow();
    server.node(id, "delay", null, WAIT);
    Reply ran = execute(id);
    assertThat(ran.number("data.execution.status")).isZero();
    long execution = ran.number("data.execution.id");
    assertThat(server.post("/api/executions:destroy?filterByTk=" + execution, null).at("data"))
        .isEqualTo(0L);
    Reply canceled = server.post("/api/executions:cancel?filterByTk=" + execution, Map.of());
    assertThat(canceled.status()).isEqualTo(200);
    assertThat(canceled.number("data.status")).isEqualTo(-3);
    assertThat(canceled.at("data.reason")).isEqualTo("manual_cancel");
    assertThat(canceled.number("data.jobs.0.status")).isEqualTo(-3);
    Reply again = server.post("/api/executions:cancel?filterByTk=" + execution, Map.of());
    assertThat(again.status()).isEqualTo(400);
    assertThat(again.error()).isEqualTo("Bad Request");
    Reply missing = server.post("/api/executions:cancel?filterByTk=77", Map.of());
    assertThat(missing.status()).isEqualTo(404);
    assertThat(missing.error()).isEqualTo("Not Found");
  }

  @Test
  void case41ShouldDestroyWhatHasEnded() {
    long id = workflow();
    long execution = execute(id).number("data.execution.id");
    String key = server.key(id);
    execute(id);
    assertThat(server.post("/api/executions:destroy", null).status()).isEqualTo(400);
    assertThat(server.post("/api/executions:destroy?filterByTk=" + execution, null).at("data"))
        .isEqualTo(1L);
    assertThat(execution(execution).at("data")).isNull();
    assertThat(
            server
                .post("/api/executions:destroy", null, "filter", "{\"key\":\"" + key + "\"}")
                .at("data"))
        .isEqualTo(1L);
    assertThat(
            server
                .get("/api/workflows:get?filterByTk=" + id + "&appends=stats")
                .at("data.stats.executed"))
        .isEqualTo(2L);
  }

  @Test
  void case9And45ShouldResumeJobs() {
    long id = workflow();
    long wait = server.node(id, "manual", null, Map.of("assignees", List.of(1)));
    server.node(id, "calculation", wait, Map.of("engine", "string", "expression", "after"));
    long execution = execute(id).number("data.execution.id");
    long job = execution(execution).number("data.jobs.0.id");
    Reply resumed =
        server.post(
            "/api/jobs:resume?filterByTk=" + job,
            Map.of("status", 1, "result", Map.of("ok", true)));
    assertThat(resumed.status()).isEqualTo(202);
    Reply done =
        server.until(() -> execution(execution), reply -> reply.number("data.status") != 0);
    assertThat(done.number("data.status")).isEqualTo(1);
    assertThat(done.at("data.jobs.0.result.ok")).isEqualTo(true);
    assertThat(done.at("data.jobs.size")).isEqualTo(2);
    assertThat(server.post("/api/jobs:resume?filterByTk=" + job, Map.of()).error())
        .isEqualTo("Execution is not running");
    assertThat(server.post("/api/jobs:resume?filterByTk=77", Map.of()).status()).isEqualTo(404);

    long other = execute(id).number("data.execution.id");
    long otherJob = execution(other).number("data.jobs.0.id");
    server.post("/api/jobs:resume?filterByTk=" + otherJob, Map.of("status", 0));
    assertThat(execution(other).number("data.status")).isZero();
    server.post("/api/jobs:resume?filterByTk=" + otherJob, Map.of("status", -1));
    Reply failed = server.until(() -> execution(other), reply -> reply.number("data.status") != 0);
    assertThat(failed.number("data.status")).isEqualTo(-1);
    assertThat(failed.at("data.jobs.size")).isEqualTo(1);
  }

  @Test
  void case43ShouldRerunOnlyStarted() {
    long id = workflow();
    long first =
        server.node(id, "calculation", null, Map.of("engine", "string", "expression", "one"));
    server.node(id, "delay", first, WAIT);
    long execution = execute(id).number("data.execution.id");
    assertThat(server.post("/api/executions:rerun?filterByTk=77", Map.of()).status())
        .isEqualTo(404);
    Reply rerun = server.post("/api/executions:rerun?filterByTk=" + execution, Map.of());
    assertThat(rerun.status()).isEqualTo(202);
    server.until(
        () -> execution(execution), reply -> Integer.valueOf(4).equals(reply.at("data.jobs.size")));
    server.post("/api/executions:cancel?filterByTk=" + execution, Map.of());
    Reply ended = server.post("/api/executions:rerun?filterByTk=" + execution, Map.of());
    assertThat(ended.status()).isEqualTo(400);
    assertThat(ended.error()).isEqualTo("Only started executions can be rerun");
  }

  @Test
  void shouldPauseAndResume() {
    long id = workflow();
    server.node(id, "delay", null, WAIT);
    long execution = execute(id).number("data.execution.id");
    String tk = "?filterByTk=" + execution;
    assertThat(server.post("/api/executions:resume" + tk, Map.of()).status()).isEqualTo(409);
    assertThat(server.post("/api/executions:pause" + tk, Map.of()).status()).isEqualTo(200);
    assertThat(server.post("/api/executions:resume" + tk, Map.of()).status()).isEqualTo(200);
    server.post("/api/executions:cancel" + tk, Map.of());
    assertThat(server.post("/api/executions:pause" + tk, Map.of()).status()).isEqualTo(409);
  }

  @Test
  void shouldTellTheLog() {
    long id = workflow();
    long node = server.node(id, "calculation", null, Map.of("expression", "boom"));
    long execution = execute(id).number("data.execution.id");
    Reply logs = server.get("/api/executions:logs?filterByTk=" + execution);
    assertThat(logs.at("data.0.level")).isEqualTo("INFO");
    assertThat(logs.at("data.0.executionId")).isEqualTo(execution);
    assertThat(String.valueOf(logs.at("data.0.timestamp")))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    Reply errors = server.get("/api/executions/" + execution + "/logs?level=ERROR&pageSize=1");
    assertThat(errors.number("meta.count")).isEqualTo(2);
    assertThat(errors.at("data.size")).isEqualTo(1);
    assertThat(errors.at("data.0.nodeId")).isEqualTo(node);
    assertThat(String.valueOf(errors.at("data.0.message"))).contains("boom");
    assertThat(server.get("/api/executions:logs?filterByTk=" + execution + "&level=LOUD").status())
        .isEqualTo(400);
  }

  @Test
  void case22ShouldDeleteExecutionsThatSayso() {
    long id = server.workflowLeavingNoTrace();
    Reply ran = execute(id);
    assertThat(ran.number("data.execution.status")).isEqualTo(1);
    assertThat(execution(ran.number("data.execution.id")).at("data")).isNull();
    assertThat(
            server
                .get("/api/workflows:get?filterByTk=" + id + "&appends=versionStats")
                .at("data.versionStats.executed"))
        .isEqualTo(1L);
  }

  @Test
  void shouldListWithBoundsBesideTheFilter() {
    long id = workflow();
    execute(id);
    assertThat(list("?filter[status]=1&createdAt[$gte]=2023-01-01").number("meta.count"))
        .isEqualTo(1);
    assertThat(list("?filter[status]=1&createdAt[$gte]=2999-01-01").number("meta.count")).isZero();
    assertThat(list("?filter[status]=0").number("meta.count")).isZero();
    assertThat(list("?pageSize=-1").status()).isEqualTo(400);
    assertThat(list("?page=0").status()).isEqualTo(400);
    Reply unprefixed = server.get(encoded("/executions?filter[status]=1"));
    assertThat(unprefixed.number("meta.count")).isEqualTo(1);
    assertThat(server.post("/api/executions:update?filterByTk=1", Map.of("status", 5)).status())
        .isEqualTo(403);
  }

  @Test
  void shouldLogAndDestroyExecutionsOfAnyNamespace() {
    long id = workflow();
    server.node(id, "calculation", null, Map.of("engine", "string", "expression", "one"));
    server.post("/api/workflows:update?filterByTk=" + id, Map.of("enabled", true));
    InstanceKey key = new InstanceKey("shop", "of-a-program");
    server
        .engine()
        .run(
            new EngineApi.StartRequest(
                key,
                "nocobase:" + server.key(id),
                0,
                Map.of(),
                new Command.Origin("", "", false),
                null))
        .join();
    long execution = list("?filter[eventKey]=of-a-program").number("data.0.id");
    assertThat(server.get("/api/executions:logs?filterByTk=" + execution).text())
        .contains("execution resolved");
    Reply destroyed = server.post("/api/executions:destroy?filterByTk=" + execution, null);
    assertThat(destroyed.at("data")).isEqualTo(1L);
    assertThat(server.engine().instance(key).join()).isEmpty();
  }

  @Test
  void shouldForgetWhatEndedExecutionsHaveDone() {
    server.collection("posts", "title", "string");
    Object creates = Map.of("collection", "posts", "params", Map.of("values", Map.of()));
    long ended = workflow();
    server.node(ended, "create", null, creates);
    long waiting = workflow();
    long first = server.node(waiting, "create", null, creates);
    server.node(waiting, "delay", first, WAIT);
    long gone = execute(ended).number("data.execution.id");
    execute(ended);
    long copied = execute(waiting).number("data.execution.id");
    for (long execution : List.of(gone, copied)) {
      server
          .database()
          .records(SystemCollections.CC_TASKS)
          .create(Map.of("executionId", execution, "title", "t"), WriteContext.NONE);
    }
    server.post("/api/executions:destroy?filterByTk=" + gone, null);
    Instant later = Instant.now().plus(Duration.ofDays(2));
    assertThat(server.database().onceKeys(later, "", 10)).hasSize(3);

    new Housekeeping(server.database(), InstantSource.system(), null).run();
    assertThat(server.database().onceKeys(later, "", 10)).as("a day too early").hasSize(3);
    assertThat(server.database().records(SystemCollections.CC_TASKS).count(Query.all()))
        .isEqualTo(1);

    new Housekeeping(server.database(), InstantSource.fixed(later), null).run();
    assertThat(server.database().onceKeys(later, "", 10)).hasSize(1);
  }

  private Reply list(String query) {
    return server.get(encoded("/api/executions:list" + query));
  }

  private static String encoded(String path) {
    return path.replace("[", "%5B").replace("]", "%5D");
  }
}
