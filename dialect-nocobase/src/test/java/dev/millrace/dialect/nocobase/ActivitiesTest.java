package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that touch the world, in whole executions. */
class ActivitiesTest extends ServerTest {

  @BeforeEach
  void collection() {
    server.collection("posts", "title", "string", "read", "integer");
  }

  private Reply run(String type, Map<String, Object> config) {
    long id =
        server.workflow(Map.of("type", "schedule", "sync", true, "config", Map.of("mode", 0)));
    server.node(id, type, null, config);
    long execution =
        server
            .post("/api/workflows:execute?filterByTk=" + id, Map.of())
            .number("data.execution.id");
    return server.until(
        () -> server.get("/api/executions:get?filterByTk=" + execution + "&appends=jobs"),
        reply -> reply.number("data.status") != 0);
  }

  @Test
  void shouldWorkOnRecords() {
    Reply created =
        run(
            "create",
            Map.of(
                "collection",
                "posts",
                "params",
                Map.of("values", Map.of("title", "a", "read", 3))));
    assertThat(created.at("data.jobs.0.result.title")).isEqualTo("a");
    Reply updated =
        run(
            "update",
            Map.of(
                "collection",
                "posts",
                "params",
                Map.of("filter", Map.of("title", "a"), "values", Map.of("read", 4))));
    assertThat(updated.at("data.jobs.0.result")).isEqualTo(1L);
    Reply found =
        run(
            "query",
            Map.of(
                "collection",
                "posts",
                "multiple",
                true,
                "params",
                Map.of("sort", List.of(Map.of("field", "id", "direction", "desc")))));
    assertThat(found.at("data.jobs.0.result.0.read")).isEqualTo(4L);
    Reply sum =
        run(
            "aggregate",
            Map.of("collection", "posts", "aggregator", "sum", "params", Map.of("field", "read")));
    assertThat(sum.at("data.jobs.0.result")).isEqualTo(4L);
    Reply removed =
        run(
            "destroy",
            Map.of("collection", "posts", "params", Map.of("filter", Map.of("title", "a"))));
    assertThat(removed.at("data.jobs.0.result")).isEqualTo(1L);
  }

  @Test
  void shouldNeverTouchEverythingByMistake() {
    server.post("/api/posts:create", Map.of("title", "a"));
    Reply update =
        run(
            "update",
            Map.of(
                "collection",
                "posts",
                "params",
                Map.of("filter", Map.of(), "values", Map.of("read", 4))));
    assertThat(update.number("data.status")).isEqualTo(-2);
    assertThat(String.valueOf(update.at("data.jobs.0.result.message")))
        .contains("must provide filter");
    Reply destroy =
        run("destroy", Map.of("collection", "posts", "params", Map.of("filter", Map.of())));
    assertThat(destroy.number("data.status")).isEqualTo(1);
    assertThat(server.get("/api/posts:list").number("meta.count")).isEqualTo(1);
  }

  @Test
  void shouldFailWhereNothingIsFound() {
    Reply empty =
        run("query", Map.of("collection", "posts", "failOnEmpty", true, "multiple", true));
    assertThat(empty.number("data.status")).isEqualTo(-1);
    assertThat(empty.at("data.jobs.0.result")).isEqualTo(List.of());
  }

  @Test
  void case60ShouldSendRequests() {
    Reply found = run("request", Map.of("method", "GET", "url", server.url() + "/api/app:getInfo"));
    assertThat(found.at("data.jobs.0.result.status")).isEqualTo(200L);
    assertThat(found.at("data.jobs.0.result.data.data.version")).isEqualTo("test");
    Map<String, Object> missing = Map.of("method", "GET", "url", server.url() + "/api/nosuch");
    Reply failed = run("request", missing);
    assertThat(failed.number("data.status")).isEqualTo(-1);
    assertThat(failed.at("data.jobs.0.result.status")).isEqualTo(404L);
    Reply ignored =
        run(
            "request",
            Map.of("method", "GET", "url", server.url() + "/api/nosuch", "ignoreFail", true));
    assertThat(ignored.number("data.status")).isEqualTo(1);
    assertThat(ignored.at("data.jobs.0.result.status")).isEqualTo(404L);
  }

  @Test
  void shouldSendAndReadBodiesAsTheirTypesAsk() {
    long hook =
        server.workflow(
            Map.of("type", "schedule", "sync", true, "enabled", true, "config", Map.of("mode", 0)));
    String url = server.url() + "/api/workflows:execute?filterByTk=" + hook;
    Reply sent =
        run("request", Map.of("url", url, "data", "{\"data\":{\"a\":1}}", "onlyData", true));
    assertThat(sent.number("data.status")).as(sent.text()).isEqualTo(1);
    assertThat(sent.at("data.jobs.0.result.data.execution.status")).isEqualTo(1L);
    Reply text = run("request", Map.of("url", url, "data", "no object", "ignoreFail", true));
    assertThat(text.at("data.jobs.0.result.status")).isEqualTo(400L);
    assertThat(text.at("data.jobs.0.result.statusText")).isEqualTo("Bad Request");
    assertThat(text.at("data.jobs.0.result.code")).isEqualTo("ERR_BAD_REQUEST");
    Reply parts =
        run(
            "request",
            Map.of(
                "url",
                url,
                "contentType",
                "multipart/form-data",
                "data",
                List.of(Map.of("name", "f", "valueType", "file", "file", 1))));
    assertThat(parts.number("data.status")).isEqualTo(-1);
    assertThat(String.valueOf(parts.at("data.jobs.0.result.message"))).startsWith("data: expected");
  }

