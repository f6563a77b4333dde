package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sign-in and roles over real HTTP. */
class AccessTest extends ServerTest {
  private static final String ADMIN = "admin@nocobase.com";

  @Override
  @BeforeEach
  void open() {
    server = new TestServer(directory, true);
  }

  private String signIn(String account, String password) {
    server.use("");
    Reply reply = server.post("/api/auth:signIn", Map.of("account", account, "password", password));
    assertThat(reply.status()).isEqualTo(200);
    String token = String.valueOf(reply.at("data.token"));
    server.use(token);
    return token;
  }

  @Test
  void shouldSignInAndOut() {
    assertThat(server.get("/api/workflows:list").text())
        .isEqualTo(
            "{\"errors\":[{\"message\":\"Unauthenticated. Please sign in to continue.\","
                + "\"code\":\"EMPTY_TOKEN\"}]}");
    assertThat(server.post("/api/auth:signIn", Map.of()).error())
        .isEqualTo("Please enter your username or email");
    Reply wrong = server.post("/api/auth:signIn", Map.of("account", ADMIN, "password", "x"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.error())
        .isEqualTo("The username/email or password is incorrect, please re-enter");
    assertThat(
            server
                .send(
                    "POST",
                    "/api/auth:signIn",
                    Map.of("account", ADMIN, "password", TestServer.PASSWORD),
                    Map.of("Origin", "https://evil.example"))
                .status())
        .isEqualTo(403);
    String token = signIn(ADMIN, TestServer.PASSWORD);
    Reply check = server.get("/api/auth:check");
    assertThat(check.at("data.email")).isEqualTo(ADMIN);
    assertThat(check.text()).doesNotContain("password\"");
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("root");
    assertThat(server.get("/api/roles:check").at("data.allowAll")).isEqualTo(true);
    server.use("");
    assertThat(server.get("/api/workflows:list?token=" + token).status()).isEqualTo(200);
    server.use(token);
    assertThat(server.send("POST", "/api/auth:signOut", null).text()).isEqualTo("{}");
    assertThat(server.get("/api/auth:check").at("errors.0.code")).isEqualTo("BLOCKED_TOKEN");
    server.use("garbage");
    assertThat(server.get("/api/auth:check").at("errors.0.code")).isEqualTo("INVALID_TOKEN");
  }

  @Test
  void shouldTakeRolesFromHeaders() {
    signIn(ADMIN, TestServer.PASSWORD);
    Reply unknown = server.send("GET", "/api/roles:check", null, Map.of("X-Role", "nosuch"));
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(unknown.at("errors.0.code")).isEqualTo("ROLE_NOT_FOUND_FOR_USER");
    Reply admin = server.send("GET", "/api/roles:check", null, Map.of("X-Role", "admin"));
    assertThat(admin.at("data.role")).isEqualTo("admin");
  }

  @Test
  void case41And43And45ShouldKeepMembersAndAdminsToTheirActions() {
    signIn(ADMIN, TestServer.PASSWORD);
    user("bob", "member");
    user("ann", "admin");
    signIn("bob", "secret-bob");
    for (String path : List.of("workflows:list", "executions:list", "jobs:list", "users:list")) {
      Reply refused = server.get("/api/" + path);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).isEqualTo("{\"errors\":[{\"message\":\"No permissions\"}]}");
    }
    assertThat(server.post("/api/workflows:trigger", Map.of()).error())
        .isEqualTo("parameter \"triggerWorkflows\" is required");
    signIn("ann", "secret-ann");
    assertThat(server.get("/api/workflows:list").status()).isEqualTo(200);
    assertThat(server.get("/api/executions:list").status()).isEqualTo(200);
    assertThat(server.get("/api/jobs:list").status()).isEqualTo(403);
    assertThat(server.get("/api/flow_nodes:list").status()).isEqualTo(403);
    assertThat(server.post("/api/executions:rerun?filterByTk=1", Map.of()).status()).isEqualTo(403);
    assertThat(server.post("/api/jobs:resume?filterByTk=1", Map.of()).status()).isEqualTo(403);
    assertThat(server.post("/api/executions:destroy?filterByTk=1", Map.of()).status())
        .isEqualTo(200);
  }

  @Test
  void shouldKeepMembersToTheirOwnRecordsWhereTheyUpdateOrMoveThem() {
    signIn(ADMIN, TestServer.PASSWORD);
    user("bob", "member");
    server.post(
        "/api/collections:create",
        Map.of(
            "name",
            "cards",
            "createdBy",
            true,
            "sortable",
            true,
            "fields",
            List.of(Map.of("name", "title", "type", "string"))));
    server.post("/api/cards:create", Map.of("title", "of the administrator"));
    signIn("bob", "secret-bob");
    Reply mine = server.post("/api/cards:firstOrCreate?filterKeys=title", Map.of("title", "mine"));
    assertThat(mine.status()).isEqualTo(200);
    String path = "/api/cards:updateOrCreate?filterKeys=title";
    assertThat(server.post(path, Map.of("title", "mine")).status()).isEqualTo(200);
    assertThat(server.post(path, Map.of("title", "of the administrator")).status()).isEqualTo(403);
    assertThat(server.post("/api/cards:move?sourceId=2&targetId=1", Map.of()).status())
        .isEqualTo(200);
    assertThat(server.post("/api/cards:move?sourceId=1&targetId=2", Map.of()).status())
        .isEqualTo(403);
  }

