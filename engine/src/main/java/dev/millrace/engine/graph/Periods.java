package dev.millrace.engine.graph;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times as people write them: one or more numbers with their units, as 30d or 1h30m. */
public final class Periods {
  private static final int DIGITS_MAX = 9;

  private Periods() {}

  /** The sum of the parts; null for a text that is no such time. The units are in small letters. */
  public static @Nullable Duration parse(String text) {
    Duration time = Duration.ZERO;
    int at = 0;
    do {
      int unit = end(text, at, '0', '9');
      int next = end(text, unit, 'a', 'z');
      Duration one = unit(text.substring(unit, next));
      if (unit == at || unit - at > DIGITS_MAX || one == null) {
        return null;
      }
      time = time.plus(one.multipliedBy(Long.parseLong(text, at, unit, 10)));
      at = next;
    } while (at < text.length());
    return time;
  }

  /** Where the characters of a range end that begin at a place. */
  private static int end(String text, int from, char first, char last) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= first && text.charAt(end) <= last) {
      end++;
    }
    return end;
  }

  private static @Nullable Duration unit(String name) {
    return switch (name) {
      case "d" -> Duration.ofDays(1);
      case "h" -> Duration.ofHours(1);
      case "m" -> Duration.ofMinutes(1);
      case "s" -> Duration.ofSeconds(1);
      case "ms" -> Duration.ofMillis(1);
      default -> null;
    };
  }
}
