package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nodes of workflows over real HTTP. */
class NodesTest extends ServerTest {
  private static final Map<String, Object> ECHO = Map.of("expression", "1");

  private long workflow() {
    return server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
  }

  private @Nullable Object of(long node, String member) {
    return server.get("/api/flow_nodes:get?filterByTk=" + node).at("data." + member);
  }

  @Test
  void case32ShouldLinkNewNodes() {
    long id = workflow();
    long second = server.node(id, "calculation", null, ECHO);
    long first = server.node(id, "calculation", null, ECHO);
    assertThat(of(first, "downstreamId")).isEqualTo(second);
    assertThat(of(second, "upstreamId")).isEqualTo(first);
    long between = server.node(id, "condition", first, Map.of("rejectOnFalse", false));
    assertThat(of(between, "downstreamId")).isEqualTo(second);
    long inBranch = server.node(id, "calculation", between, 1L, ECHO);
    long before = server.node(id, "calculation", between, 1L, ECHO);
    assertThat(of(inBranch, "branchIndex")).isNull();
    assertThat(of(inBranch, "upstreamId")).isEqualTo(before);
    assertThat(of(before, "branchIndex")).isEqualTo(1L);
    Reply list = server.get("/api/workflows/" + id + "/nodes:list?paginate=false");
    assertThat(list.at("data.size")).isEqualTo(5);
    assertThat(server.get("/api/workflows/undefined/nodes:list").at("data")).isEqualTo(List.of());
    assertThat(server.get("/api/workflows/999/nodes:list").at("data")).isEqualTo(List.of());
  }

  @Test
  void case33And39ShouldValidateNodes() {
    long id = workflow();
    assertThat(error(id, Map.of())).isEqualTo("Node type is required");
    assertThat(error(id, Map.of("type", "nosuch")))
        .isEqualTo("Node type \"nosuch\" is not registered");
    assertThat(error(id, Map.of("type", "condition", "config", Map.of())))
        .isEqualTo("\"rejectOnFalse\" is required");
    assertThat(
            error(
                id,
                Map.of(
                    "type",
                    "condition",
                    "config",
                    Map.of("rejectOnFalse", true, "expression", ""))))
        .isEqualTo("\"expression\" is not allowed to be empty");
    assertThat(error(id, Map.of("type", "loop", "config", Map.of("exit", 3))))
        .isEqualTo("\"exit\" must be one of [0, 1, 2]");
    assertThat(error(id, Map.of("type", "delay", "config", Map.of("duration", 0))))
        .isEqualTo("\"duration\" must be greater than or equal to 1");
    assertThat(error(id, Map.of("type", "query", "config", Map.of())))
        .isEqualTo("Collection is not configured");
    assertThat(error(id, Map.of("type", "parallel", "config", Map.of("mode", "some"))))
        .isEqualTo("\"mode\" must be one of [all, any, race, allSettled]");
    server.node(id, "condition", null, Map.of("rejectOnFalse", false, "extra", 1));
    assertThat(
            server
                .post("/api/workflows/" + id + "/nodes:create", Map.of("type", "condition"))
                .at("data.config"))
        .isEqualTo(Map.of());
    for (int i = 2; i < 50; i++) {
      server.node(id, "calculation", null, ECHO);
    }
    assertThat(error(id, Map.of("type", "calculation")))
        .isEqualTo("The number of nodes in a workflow cannot exceed 50");
  }

  private String error(long id, Map<String, Object> values) {
    Reply reply = server.post("/api/workflows/" + id + "/nodes:create", values);
    assertThat(reply.status()).isEqualTo(400);
    return reply.error();
  }