  private void user(String name, String role) {
    Reply created =
        server.post(
            "/api/users:create",
            Map.of("username", name, "password", "secret-" + name, "roles", List.of(role)));
    assertThat(created.status()).isEqualTo(200);
    assertThat(created.text()).doesNotContain("$2a$");
  }

  @Test
  void shouldLetPeopleReadAndMarkOnlyTheirOwnMessages() {
    signIn(ADMIN, TestServer.PASSWORD);
    user("ada", "member");
    user("bob", "member");
    Map<String, Object> channel =
        Map.of("name", "news", "title", "News", "notificationType", "in-app-message");
    assertThat(server.post("/api/notificationChannels:create", channel).status()).isEqualTo(200);
    Map<String, Object> node =
        Map.of(
            "channelName",
            "news",
            "receivers",
            List.of(Map.of("filter", Map.of("username", "ada"))),
            "title",
            "for Ada");
    Reply sent =
        server.post("/api/flow_nodes:test", Map.of("type", "notification", "config", node));
    assertThat(sent.number("data.status")).as(sent.text()).isEqualTo(1);

    signIn("ada", "secret-ada");
    Reply mine = server.get("/api/myInAppMessages:list");
    assertThat(mine.at("data.messages.0.title")).isEqualTo("for Ada");
    String id = String.valueOf(mine.at("data.messages.0.id"));
    long ada = mine.number("data.messages.0.userId");
    for (String path :
        List.of(
            "notificationChannels:list",
            "notificationSendLogs:list",
            "notificationInAppMessages:list")) {
      assertThat(server.get("/api/" + path).status()).as(path).isEqualTo(403);
    }

    signIn("bob", "secret-bob");
    assertThat(
            server
                .get("/api/myInAppMessages:list", "filter", "{\"userId\":" + ada + "}")
                .at("data.messages.size"))
        .isEqualTo(0);
    assertThat(server.get("/api/myInAppChannels:list").number("meta.count")).isZero();
    Map<String, Object> read = Map.of("status", "read");
    String update = "/api/notificationInAppMessages:updateMyOwn";
    assertThat(server.post(update + "?filterByTk=" + id, read).at("data.size")).isEqualTo(0);
    assertThat(server.post(update, read).at("data.size")).isEqualTo(0);

    signIn("ada", "secret-ada");
    assertThat(server.get("/api/myInAppMessages:count").number("data.count")).isEqualTo(1);
    assertThat(server.post(update, read).at("data.size")).isEqualTo(1);
  }

  @Test
  void shouldTakeApiKeys() {
    signIn(ADMIN, TestServer.PASSWORD);
    Reply key =
        server.post(
            "/api/apiKeys:create",
            Map.of("name", "k", "expiresIn", "30d", "role", Map.of("name", "admin")));
    String admin = signIn(ADMIN, TestServer.PASSWORD);
    server.use(String.valueOf(key.at("data.token")));
    assertThat(server.get("/api/roles:check").at("data.role")).isEqualTo("admin");
    assertThat(server.get("/api/jobs:list").status()).isEqualTo(403);
    server.use(admin);
    assertThat(server.post("/api/apiKeys:destroy?filterByTk=1", null).at("data")).isEqualTo(1L);
    server.use(String.valueOf(key.at("data.token")));
    assertThat(server.get("/api/roles:check").status()).isEqualTo(401);
  }

  /** A token of the root user as this server signs them. */
  private static String token(Duration sinceSignIn, Duration sinceEnd) throws JOSEException {
    Instant now = Instant.now();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.HS256),
            new JWTClaimsSet.Builder()
                .claim("userId", 1)
                .claim("temp", true)
                .claim("signInTime", now.minus(sinceSignIn).toEpochMilli())
                .expirationTime(Date.from(now.minus(sinceEnd)))
                .jwtID("of a sign-in")
                .build());
    jwt.sign(new MACSigner("k".repeat(32)));
    return jwt.serialize();
  }

  @Test
  void shouldRenewTokensThatExpiredNotLongAgo() throws JOSEException {
    server.use(token(Duration.ofDays(2), Duration.ofHours(1)));
    Reply first = server.get("/api/auth:check");
    assertThat(first.status()).isEqualTo(200);
    String renewed = first.header("x-new-token");
    assertThat(renewed).isNotEmpty();
    server.use(renewed);
    Reply second = server.get("/api/workflows:list");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.header("x-new-token")).isEmpty();

    server.use(token(Duration.ofDays(3), Duration.ofDays(2)));
    assertThat(server.get("/api/auth:check").at("errors.0.code")).isEqualTo("EXPIRED_TOKEN");
    server.use(token(Duration.ofDays(8), Duration.ofHours(1)));
    assertThat(server.get("/api/auth:check").at("errors.0.code")).isEqualTo("EXPIRED_SESSION");

    server.use(renewed);
    server.send("POST", "/api/auth:signOut", null);
    server.use(token(Duration.ofDays(2), Duration.ofHours(1)));
    assertThat(server.get("/api/auth:check").at("errors.0.code")).isEqualTo("BLOCKED_TOKEN");
  }
}
