package dev.millrace.transport;

import static java.util.Objects.requireNonNull;

import dev.millrace.transport.json.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A socket that sends any bytes and reads HTTP answers, one after the other. */
final class RawConnection implements AutoCloseable {
  private static final int TEST_TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;

  RawConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TEST_TIMEOUT_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** One answer; headers by their names in lower case. */
  record Answer(int status, Map<String, String> headers, String text) {
    @Nullable Object json() {
      return Json.parse(text);
    }

    /** The value of a header, empty when there is none. */
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /** A member of the JSON object in the body. */
    Object field(String name) {
      return member(json(), name);
    }

    /** The code of an error in the default format. */
    Object code() {
      return member(field("error"), "code");
    }

    private static Object member(@Nullable Object object, String name) {
      return object instanceof Map<?, ?> map && map.get(name) != null
          ? requireNonNull(map.get(name))
          : "no " + name + " in " + object;
    }
  }

  RawConnection send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawConnection send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawConnection request(String method, String target, String... headers) throws IOException {
    return send(head(method, target, headers) + "\r\n");
  }

  RawConnection post(String target, String contentType, byte[] body) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    String head =
        head("POST", target, "Content-Type: " + contentType, "Content-Length: " + body.length)
            + "\r\n";
    all.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    all.writeBytes(body);
    return send(all.toByteArray());
  }

  RawConnection postJson(String target, String body) throws IOException {
    return post(target, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  private static String head(String method, String target, String... headers) {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : List.of(headers)) {
      head.append(header).append("\r\n");
    }
    return head.toString();
  }

  Answer answer() throws IOException {
    return answer(true);
  }

  /** The answer to a request whose method is HEAD. */
  Answer answerToHead() throws IOException {
    return answer(false);
  }

  private Answer answer(boolean withBody) throws IOException {
    String status = line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    int length = withBody ? Integer.parseInt(headers.getOrDefault("content-length", "0")) : 0;
    return new Answer(
        Integer.parseInt(status.substring(9, 12)),
        headers,
        new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  /** Whether the server closed the connection; waits until it does or sends. */
  boolean closed() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  /** Whether nothing comes from the server for a while. */
  boolean silentFor(Duration time) throws IOException {
    socket.setSoTimeout(Math.toIntExact(time.toMillis()));
    in.mark(1);
    try {
      in.read();
      in.reset();
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } finally {
      socket.setSoTimeout(TEST_TIMEOUT_MILLIS);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection after: " + line);
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
