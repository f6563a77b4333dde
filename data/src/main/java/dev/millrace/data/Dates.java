package dev.millrace.data;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Optional;

/** The forms in which dates are kept and shown, and those in which they are accepted. */
final class Dates {

  /** Dates are kept as text of one length, so that their order is that of time. */
  private static final int YEAR_MAX = 9999;

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");
  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");

  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private static final DateTimeFormatter LOCAL_GIVEN =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd[['T'][' ']HH[:mm[:ss]]]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
          .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
          .parseDefaulting(ChronoField.SECOND_OF_MINUTE, 0)
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter OFFSET_GIVEN =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd['T'][' ']HH:mm[:ss]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendPattern("[ ][XXX][XX][X]")
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);

  private Dates() {}

  /** In UTC with milliseconds; what lies before or after all years of four digits is cut. */
  static String show(Instant instant) {
    Instant shown = instant.isAfter(LATEST) ? LATEST : instant;
    return INSTANT.format(shown.isBefore(EARLIEST) ? EARLIEST : shown);
  }

  static String show(LocalDateTime local) {
    return local.getYear() > YEAR_MAX ? "9999-12-31 23:59:59" : LOCAL.format(local);
  }

  static String show(LocalDate date) {
    return date.getYear() > YEAR_MAX ? "9999-12-31" : date.toString();
  }

  /** A point in time: with an offset, or local in a zone. */
  static Optional<Instant> instant(String text, ZoneId zone) {
    try {
      return Optional.of(OffsetDateTime.parse(text, OFFSET_GIVEN).toInstant());
    } catch (DateTimeException e) {
      return local(text).map(local -> local.atZone(zone).toInstant());
    }
  }

  /** A date and time without offset; with one, the time it shows in UTC. */
  static Optional<LocalDateTime> localOrInstant(String text) {
    Optional<LocalDateTime> local = local(text);
    return local.isPresent()
        ? local
        : instant(text, ZoneOffset.UTC).map(at -> LocalDateTime.ofInstant(at, ZoneOffset.UTC));
  }

  private static Optional<LocalDateTime> local(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text, LOCAL_GIVEN));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** A time of day in its kept form. */
  static Optional<String> time(String text) {
    try {
      return Optional.of(TIME.format(LocalTime.parse(text)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
