package dev.millrace.dialect.nocobase.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import dev.millrace.transport.Routes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paths and parameters over real HTTP; each action here answers how it was called. */
class RouterTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpListener listener;

  /** One resource with some associations, each action of which echoes. */
  private static final class Echo implements Actions {
    @Override
    public @Nullable Action find(String resource, String action) {
      boolean known =
          Set.of("posts", "posts.tags", "posts.author", "posts.notes").contains(resource);
      boolean does = !action.equals("fly");
      return known && does ? Echo::echo : null;
    }

    private static Answer echo(ActionRequest request) {
      Map<String, @Nullable Object> seen = new LinkedHashMap<>();
      seen.put("action", request.target().resource() + ":" + request.target().action());
      seen.put("of", request.target().ownerKey());
      seen.put("keys", request.parameters().keys());
      seen.put("filter", request.parameters().filter());
      seen.put("fields", request.parameters().list("fields"));
      seen.put("body", request.body());
      return Answer.of(seen);
    }

    @Override
    public boolean knows(String resource) {
      return resource.equals("posts");
    }

    @Override
    public Relation relation(String owner, String association) {
      return switch (association) {
        case "tags" -> Relation.LINKED;
        case "author" -> Relation.BELONGS;
        default -> Relation.MANY;
      };
    }
  }

  /** Lets everybody do everything. */
  private static final class Open implements Gate {
    @Override
    public @Nullable String renewedToken(Request request) {
      return null;
    }

    @Override
    public boolean signInNeeded() {
      return true;
    }

    @Override
    public Identity identify(Request request) {
      return new Identity(1, Identity.ROOT, Map.of());
    }

    @Override
    public boolean isPublic(String resource, String action) {
      return false;
    }

    @Override
    public boolean allows(Identity identity, String resource, String action) {
      return !action.equals("forbidden");
    }
  }

  @BeforeEach
  void listen() {
    Routes.Builder routes = Routes.builder();
    routes.route("GET", "/api/process/{id}", request -> Response.text(200, "process"));
    new Router(new Echo(), new Open(), Set.of("process")).register(routes);
    listener =
        new HttpListener(
            ListenerSettings.of("127.0.0.1", 0),
            routes.build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
  }

  @AfterEach
  void stop() {
    listener.close();
    client.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/api/posts,posts:list",
    "POST,/api/posts,posts:create",
    "DELETE,/api/posts,posts:destroy",
    "GET,/api/posts/7,posts:get",
    "PUT,/api/posts/7,posts:update",
    "PATCH,/api/posts/7,posts:update",
    "DELETE,/api/posts/7,posts:destroy",
    "GET,/api/posts:publish,posts:publish",
    "PUT,/api/posts:publish/7,posts:publish",
    "GET,/posts,posts:list",
    "POST,/posts:publish,posts:publish",
    "GET,/api/posts/1/notes,posts.notes:list",
    "POST,/api/posts/1/notes,posts.notes:create",
    "GET,/api/posts/1/notes/2,posts.notes:get",
    "GET,/api/posts/1/notes:count,posts.notes:count",
    "GET,/api/posts/1/author,posts.author:get",
    "DELETE,/api/posts/1/author,posts.author:remove",
    "POST,/api/posts/1/tags/2,posts.tags:add",
    "POST,/api/posts/1/tags,posts.tags:set",
    "POST,/posts/1/notes:create,posts.notes:create",
  })
  void shouldFindAction(String method, String path, String action) throws Exception {
    assertThat(send(method, path, "").body()).contains("\"action\":\"" + action + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/api/nosuch:list",
    "GET,/api/posts:fly",
    "POST,/api/posts/7",
    "PUT,/api/posts",
    "POST,/api/posts/1/author",
    "GET,/api/posts/1/notes/2/3",
    "GET,/api/",
  })
  void shouldAnswerPlain404ForWhatThereIsNot(String method, String path) throws Exception {
    HttpResponse<String> answer = send(method, path, "");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("Not Found");
    assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
  }

  @Test
  void shouldLeaveOtherApisAlone() throws Exception {
    assertThat(send("GET", "/api/process/p", "").body()).isEqualTo("process");
    assertThat(send("PUT", "/api/process/p", "").statusCode()).isEqualTo(405);
    assertThat(send("GET", "/api/process:list", "").body()).contains("\"code\":\"not_found\"");
    assertThat(send("GET", "/nosuch", "").body()).contains("\"code\":\"not_found\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?filterByTk=1|\"keys\":[\"1\"]",
        "?filterByTk[]=1&filterByTk[]=2|\"keys\":[\"1\",\"2\"]",
        "?filterByTk=%5B1%2C2%5D|\"keys\":[1,2]",
        "?filterByTk=%7B%22a%22%3A1%7D|\"keys\":[{\"a\":1}]",
        "?fields=id,%20status|\"fields\":[\"id\",\"status\"]",
        "?fields[]=id&fields[]=status|\"fields\":[\"id\",\"status\"]",
        "?filter=%7B%22status%22%3A0%7D|\"filter\":{\"status\":0}",
        "?filter[status]=0|\"filter\":{\"status\":\"0\"}",
        "?filter=5|\"filter\":null",
        "?filter=%5B%5D|\"filter\":null",
      })
  void shouldReadParameters(String query, String seen) throws Exception {
    assertThat(
            send("GET", "/api/posts:list" + query.replace("[", "%5B").replace("]", "%5D"), "")
                .body())
        .contains(seen);
  }

  @Test
  void shouldRefuseMalformedFilter() throws Exception {
    HttpResponse<String> answer = send("GET", "/api/posts:list?filter=%7Bbad", "");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"errors\":[{\"message\":\"expected JSON for filter");
  }

  @Test
  void shouldRefuseBodiesThatAreNotJson() throws Exception {
    HttpResponse<String> broken = send("POST", "/api/posts:create", "{bad");
    HttpResponse<String> text = send("POST", "/api/posts:create", "\"text\"");
    assertThat(broken.statusCode()).isEqualTo(400);
    assertThat(broken.body()).startsWith("{\"errors\":[{\"message\":");
    assertThat(text.statusCode()).isEqualTo(400);
    assertThat(text.body())
        .isEqualTo("{\"errors\":[{\"message\":\"invalid JSON, only supports object and array\"}]}");
  }

  @Test
  void shouldUnwrapOneBodyForCustomActionsOnly() throws Exception {
    String body = "{\"filterByTk\":\"1\",\"values\":{\"data\":{\"a\":1}},\"autoRevision\":true}";
    assertThat(send("POST", "/posts:execute", body).body())
        .contains("\"keys\":[\"1\"]")
        .contains("\"body\":{\"data\":{\"a\":1}}");
    assertThat(send("POST", "/posts:execute?filterByTk=2", body).body())
        .contains("\"keys\":[\"2\"]")
        .contains("\"body\":{\"filterByTk\":\"1\"");
    assertThat(send("POST", "/posts:create", body).body()).contains("\"keys\":[]");
  }

  @Test
  void shouldRefuseWhatTheRoleMayNot() throws Exception {
    HttpResponse<String> answer = send("POST", "/api/posts:forbidden", "");
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).isEqualTo("{\"errors\":[{\"message\":\"No permissions\"}]}");
  }

  @Test
  void shouldRefuseOtherDataSources() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + "/api/posts"))
            .header("X-Data-Source", "nosuch")
            .build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("data source nosuch does not exist");
  }
}