  @Test
  void case34ShouldDuplicateWithoutBranches() {
    long id = workflow();
    long node = server.node(id, "condition", null, Map.of("rejectOnFalse", false));
    server.node(id, "calculation", node, 1L, ECHO);
    Reply copy =
        server.post("/api/flow_nodes:duplicate?filterByTk=" + node, Map.of("upstreamId", node));
    assertThat(copy.at("data.config")).isEqualTo(Map.of("rejectOnFalse", false));
    assertThat(copy.at("data.key")).isNotEqualTo(of(node, "key"));
    assertThat(of(node, "downstreamId")).isEqualTo(copy.at("data.id"));
    assertThat(server.get("/api/workflows/" + id + "/nodes:list").number("meta.count"))
        .isEqualTo(3);
    Reply head = server.post("/api/flow_nodes:duplicate?filterByTk=" + node, Map.of());
    assertThat(head.at("data.downstreamId")).isEqualTo(node);
  }

  @Test
  void case35And37ShouldDestroyNodesAndBranches() {
    long id = workflow();
    long fork = server.node(id, "parallel", null, Map.of("mode", "all"));
    long zero = server.node(id, "calculation", fork, 0L, ECHO);
    long one = server.node(id, "calculation", fork, 1L, ECHO);
    long two = server.node(id, "calculation", fork, 2L, ECHO);
    long after = server.node(id, "calculation", fork, ECHO);
    assertThat(server.post("/api/flow_nodes:destroyBranch?filterByTk=" + fork, Map.of()).error())
        .isEqualTo("branchIndex is required");
    Reply head =
        server.post(
            "/api/flow_nodes:destroyBranch?filterByTk=" + fork + "&branchIndex=0&shift=1",
            Map.of());
    assertThat(head.at("data.id")).isEqualTo(zero);
    assertThat(of(one, "branchIndex")).isEqualTo(0L);
    Reply empty =
        server.post(
            "/api/flow_nodes:destroyBranch?filterByTk=" + fork + "&branchIndex=7", Map.of());
    assertThat(empty.status()).isEqualTo(204);
    assertThat(
            server
                .post("/api/flow_nodes:destroy?filterByTk=" + fork + "&keepBranch=9", Map.of())
                .error())
        .isEqualTo("Branch 9 not found");
    Reply removed =
        server.post("/api/flow_nodes:destroy?filterByTk=" + fork + "&keepBranch=1", Map.of());
    assertThat(removed.at("data.id")).isEqualTo(fork);
    assertThat(removed.at("data.downstream.id")).isEqualTo(after);
    assertThat(of(two, "upstreamId")).isNull();
    assertThat(of(two, "downstreamId")).isEqualTo(after);
    assertThat(of(one, "id")).isNull();
    assertThat(server.post("/api/flow_nodes:destroy?filterByTk=77", Map.of()).status())
        .isEqualTo(404);
  }

