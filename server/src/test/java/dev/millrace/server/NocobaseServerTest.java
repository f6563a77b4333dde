package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Setting;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NocoBase's workflow API in the whole server. */
class NocobaseServerTest {
  @TempDir Path directory;

  @BeforeAll
  static void beQuiet() {
    Logging.install();
  }

  private Configuration configuration(Map<Setting, Object> more) {
    return TestConfiguration.of(directory, more);
  }

  private static HttpResponse<String> send(
      MillraceServer server, String method, String path, String body, @Nullable String token)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  @Test
  void shouldServeBesideTheOtherApis() throws Exception {
    try (MillraceServer server = MillraceServer.open(configuration(Map.of()))) {
      server.start();
      assertThat(
              send(
                      server,
                      "POST",
                      "/api/workflows:create",
                      "{\"title\":\"W\",\"type\":\"schedule\",\"config\":{\"mode\":0}}",
                      null)
                  .body())
          .contains("\"title\":\"W\"");
      HttpResponse<String> listed = send(server, "GET", "/workflows", "", null);
      assertThat(listed.body()).contains("\"count\":1");
      assertThat(send(server, "GET", "/api/processes", "", null).body()).contains("response");
      assertThat(send(server, "GET", "/api/nosuch:list", "", null).body()).isEqualTo("Not Found");
      assertThat(send(server, "GET", "/nosuch", "", null).body()).contains("\"code\"");
      assertThat(send(server, "GET", "/api/templates", "", null).body())
          .doesNotContain("nocobase.");
      assertThat(send(server, "DELETE", "/api/templates", "", null).statusCode()).isEqualTo(405);
    }
    try (MillraceServer again = MillraceServer.open(configuration(Map.of()))) {
      again.start();
      assertThat(send(again, "GET", "/api/workflows:list", "", null).body())
          .contains("\"count\":1");
    }
  }

  @Test
  void shouldAskForSignInWhereConfigured() throws Exception {
    Map<Setting, Object> local =
        Map.of(Setting.AUTH, "local", Setting.ADMIN_PASSWORD, "a long password");
    try (MillraceServer server = MillraceServer.open(configuration(local))) {
      server.start();
      assertThat(send(server, "GET", "/api/workflows:list", "", null).statusCode()).isEqualTo(401);
      assertThat(send(server, "GET", "/api/processes", "", null).statusCode()).isEqualTo(200);
      HttpResponse<String> signedIn =
          send(
              server,
              "POST",
              "/api/auth:signIn",
              "{\"account\":\"admin@nocobase.com\",\"password\":\"a long password\"}",
              null);
      String body = signedIn.body();
      String token = body.replaceFirst(".*\"token\":\"([^\"]+)\".*", "$1");
      assertThat(send(server, "GET", "/api/workflows:list", "", token).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldListenBeyondLoopbackOnlyWithSomeProtection() {
    Map<Setting, Object> open = Map.of(Setting.HTTP_ADDRESS, "0.0.0.0");
    assertThatThrownBy(() -> configuration(open)).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> configuration(Map.of(Setting.AUTH, "some")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none or local");
    Configuration guarded =
        configuration(Map.of(Setting.HTTP_ADDRESS, "0.0.0.0", Setting.AUTH, "local"));
    assertThat(guarded.access().signIn().everywhere()).isTrue();
    assertThat(guarded.toString()).doesNotContain("a long password");
  }

  @Test
  void shouldGuardTheOtherApisWhereNothingElseDoes() throws Exception {
    Map<Setting, Object> local =
        Map.of(
            Setting.HTTP_ADDRESS,
            "0.0.0.0",
            Setting.AUTH,
            "local",
            Setting.ADMIN_PASSWORD,
            "a long password");
    try (MillraceServer server = MillraceServer.open(configuration(local))) {
      server.start();
      assertThat(send(server, "GET", "/api/processes", "", null).statusCode()).isEqualTo(401);
      String body =
          send(
                  server,
                  "POST",
                  "/api/auth:signIn",
                  "{\"account\":\"nocobase\",\"password\":\"a long password\"}",
                  null)
              .body();
      String token = body.replaceFirst(".*\"token\":\"([^\"]+)\".*", "$1");
      assertThat(send(server, "GET", "/api/processes", "", token).statusCode()).isEqualTo(200);
      assertThat(send(server, "GET", "/livez", "", null).statusCode()).isEqualTo(200);
    }
  }
}
