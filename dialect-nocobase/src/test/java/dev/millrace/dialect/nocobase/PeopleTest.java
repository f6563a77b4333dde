package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may change users and roles, and when that takes effect, over real HTTP. */
class PeopleTest extends ServerTest {
  private static final String ROOT = "admin@nocobase.com";

  @Override
  @BeforeEach
  void open() {
    server = new TestServer(directory, true);
    signIn(ROOT, TestServer.PASSWORD);
  }

  private String signIn(String account, String password) {
    server.use("");
    Reply reply = server.post("/api/auth:signIn", Map.of("account", account, "password", password));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    String token = String.valueOf(reply.at("data.token"));
    server.use(token);
    return token;
  }

  private long user(String name, String role) {
    Reply created =
        server.post(
            "/api/users:create",
            Map.of("username", name, "password", "secret-" + name, "roles", List.of(role)));
    assertThat(created.status()).as(created.text()).isEqualTo(200);
    return created.number("data.id");
  }

  @Test
  void shouldLetOnlyRootChangeWhatIsRoots() {
    long ann = user("ann", "admin");
    signIn("ann", "secret-ann");
    Map<String, Object> none = Map.of();
    for (Reply refused :
        List.of(
            server.post("/api/users/" + ann + "/roles:add?filterByTk=root", none),
            server.post("/api/users/" + ann + "/roles:set", List.of("root", "admin")),
            server.post("/api/roles/root/users:add?filterByTk=" + ann, none),
            server.post("/api/roles/root/users:set", List.of(ann)),
            server.post("/api/users/1/roles:remove?filterByTk=root", none),
            server.post("/api/users/1/roles:set", List.of("member")),
            server.post("/api/users:update?filterByTk=1", Map.of("password", "mine-now")),
            server.post(
                "/api/users:update?filter=%7B%22id%22%3A%7B%22%24gt%22%3A0%7D%7D",
                Map.of("email", "a@b.c")),
            server.post("/api/users:update?filterByTk=" + ann, Map.of("roles", List.of("root"))),
            server.post("/api/users:destroy?filterByTk=1", none),
            server.post("/api/roles:update?filterByTk=root", Map.of("title", "mine")))) {
      assertThat(refused.status()).as(refused.text()).isEqualTo(403);
      assertThat(refused.error()).isEqualTo("No permissions");
    }
    assertThat(server.get("/api/roles:check").at("data.roles")).isEqualTo(List.of("admin"));
    signIn(ROOT, TestServer.PASSWORD);
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("root");
  }

  @Test
  void shouldAlwaysKeepARoot() {
    long ann = user("ann", "root");
    for (Reply refused :
        List.of(
            server.post("/api/users:destroy?filterByTk=1", Map.of()),
            server.post("/api/users:update?filterByTk=1", Map.of("roles", List.of("member"))),
            server.post("/api/users/1/roles:remove?filterByTk=root", Map.of()),
            server.post("/api/users/1/roles:set", List.of("member")),
            server.post("/api/roles/root/users:remove?filterByTk=1", Map.of()),
            server.post("/api/roles/root/users:set", List.of(ann)),
            server.post("/api/roles:destroy?filterByTk=root", Map.of()),
            server.post("/api/roles:destroy?filterByTk=member", Map.of()))) {
      assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    }
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("root");
    assertThat(server.post("/api/users:destroy?filterByTk=" + ann, Map.of()).at("data"))
        .isEqualTo(1L);
    assertThat(server.post("/api/users:destroy?filterByTk=" + ann, Map.of()).at("data"))
        .isEqualTo(0L);
  }

