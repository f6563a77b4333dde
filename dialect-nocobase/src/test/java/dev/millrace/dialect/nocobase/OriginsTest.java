package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dialect.nocobase.TestServer.Reply;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What pages of other sites can do with this server, over real HTTP. */
class OriginsTest extends ServerTest {
  private static final String EVIL = "https://evil.example";

  private void open(boolean signIn) {
    server.close();
    server = new TestServer(directory.resolve(signIn ? "with" : "without"), signIn);
  }

  private Reply from(String method, String path, @Nullable Object body, String... headers) {
    return server.send(
        method,
        path,
        body,
        headers.length == 2
            ? Map.of(headers[0], headers[1])
            : Map.of(headers[0], headers[1], headers[2], headers[3]));
  }

  @Test
  void shouldNotActForPagesOfOtherSitesWhereNobodySignsIn() {
    open(false);
    Map<String, Object> row = Map.of("title", "C");
    String create = "/api/workflowCategories:create";
    for (Reply refused :
        java.util.List.of(
            from("POST", create, row, "Origin", EVIL),
            from("POST", create, row, "Referer", EVIL + "/page"),
            from("GET", create, null, "Sec-Fetch-Site", "cross-site"),
            from("GET", "/api/workflows:list", null, "Sec-Fetch-Site", "same-site"))) {
      assertThat(refused.status()).as(refused.text()).isEqualTo(403);
      assertThat(refused.error()).contains("another site");
    }
    Reply asked =
        from("OPTIONS", create, null, "Origin", EVIL, "Access-Control-Request-Method", "POST");
    assertThat(asked.status()).isEqualTo(204);
    assertThat(asked.header("access-control-allow-origin")).isEmpty();
    assertThat(server.get("/api/workflowCategories:list").number("meta.count")).isZero();
    assertThat(
            from("POST", create, row, "Origin", "http://proxy", "Sec-Fetch-Site", "same-origin")
                .status())
        .isEqualTo(200);
    assertThat(
            from("POST", create, row, "Origin", "http://proxy", "X-Forwarded-Host", "proxy")
                .status())
        .isEqualTo(200);
  }

  @Test
  void shouldLetPagesOfOtherSitesInWithAToken() {
    open(true);
    Reply in =
        server.post(
            "/api/auth:signIn",
            Map.of("account", "admin@nocobase.com", "password", TestServer.PASSWORD));
    server.use(String.valueOf(in.at("data.token")));
    Reply list = from("GET", "/api/workflows:list", null, "Origin", EVIL);
    assertThat(list.status()).isEqualTo(200);
    assertThat(list.header("access-control-allow-origin")).isEqualTo(EVIL);
    assertThat(list.header("access-control-expose-headers")).contains("x-new-token");
    Reply refused = from("POST", "/api/workflows:create", Map.of(), "Origin", EVIL);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.header("access-control-allow-origin")).isEqualTo(EVIL);
    server.use("");
    Reply asked =
        server.send(
            "OPTIONS",
            "/api/workflows:create",
            null,
            Map.of(
                "Origin",
                EVIL,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,content-type"));
    assertThat(asked.status()).isEqualTo(204);
    assertThat(asked.header("access-control-allow-origin")).isEqualTo(EVIL);
    assertThat(asked.header("access-control-allow-methods")).contains("POST");
    assertThat(asked.header("access-control-allow-headers"))
        .isEqualTo("authorization,content-type");
    assertThat(from("POST", "/api/auth:signIn", Map.of(), "Referer", EVIL + "/x").status())
        .isEqualTo(403);
  }
}
