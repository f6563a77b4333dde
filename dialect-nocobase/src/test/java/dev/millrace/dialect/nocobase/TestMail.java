package dev.millrace.dialect.nocobase;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A mail server that takes every letter and tells what was said to it. */
final class TestMail implements AutoCloseable {
  private final ServerSocket door;
  private final BlockingQueue<String> letters = new LinkedBlockingQueue<>();

  TestMail() throws IOException {
    door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  int port() {
    return door.getLocalPort();
  }

  /** All that was said with the next letter. */
  String letter() throws InterruptedException {
    String letter = letters.poll(20, TimeUnit.SECONDS);
    if (letter == null) {
      throw new AssertionError("no letter came");
    }
    return letter;
  }

  boolean quiet() {
    return letters.isEmpty();
  }

  private void serve() {
    while (!door.isClosed()) {
      try (Socket client = door.accept()) {
        letters.add(conversation(client));
      } catch (IOException e) {
        // The client went away, or the door was closed.
      }
    }
  }

  private static String conversation(Socket client) throws IOException {
    StringBuilder told = new StringBuilder();
    try (BufferedReader in =
            new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        Writer out = new OutputStreamWriter(client.getOutputStream(), UTF_8)) {
      say(out, "220 here");
      boolean letter = false;
      for (String line; (line = in.readLine()) != null; ) {
        told.append(line).append('\n');
        if (letter) {
          letter = !line.equals(".");
          if (!letter) {
            say(out, "250 taken");
          }
        } else if (line.startsWith("EHLO")) {
          say(out, "250-here");
          say(out, "250 AUTH PLAIN");
        } else if (line.startsWith("AUTH")) {
          say(out, "235 come in");
        } else if (line.equals("DATA")) {
          letter = true;
          say(out, "354 go on");
        } else {
          say(out, line.equals("QUIT") ? "221 bye" : "250 ok");
        }
      }
    }
    return told.toString();
  }

  private static void say(Writer out, String line) throws IOException {
    out.write(line + "\r\n");
    out.flush();
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