  @Test
  void case38ShouldMoveAndRefuseItsOwnBranch() {
    long id = workflow();
    long first = server.node(id, "condition", null, Map.of("rejectOnFalse", false));
    long second = server.node(id, "calculation", first, ECHO);
    long inside = server.node(id, "calculation", first, 1L, ECHO);
    Reply moved = move(second, null, null);
    assertThat(moved.at("data.upstream")).isNull();
    assertThat(moved.at("data.downstream.id")).isEqualTo(first);
    assertThat(move(second, null, null).error()).isEqualTo("Node does not need to be moved");
    assertThat(move(second, second, null).error()).isEqualTo("Invalid upstream node");
    assertThat(move(second, first, "x").error()).isEqualTo("branchIndex must be a number");
    Reply unknown = move(second, 77L, null);
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.error()).isEqualTo("Upstream node not found");
    long other = server.node(workflow(), "calculation", null, ECHO);
    assertThat(move(second, other, null).error())
        .isEqualTo("Upstream node is not in the same workflow");
    Reply cycle = move(first, inside, null);
    assertThat(cycle.status()).isEqualTo(400);
    assertThat(cycle.error()).startsWith("Invalid upstream node");
    assertThat(move(second, first, 1L).at("data.downstream.id")).isEqualTo(inside);
  }

  private Reply move(long node, @Nullable Long upstream, @Nullable Object branch) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("upstreamId", upstream);
    values.put("branchIndex", branch);
    return server.post("/api/flow_nodes:move?filterByTk=" + node, values);
  }

  @Test
  void case36ShouldFreezeNodesOfExecutedVersion() {
    long id = workflow();
    long node = server.node(id, "calculation", null, ECHO);
    server.post("/api/workflows:execute?filterByTk=" + id, Map.of());
    assertThat(error(id, Map.of("type", "calculation")))
        .isEqualTo("Node could not be created in executed workflow");
    String tk = "?filterByTk=" + node;
    assertThat(server.post("/api/flow_nodes:update" + tk, Map.of("title", "x")).error())
        .isEqualTo("Nodes in executed workflow could not be reconfigured");
    assertThat(server.post("/api/flow_nodes:destroy" + tk, Map.of()).error())
        .isEqualTo("Nodes in executed workflow could not be deleted");
    assertThat(
            server.post("/api/flow_nodes:destroyBranch" + tk + "&branchIndex=0", Map.of()).error())
        .isEqualTo("Branches in executed workflow could not be deleted");
    assertThat(move(node, null, null).error())
        .isEqualTo("Nodes in executed workflow could not be moved");
  }

  @Test
  void case40ShouldTryNodes() {
    Reply tried =
        server.post(
            "/api/flow_nodes:test",
            Map.of("type", "calculation", "config", Map.of("expression", "1+1")));
    assertThat(tried.at("data.status")).isEqualTo(1L);
    assertThat(tried.at("data.result")).isEqualTo(2L);
    Reply wrong =
        server.post(
            "/api/flow_nodes:test",
            Map.of("type", "calculation", "config", Map.of("expression", "1+")));
    assertThat(wrong.at("data.status")).isEqualTo(-2L);
    Reply unable = server.post("/api/flow_nodes:test", Map.of("type", "end"));
    assertThat(unable.status()).isEqualTo(400);
    assertThat(unable.error()).isEqualTo("test method of instruction \"end\" not implemented");
    assertThat(server.post("/api/flow_nodes:test", Map.of("type", "nosuch")).status())
        .isEqualTo(400);
  }

  @Test
  void shouldUpdateOnlyTitleAndConfig() {
    long id = workflow();
    long node = server.node(id, "calculation", null, ECHO);
    Reply updated =
        server.post(
            "/api/flow_nodes:update?filterByTk=" + node,
            Map.of("title", "T", "upstreamId", 5, "type", "end", "key", "k"));
    assertThat(updated.at("data.0.title")).isEqualTo("T");
    assertThat(updated.at("data.0.type")).isEqualTo("calculation");
    assertThat(updated.at("data.0.upstreamId")).isNull();
    assertThat(server.post("/api/flow_nodes:update?filterByTk=77", Map.of("title", "T")).status())
        .isEqualTo(404);
  }

  @Test
  void shouldFindOnlyNodesOfTheWorkflowInThePath() {
    long one = server.workflow(Map.of("type", "schedule"));
    long other = server.workflow(Map.of("type", "schedule"));
    long node = server.node(one, "calculation", null, Map.of());
    String path = "/api/workflows/" + other + "/nodes:";
    assertThat(server.post(path + "update/" + node, Map.of("title", "x")).status()).isEqualTo(404);
    assertThat(server.post(path + "destroy/" + node, null).status()).isEqualTo(404);
    assertThat(server.get("/api/flow_nodes:get?filterByTk=" + node).at("data.title")).isNull();
  }

  @Test
  void shouldRefuseAKeyThatAnotherNodeOfTheWorkflowHas() {
    long id = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
    Map<String, Object> node = Map.of("type", "output", "key", "mine", "config", Map.of());
    String path = "/api/workflows/" + id + "/nodes:create";
    assertThat(server.post(path, node).status()).isEqualTo(200);
    Reply refused = server.post(path, node);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("Node key \"mine\" is already used in the workflow");
  }
}
