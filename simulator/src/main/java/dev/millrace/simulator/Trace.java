package dev.millrace.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** The log of a run: a hash over all lines, and the last lines for the report. One thread. */
final class Trace {

  private static final int KEPT_LINES = 80;

  private final Agenda agenda;
  private final Consumer<String> listener;
  private final MessageDigest digest;
  private final Deque<String> last = new ArrayDeque<>();

  Trace(Agenda agenda, Consumer<String> listener) {
    this.agenda = agenda;
    this.listener = listener;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void line(String text) {
    String line = agenda.now() + " " + text;
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    last.add(line);
    if (last.size() > KEPT_LINES) {
      last.remove();
    }
    listener.accept(line);
  }

  List<String> last() {
    return List.copyOf(last);
  }

  /** The hash of all lines; ends the trace. */
  String hash() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
