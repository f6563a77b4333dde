package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workflows around requests that write records, over real HTTP. */
class RequestWorkflowsTest extends ServerTest {

  @BeforeEach
  void collections() {
    server.collection("comments", "text", "string");
    Reply posts =
        server.post(
            "/api/collections:create",
            Map.of(
                "name",
                "posts",
                "fields",
                List.of(
                    Map.of("name", "title", "type", "string"),
                    Map.of(
                        "name",
                        "comments",
                        "type",
                        "hasMany",
                        "target",
                        "comments",
                        "foreignKey",
                        "postId"))));
    assertThat(posts.status()).isEqualTo(200);
  }

  private long around(String type, boolean sync, Map<String, Object> config) {
    return server.workflow(Map.of("type", type, "enabled", false, "sync", sync, "config", config));
  }

  private String enabled(long workflow) {
    assertThat(
            server
                .post("/api/workflows:update?filterByTk=" + workflow, Map.of("enabled", true))
                .status())
        .isEqualTo(200);
    return server.key(workflow);
  }

  @Test
  void shouldInterceptAndFollowWritesThroughAnAssociation() {
    long post = TestServer.created(server.post("/api/posts:create", Map.of("title", "a")));
    Map<String, Object> config =
        Map.of("collection", "comments", "global", true, "actions", List.of("create", "update"));
    String follows = enabled(around("action", false, config));
    String comments = "/api/posts/" + post + "/comments";
    long comment = TestServer.created(server.post(comments + ":create", Map.of("text", "first")));
    assertThat(server.executions(follows, 1).number("data.0.context.data.id")).isEqualTo(comment);
    server.post(comments + ":update/" + comment, Map.of("text", "changed"));
    assertThat(server.executions(follows, 2).at("data.1.context.data.text")).isEqualTo("changed");

    long refuses = around("request-interception", true, config);
    server.node(refuses, "end", null, Map.of("endStatus", -1));
    String refusing = enabled(refuses);
    Reply refused = server.post(comments + ":create", Map.of("text", "second"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(server.get(comments + ":list").number("meta.count")).isEqualTo(1);
    assertThat(server.executions(refusing, 1).at("data.0.context.params.values.text"))
        .isEqualTo("second");
  }

  @Test
  void shouldStartWhatIsNotWaitedForBehindAllThatIsAndOnlyWhenThatGoesOn() {
    Map<String, Object> config = Map.of("collection", "posts");
    String free = enabled(around("action", false, config));
    long ends = around("action", true, config);
    server.node(ends, "end", null, Map.of("endStatus", 1));
    String ending = enabled(ends);
    String passing = enabled(around("action", true, config));
    for (String order : List.of(free + "," + ending, ending + "," + free)) {
      Reply reply =
          server.post("/api/posts:create", Map.of("title", "a"), "triggerWorkflows", order);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(server.count(free)).isZero();
    }
    server.post(
        "/api/posts:create", Map.of("title", "b"), "triggerWorkflows", free + "," + passing);
    server.executions(free, 1);
  }
}
