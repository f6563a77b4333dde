package dev.millrace.expression.nocobase.script;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A date of JavaScript.
 *
 * @param millis whole milliseconds since 1970 in UTC; not a number for an invalid date
 */
public record DateValue(double millis) {

  /** The furthest moment from 1970 that JavaScript's dates reach. */
  private static final double MILLIS_MAX = 8.64e15;

  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
  private static final DateTimeFormatter ISO_FAR =
      DateTimeFormatter.ofPattern("+uuuuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
  private static final DateTimeFormatter ISO_BEFORE =
      DateTimeFormatter.ofPattern("uuuuuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
  private static final DateTimeFormatter LONG =
      DateTimeFormatter.ofPattern("EEE MMM dd uuuu HH:mm:ss 'GMT'xx", Locale.ENGLISH);

  private static final int YEAR_OF_FOUR_DIGITS_MAX = 9_999;

  public DateValue {
    millis = Math.abs(millis) > MILLIS_MAX ? Double.NaN : Math.rint(millis) + 0.0;
  }

  public static DateValue of(Instant instant) {
    return new DateValue(instant.toEpochMilli());
  }

  /** Reads a text as JavaScript's {@code Date.parse} does; an invalid date when it is none. */
  public static DateValue parse(String text) {
    return new DateValue(DateText.parse(text));
  }

  public boolean valid() {
    return !Double.isNaN(millis);
  }

  /** The moment; only of a valid date. */
  public Instant instant() {
    return Instant.ofEpochMilli((long) millis);
  }

  /** The date and time in a zone; only of a valid date. */
  public ZonedDateTime in(ZoneId zone) {
    return instant().atZone(zone);
  }

  /** ISO 8601 with milliseconds in UTC, as {@code 2026-11-21T09:45:55.000Z}. */
  public String iso() {
    if (!valid()) {
      return "Invalid Date";
    }
    ZonedDateTime date = in(ZoneOffset.UTC);
    if (date.getYear() < 0) {
      return date.format(ISO_BEFORE);
    }
    return date.format(date.getYear() > YEAR_OF_FOUR_DIGITS_MAX ? ISO_FAR : ISO);
  }

  /** As JavaScript shows a date in text on a server in UTC. */
  @Override
  public String toString() {
    if (!valid()) {
      return "Invalid Date";
    }
    return in(ZoneOffset.UTC).format(LONG) + " (Coordinated Universal Time)";
  }
}
