package dev.millrace.benchmarks;

import dev.millrace.engine.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Several kept connections to a server. */
final class HttpClients implements AutoCloseable {

  private final List<HttpConnection> connections = new ArrayList<>();

  HttpClients(int port, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      connections.add(new HttpConnection(port));
    }
  }

  HttpConnection first() {
    return connections.getFirst();
  }

  List<HttpConnection> all() {
    return connections;
  }

  /** Stores a process and answers its id. */
  String define(Map<String, Object> document) throws IOException {
    return id(first().json("POST", "/api/process", document));
  }

  /** The id that an answer names. */
  static String id(@Nullable Object answer) throws IOException {
    String id = JsonValue.text(JsonValue.get(answer, "response"), "id", "");
    if (id.isEmpty()) {
      throw new IOException("expected an id in the answer, found " + answer);
    }
    return id;
  }

  /** The same request on each connection; a body without the text is a failure. */
  List<Callable<byte[]>> repeating(byte[] request, String expected) {
    byte[] text = expected.getBytes(StandardCharsets.UTF_8);
    List<Callable<byte[]>> operations = new ArrayList<>();
    for (HttpConnection connection : connections) {
      operations.add(() -> {
        byte[] body = connection.send(request);
        if (!contains(body, text)) {
          throw new IOException(
              "expected %s, found %s"
                  .formatted(expected, new String(body, StandardCharsets.UTF_8)));
        }
        return body;
      });
    }
    return operations;
  }

  private static boolean contains(byte[] body, byte[] text) {
    for (int i = 0; i + text.length <= body.length; i++) {
      if (Arrays.equals(body, i, i + text.length, text, 0, text.length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    for (HttpConnection connection : connections) {
      connection.close();
    }
  }
}
