package dev.millrace.expression.nocobase.script;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads dates as JavaScript does on a server in UTC. */
final class DateText {
  private static final Pattern ISO =
      Pattern.compile(
          "([+-]\\d{6}|\\d{4})(?:-(\\d{1,2})(?:-(\\d{1,2}))?)?"
              + "(?:[T ](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?)?"
              + "\\s*(Z|[+-]\\d{2}:?\\d{2})?",
          Pattern.CASE_INSENSITIVE);

  /** As {@code 11/21/2026 10:30}, or with the year in front. */
  private static final Pattern SLASHES =
      Pattern.compile(
          "(\\d{1,4})/(\\d{1,2})/(\\d{1,4})(?:[ ,]+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?)?");

  /** As {@code Nov 21, 2026 10:30}, also with the name of the day in front. */
  private static final Pattern MONTH_FIRST =
      Pattern.compile(
          "(?:[A-Za-z]{3,9},?\\s+)?([A-Za-z]{3,9})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})"
              + "(?:[ ,]+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?)?"
              + "(?:\\s*(?:GMT|UTC)?([+-]\\d{4})?(?:\\s*\\(.*\\))?)?");

  /** As {@code 21 Nov 2026 10:30}. */
  private static final Pattern DAY_FIRST =
      Pattern.compile(
          "(?:[A-Za-z]{3,9},?\\s+)?(\\d{1,2})[ -]([A-Za-z]{3,9})\\.?[ -](\\d{4})"
              + "(?:[ ,]+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?)?(?:\\s*(?:GMT|UTC|Z)?([+-]\\d{4})?)?");

  private static final int TEXT_LENGTH_MAX = 128;
  private static final int MONTH_LETTERS = 3;
  private static final int NANO_DIGITS = 9;

  private DateText() {}

  /** Milliseconds since 1970, or not a number. */
  static double parse(String source) {
    String text = source.strip();
    if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
      return Double.NaN;
    }
    try {
      Matcher match = ISO.matcher(text);
      if (match.matches()) {
        return millis(
            date(match.group(1), or(match.group(2), "1"), or(match.group(3), "1")),
            time(match, 4, match.group(7)),
            match.group(8));
      }
      match = SLASHES.matcher(text);
      if (match.matches()) {
        boolean yearFirst = match.group(1).length() > 2;
        return millis(
            yearFirst
                ? date(match.group(1), match.group(2), match.group(3))
                : date(match.group(3), match.group(1), match.group(2)),
            time(match, 4, null),
            null);
      }
      match = MONTH_FIRST.matcher(text);
      if (match.matches()) {
        return millis(
            date(match.group(3), month(match.group(1)), match.group(2)),
            time(match, 4, null),
            match.group(7));
      }
      match = DAY_FIRST.matcher(text);
      return match.matches()
          ? millis(
              date(match.group(3), month(match.group(2)), match.group(1)),
              time(match, 4, null),
              match.group(7))
          : Double.NaN;
    } catch (DateTimeException e) {
      return Double.NaN;
    }
  }

  private static String or(@Nullable String text, String fallback) {
    return text == null ? fallback : text;
  }

  private static LocalDate date(String year, String month, String day) {
    return LocalDate.of(Integer.parseInt(year), Integer.parseInt(month), Integer.parseInt(day));
  }

  private static LocalTime time(Matcher match, int group, @Nullable String fraction) {
    if (match.group(group) == null) {
      return LocalTime.MIDNIGHT;
    }
    String seconds = match.group(group + 2);
    int nanos =
        fraction == null
            ? 0
            : Integer.parseInt(fraction + "0".repeat(NANO_DIGITS - fraction.length()));
    return LocalTime.of(
        Integer.parseInt(match.group(group)),
        Integer.parseInt(match.group(group + 1)),
        seconds == null ? 0 : Integer.parseInt(seconds),
        nanos);
  }

  private static double millis(LocalDate date, LocalTime time, @Nullable String offset) {
    ZoneOffset zone =
        offset == null || offset.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(offset);
    double whole = LocalDateTime.of(date, time).toEpochSecond(zone) * 1000.0;
    return whole + time.get(ChronoField.MILLI_OF_SECOND);
  }

  private static String month(String name) {
    String start = name.substring(0, MONTH_LETTERS).toUpperCase(Locale.ROOT);
    for (Month month : Month.values()) {
      if (month.name().startsWith(start)) {
        return Integer.toString(month.getValue());
      }
    }
    throw new DateTimeException("no month: " + name);
  }
}