  @Test
  void shouldRefuseAddressesThatAreNone() {
    for (String url : List.of("nowhere", "ftp://example.org/a", "http://")) {
      Reply refused = run("request", Map.of("url", url));
      assertThat(refused.number("data.status")).isEqualTo(-1);
      assertThat(refused.at("data.jobs.0.result"))
          .isEqualTo(Map.of("message", "Invalid URL", "code", "ERR_INVALID_URL"));
    }
  }

  @Test
  void shouldWaitAtMostAsLongAsRequestsMay() {
    Reply found =
        run(
            "request",
            Map.of(
                "method", "GET", "url", server.url() + "/api/app:getInfo", "timeout", 3_600_000));
    assertThat(found.number("data.status")).as(found.text()).isEqualTo(1);
    assertThat(found.at("data.jobs.0.result.statusText")).isEqualTo("OK");
  }

  @Test
  void shouldTellWhatAScriptLoggedWhenItIsTried() {
    Map<String, Object> config =
        Map.of("content", "console.log('hi', {a: 1}); throw new Error('boo')", "continue", true);
    Reply tried = server.post("/api/flow_nodes:test", Map.of("type", "script", "config", config));
    assertThat(tried.at("data"))
        .isEqualTo(Map.of("result", "Error: boo", "status", -2L, "log", "hi {\"a\":1}\n"));
    Reply quiet =
        server.post(
            "/api/flow_nodes:test",
            Map.of("type", "script", "config", Map.of("content", "return 7 // seven")));
    assertThat(quiet.at("data")).isEqualTo(Map.of("result", 7L, "status", 1L, "log", ""));
  }

  @Test
  void shouldNameTheJobThatAValueGivenToAVariableFollows() {
    long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    long declared = server.node(id, "variable", null, Map.of("value", 1));
    Object key = server.get("/api/flow_nodes:get?filterByTk=" + declared).at("data.key");
    server.node(id, "variable", declared, Map.of("target", String.valueOf(key), "value", 2));
    long execution =
        server
            .post("/api/workflows:execute?filterByTk=" + id, Map.of())
            .number("data.execution.id");
    Reply jobs = server.get("/api/executions:get?filterByTk=" + execution + "&appends=jobs");
    assertThat(jobs.at("data.jobs.1.upstreamId")).isEqualTo(jobs.at("data.jobs.0.id"));
    assertThat(jobs.at("data.jobs.0.upstreamId")).isNull();
    assertThat(jobs.at("data.jobs.2.upstreamId")).isNull();
  }

  @Test
  void shouldCallACopyAsItsNodeIsCalledWhenItHasNoTitle() {
    long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    long node = server.node(id, "cc", null, Map.of("users", List.of(1)));
    server.post("/api/flow_nodes:update?filterByTk=" + node, Map.of("title", "For your eyes"));
    server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    assertThat(server.get("/api/workflowCcTasks:listMine").at("data.0.title"))
        .isEqualTo("For your eyes");
  }

  @Test
  void shouldReachNoDatabaseThatIsNotConfigured() {
    Reply refused = run("sql", Map.of("sql", "select * from users"));
    assertThat(refused.number("data.status")).isEqualTo(-2);
    assertThat(String.valueOf(refused.at("data.jobs.0.result.message")))
        .contains("datasource \"main\" is not known");
  }

  @Test
  void shouldSayThatNoMailServerIsConfigured() {
    Map<String, Object> letter =
        Map.of("to", List.of("a@example.org"), "subject", "s", "contentType", "text", "text", "t");
    Reply failed = run("mailer", letter);
    assertThat(failed.number("data.status")).isEqualTo(-1);
    assertThat(String.valueOf(failed.at("data.jobs.0.result.message"))).isNotEqualTo("null");
  }

  @Test
  void shouldSendThroughTheMailServerThatTheNodeNames() throws Exception {
    try (TestMail mail = new TestMail()) {
      Reply sent =
          run(
              "mailer",
              Map.of(
                  "provider",
                  Map.of("host", "127.0.0.1", "port", mail.port(), "secure", false),
                  "from",
                  "me@example.org",
                  "to",
                  List.of("you@example.org"),
                  "subject",
                  "Hello",
                  "contentType",
                  "text",
                  "text",
                  "Hi"));
      assertThat(sent.number("data.status")).as(sent.text()).isEqualTo(1);
      assertThat(mail.letter()).contains("RCPT TO:<you@example.org>", "Subject: Hello", "Hi");
    }
  }

  @Test
  void shouldRunScripts() {
    Reply sum =
        run(
            "script",
            Map.of(
                "content",
                "return a + 1;",
                "arguments",
                List.of(Map.of("name", "a", "value", 41))));
    assertThat(sum.at("data.jobs.0.result")).isEqualTo(42L);
    Reply thrown = run("script", Map.of("content", "throw new Error('boo')"));
    assertThat(thrown.number("data.status")).isEqualTo(-2);
    assertThat(thrown.at("data.jobs.0.result")).isEqualTo("Error: boo");
    Reply on = run("script", Map.of("content", "throw new Error('boo')", "continue", true));
    assertThat(on.number("data.status")).isEqualTo(1);
  }
}
