package dev.millrace.benchmarks;

import dev.millrace.transport.json.Json;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is kept, with as little work per request as possible: what the client spends
 * is missing to the server on the same machine. Reads answers with a content length only. One
 * thread at a time.
 */
final class HttpConnection implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 60_000;
  private static final int OK = 200;
  private static final int MULTIPLE_CHOICES = 300;
  private static final String LENGTH = "content-length:";

  private final Socket socket;
  private final InputStream in;

  HttpConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** The bytes of a request, to be sent as often as wanted. */
  static byte[] request(String method, String path, @Nullable Object json) {
    byte[] body = json == null ? new byte[0] : Json.write(json);
    String head =
        """
        %s %s HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        """
            .formatted(method, path, body.length);
    byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[first.length + body.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(body, 0, all, first.length, body.length);
    return all;
  }

  /**
   * Sends a request and reads the body of the answer.
   *
   * @throws IOException when the status is not of success
   */
  byte[] send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    String status = line();
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
        length = Integer.parseInt(header.substring(LENGTH.length()).strip());
      }
    }
    byte[] body = in.readNBytes(length);
    int code = Integer.parseInt(status.split(" ", -1)[1]);
    if (code < OK || code >= MULTIPLE_CHOICES) {
      throw new IOException(
          "expected success, found " + status + ": " + new String(body, StandardCharsets.UTF_8));
    }
    return body;
  }

  /** Sends a request and reads the answer as JSON. */
  @Nullable Object json(String method, String path, @Nullable Object body) throws IOException {
    return Json.parse(send(request(method, path, body)));
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("expected an answer, found the end of the connection");
      }
      if (next != '\r') {
        text.append((char) next);
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
