package dev.millrace.dialect.dapr;

import dev.millrace.transport.Authenticator;
import dev.millrace.transport.HttpLimits;
import dev.millrace.transport.HttpListener;
import dev.millrace.transport.ListenerSettings;
import dev.millrace.transport.Observer;
import dev.millrace.transport.Routes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A dialect over real HTTP, and a client of it. */
final class HttpDoor implements AutoCloseable {
  private final HttpListener listener;
  private final HttpClient client = HttpClient.newHttpClient();

  HttpDoor(DaprDialect dialect) {
    Routes.Builder routes = Routes.builder();
    dialect.register(routes);
    listener =
        new HttpListener(
            new ListenerSettings("127.0.0.1", 0, HttpLimits.DEFAULT, DaprDialect.openPaths()),
            routes.build(),
            Authenticator.ALLOW_ALL,
            Observer.NONE);
    listener.start();
  }

  /** The status and the body of an answer, with a space between. */
  String send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  String get(String path) throws IOException, InterruptedException {
    return send("GET", path, "");
  }

  String post(String path) throws IOException, InterruptedException {
    return send("POST", path, "");
  }

  @Override
  public void close() {
    listener.close();
    client.close();
  }
}
