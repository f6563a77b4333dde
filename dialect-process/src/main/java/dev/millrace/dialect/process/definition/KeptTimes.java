package dev.millrace.dialect.process.definition;

import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.Periods;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code extension.retention}: how long ended instances are kept, by how they ended. */
final class KeptTimes {
  private static final String ANY = "any";
  private static final String FOREVER = "forever";

  static final Shape.Fields SHAPE =
      Shape.object()
          .with("completed", Shape.text(0, Integer.MAX_VALUE))
          .with("failed", Shape.text(0, Integer.MAX_VALUE))
          .with("stopped", Shape.text(0, Integer.MAX_VALUE))
          .with(ANY, Shape.text(0, Integer.MAX_VALUE));

  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Of what the server's own settings take all but milliseconds. */
  private static final Pattern PARTS = Pattern.compile("(?:\\d{1,9}(?:d|h|m|s))+");

  private KeptTimes() {}

  /** What a definition says; what cannot be read is left to the server's times. */
  static Graph.Kept of(Map<?, ?> extension) {
    Map<?, ?> retention = Json.object(extension, "retention");
    return new Graph.Kept(
        time(retention, "completed"), time(retention, "failed"), time(retention, "stopped"));
  }

  private static @Nullable Duration time(Map<?, ?> retention, String ended) {
    String own = Json.text(retention, ended).strip();
    return time(own.isEmpty() ? Json.text(retention, ANY) : own);
  }

  /** Names each time that cannot be read. */
  static void check(Map<?, ?> extension, Problems problems) {
    Map<?, ?> retention = Json.object(extension, "retention");
    for (String name : SHAPE.shapes().keySet()) {
      String text = Json.text(retention, name);
      if (!text.isBlank() && time(text) == null) {
        problems.error(
            "$.extension.retention." + name,
            "invalid_value",
            "expected a time as 30d, 12h, 1h30m, P30D or PT12H, at most a hundred years, or forever,"
                + " found "
                + Json.shown(text));
      }
    }
  }

  private static @Nullable Duration time(String given) {
    String text = given.strip().toLowerCase(Locale.ROOT);
    if (text.equals(FOREVER)) {
      return Graph.Kept.FOREVER;
    }
    Duration time =
        text.startsWith("p")
            ? iso(text)
            : PARTS.matcher(text).matches() ? Periods.parse(text) : null;
    return time == null || time.isNegative() || time.compareTo(LONGEST) > 0 ? null : time;
  }

  private static @Nullable Duration iso(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