  @Test
  void shouldChangeUsersAndRolesOnlyAsWhatTheyAre() {
    long ann = user("ann", "member");
    Map<String, Object> none = Map.of();
    for (String link : List.of("roles/member/users", "users/" + ann + "/roles")) {
      for (String action : List.of("create", "update", "destroy")) {
        String path = "/api/" + link + ":" + action + "?filterByTk=member";
        assertThat(server.post(path, Map.of("password", "x", "name", "y")).status())
            .as(path)
            .isEqualTo(404);
      }
    }
    for (String action : List.of("create", "update", "destroy")) {
      Reply refused = server.post("/api/rolesUsers:" + action + "?filterByTk=1", none);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.error()).contains("users/<id>/roles:add");
    }
    signIn("ann", "secret-ann");
    assertThat(server.get("/api/roles:check").at("data.roles")).isEqualTo(List.of("member"));
  }

  @Test
  void shouldNotMakeARootByALinkOrAWorkflow() {
    long ann = user("ann", "admin");
    signIn("ann", "secret-ann");
    Map<String, Object> link =
        Map.of(
            "name",
            "x",
            "type",
            "belongsToMany",
            "target",
            "roles",
            "through",
            "rolesUsers",
            "foreignKey",
            "userId",
            "otherKey",
            "roleName");
    server.collection("notes", "title", "string");
    assertThat(server.post("/api/collections/notes/fields:create", link).status()).isEqualTo(200);
    assertThat(server.post("/api/notes:create", Map.of("id", ann, "x", List.of("root"))).status())
        .isEqualTo(403);
    server.post("/api/notes:create", Map.of("id", 1));
    assertThat(server.post("/api/notes:destroy?filterByTk=1", Map.of()).at("data")).isEqualTo(1L);
    for (Map<String, Object> node :
        List.<Map<String, Object>>of(
            Map.of("collection", "rolesUsers", "params", Map.of("values", Map.of("userId", ann))),
            Map.of("collection", "users", "params", Map.of("values", Map.of("password", "x"))),
            Map.of("collection", "users", "params", Map.of("values", Map.of("roles", "root"))))) {
      long workflow = server.workflow(Map.of("type", "schedule", "config", Map.of("mode", 0)));
      server.node(workflow, "create", null, node);
      Reply executed = server.post("/api/workflows:execute?filterByTk=" + workflow, Map.of());
      assertThat(executed.number("data.execution.status")).as(executed.text()).isEqualTo(-2);
    }
    signIn(ROOT, TestServer.PASSWORD);
    Reply roots = server.get("/api/rolesUsers:list", "filter", "{\"roleName\":\"root\"}");
    assertThat(roots.number("meta.count")).isEqualTo(1);
    assertThat(roots.number("data.0.userId")).isEqualTo(1);
  }

  @Test
  void shouldHeedAChangeOfRolesAtOnce() {
    long ann = user("ann", "admin");
    String root = signIn(ROOT, TestServer.PASSWORD);
    String token = signIn("ann", "secret-ann");
    assertThat(server.get("/api/workflows:list").status()).isEqualTo(200);
    for (String change :
        List.of(
            "users/" + ann + "/roles:remove?filterByTk=admin",
            "users/" + ann + "/roles:set",
            "roles/admin/users:remove?filterByTk=" + ann)) {
      server.use(root);
      server.post("/api/users/" + ann + "/roles:set", List.of("admin", "member"));
      server.use(token);
      assertThat(server.get("/api/workflows:list").status()).isEqualTo(200);
      server.use(root);
      server.post("/api/" + change, change.endsWith("set") ? List.of("member") : Map.of());
      server.use(token);
      assertThat(server.get("/api/workflows:list").status()).as(change).isEqualTo(403);
    }
  }

  @Test
  void shouldSignInWhoseAddressIsTheNameOfAnother() {
    user(ROOT, "member");
    signIn(ROOT, TestServer.PASSWORD);
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("root");
    signIn(ROOT, "secret-" + ROOT);
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("member");
  }

  @Test
  void shouldEndSignInsWithAnOldPassword() {
    long bob = user("bob", "member");
    String root = signIn(ROOT, TestServer.PASSWORD);
    String token = signIn("bob", "secret-bob");
    server.use(root);
    Reply changed =
        server.post("/api/users:update?filterByTk=" + bob, Map.of("password", "another"));
    assertThat(changed.number("data.0.passwordChangeTz")).isPositive();
    server.use(token);
    assertThat(server.get("/api/auth:check").at("errors.0.code")).isEqualTo("INVALID_TOKEN");
    signIn("bob", "another");
    assertThat(server.get("/api/auth:check").status()).isEqualTo(200);
  }

  @Test
  void shouldLetPeopleChangeTheirOwnPassword() {
    user("bob", "member");
    signIn("bob", "secret-bob");
    String path = "/api/auth:changePassword";
    Reply wrong = server.post(path, passwords("guess", "another"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.error()).isEqualTo("The password is incorrect, please re-enter");
    Map<String, Object> differing =
        Map.of("oldPassword", "secret-bob", "newPassword", "a", "confirmPassword", "b");
    assertThat(server.post(path, differing).status()).isEqualTo(400);
    assertThat(server.post(path, Map.of("oldPassword", "secret-bob")).status()).isEqualTo(400);
    Reply changed = server.post(path, passwords("secret-bob", "another"));
    assertThat(changed.at("data.username")).isEqualTo("bob");
    assertThat(server.get("/api/auth:check").status()).isEqualTo(401);
    signIn("bob", "another");
  }

  private static Map<String, Object> passwords(String old, String fresh) {
    return Map.of("oldPassword", old, "newPassword", fresh, "confirmPassword", fresh);
  }

  @Test
  void shouldKeepApiKeysToTheirOwners() {
    server.post("/api/apiKeys:create", Map.of("name", "of root", "role", Map.of("name", "root")));
    user("ann", "admin");
    String root = signIn(ROOT, TestServer.PASSWORD);
    signIn("ann", "secret-ann");
    server.post("/api/apiKeys:create", Map.of("name", "of ann", "role", Map.of("name", "admin")));
    Reply mine = server.get("/api/apiKeys:list");
    assertThat(mine.number("meta.count")).isEqualTo(1);
    assertThat(mine.at("data.0.name")).isEqualTo("of ann");
    assertThat(server.post("/api/apiKeys:destroy?filterByTk=1", Map.of()).at("data")).isEqualTo(0L);
    server.use(root);
    assertThat(server.get("/api/apiKeys:list").number("meta.count")).isEqualTo(2);
  }

  @Test
  void shouldDescribeTheRoleThatIsUsed() {
    Reply check = server.send("GET", "/api/roles:check", null, Map.of("X-Role", "admin"));
    assertThat(check.at("data.roles")).isEqualTo(List.of("admin"));
    assertThat(check.at("meta")).isEqualTo(Map.of("dataSources", Map.of()));
    assertThat(check.header("x-request-id")).isNotEmpty();
    server.use("");
    assertThat(server.get("/api/__health_check").text()).isEqualTo("ok");
  }
}
