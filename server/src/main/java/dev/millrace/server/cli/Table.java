package dev.millrace.server.cli;

import dev.millrace.transport.json.Json;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Rows in columns as wide as their content, for people. */
final class Table {
  private static final int WIDEST = 72;

  /** What goes into a file or another program is not shortened. */
  private static final boolean FOR_PEOPLE = onTerminal();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  private final List<List<String>> rows = new ArrayList<>();

  Table(String... titles) {
    rows.add(List.of(titles));
  }

  Table row(@Nullable Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(shortened(cell));
    }
    rows.add(row);
    return this;
  }

  void print(PrintWriter out) {
    int columns = rows.getFirst().size();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        line.append(cell);
        if (column < columns - 1) {
          line.repeat(' ', width(column) - columnsOf(cell) + 2);
        }
      }
      out.println(line.toString().stripTrailing());
    }
    out.flush();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> columnsOf(row.get(column))).max().orElse(0);
  }

  /** Han characters and their like take two columns on a terminal. */
  private static int columnsOf(String text) {
    return text.codePoints().map(c -> Character.isIdeographic(c) || c >= 0xff00 ? 2 : 1).sum();
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25 answers null again when there is no terminal
  private static boolean onTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  private static String shortened(@Nullable Object cell) {
    String text =
        switch (cell) {
          case null -> "";
          case String plain -> plain.replaceAll("\\p{Cntrl}", " ");
          case Object json -> Json.writeText(json);
        };
    return text.length() <= WIDEST || !FOR_PEOPLE ? text : text.substring(0, WIDEST - 1) + "…";
  }

  /** Milliseconds as local time; empty for null. */
  static String time(@Nullable Object millis) {
    return millis instanceof Number number
        ? TIME.format(Instant.ofEpochMilli(number.longValue()).atZone(ZoneId.systemDefault()))
        : "";
  }

  /** The time between two moments, empty when it has not ended. */
  static String span(@Nullable Object from, @Nullable Object to) {
    return from instanceof Number start && to instanceof Number end
        ? (end.longValue() - start.longValue()) + " ms"
        : "";
  }
}
