package dev.millrace.data;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.time.temporal.TemporalUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The time that an operand of a date operator stands for: from its first moment to the first one
 * after it. {@code 2026-11} is a month, {@code 2026-11-21 09:45} a minute.
 */
record DateSpan(LocalDateTime from, LocalDateTime to, ZoneId zone) {

  private static final Pattern DAYS = Pattern.compile("(last|next)([1-9]\\d{0,3})Days");
  private static final Pattern SUFFIX = Pattern.compile("^(.*?)\\s*([+-]\\d{2}:?\\d{2})$");
  private static final Pattern QUARTER = Pattern.compile("(\\d{4})-?[Qq]([1-4])");
  private static final Pattern WEEK = Pattern.compile("(\\d{4})-?[Ww](\\d{1,2})");
  private static final Pattern LOCAL =
      Pattern.compile(
          "(\\d{4})(?:-(\\d{1,2})(?:-(\\d{1,2})(?:[ T](\\d{2})(?::(\\d{2})(?::(\\d{2})(?:\\.\\d{1,9})?)?)?)?)?)?");
  private static final Pattern RANGE =
      Pattern.compile("([\\[(])([^,]*),([^,\\])]*)([\\])])\\s*([+-]\\d{2}:\\d{2})?");

  /** How far from today a relative operand may reach, in its unit. */
  private static final long STEPS_MAX = 100_000;

  private static final int MONTHS_OF_QUARTER = 3;
  private static final int TEXT_MAX = 64;

  Instant firstInstant() {
    return from.atZone(zone).toInstant();
  }

  Instant afterInstant() {
    return to.atZone(zone).toInstant();
  }

  /** The span of a local time, as it is elsewhere. */
  DateSpan in(ZoneId other) {
    return new DateSpan(
        LocalDateTime.ofInstant(firstInstant(), other),
        LocalDateTime.ofInstant(afterInstant(), other),
        other);
  }

  /** What a single operand stands for. */
  static DateSpan of(@Nullable Object operand, ZoneId zone, Instant now) {
    try {
      return switch (operand) {
        case String text when text.length() <= TEXT_MAX -> text(text.strip(), zone);
        case Long millis -> moment(Instant.ofEpochMilli(millis));
        case Map<?, ?> relative -> relative(relative, zone, now);
        case null, default -> throw bad(operand);
      };
    } catch (DateTimeException | ArithmeticException e) {
      throw bad(operand);
    }
  }

  /** What the operand of a range stands for: two ends, or one operand for all of it. */
  static DateSpan between(@Nullable Object operand, ZoneId zone, Instant now) {
    if (operand instanceof String text && text.length() <= 2 * TEXT_MAX) {
      Matcher range = RANGE.matcher(text.strip());
      if (range.matches()) {
        return ends(
            List.of(range.group(2).strip(), range.group(3).strip()),
            range.group(1) + range.group(4),
            range.group(5) == null ? zone : ZoneId.of(range.group(5)),
            now);
      }
    }
    if (operand instanceof List<?> list && list.size() >= 2) {
      String brackets = list.size() > 2 && list.get(2) instanceof String given ? given : "[]";
      ZoneId where =
          list.size() > 3
                  && list.get(3) instanceof String suffix
                  && suffix.matches("[+-]\\d{2}:\\d{2}")
              ? ZoneId.of(suffix)
              : zone;
      return ends(list.subList(0, 2), brackets, where, now);
    }
    return of(operand, zone, now);
  }

  private static DateSpan ends(List<?> ends, String brackets, ZoneId zone, Instant now) {
    DateSpan first = of(ends.get(0), zone, now);
    DateSpan last = of(ends.get(1), zone, now).in(first.zone());
    return new DateSpan(
        brackets.startsWith("(") ? first.to() : first.from(),
        brackets.endsWith(")") ? last.from() : last.to(),
        first.zone());
  }

  private static DateSpan text(String text, ZoneId zone) {
    if (text.endsWith("Z")) {
      return moment(Dates.instant(text, ZoneOffset.UTC).orElseThrow(() -> bad(text)));
    }
    DateSpan local = local(text, zone);
    if (local != null) {
      return local;
    }
    Matcher suffix = SUFFIX.matcher(text);
    if (suffix.matches()) {
      local = local(suffix.group(1), ZoneOffset.of(suffix.group(2)));
    }
    if (local == null) {
      throw bad(text);
    }
    return local;
  }

  private static @Nullable DateSpan local(String text, ZoneId zone) {
    Matcher quarter = QUARTER.matcher(text);
    if (quarter.matches()) {
      int month = (number(quarter, 2, 1) - 1) * MONTHS_OF_QUARTER + 1;
      LocalDate first = LocalDate.of(number(quarter, 1, 0), month, 1);
      return days(first, first.plusMonths(MONTHS_OF_QUARTER), zone);
    }
    Matcher week = WEEK.matcher(text);
    if (week.matches()) {
      LocalDate first =
          LocalDate.of(number(week, 1, 0), 1, 4)
              .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, number(week, 2, 1))
              .with(DayOfWeek.MONDAY);
      return days(first, first.plusWeeks(1), zone);
    }
    Matcher local = LOCAL.matcher(text);
    if (!local.matches()) {
      return null;
    }
    LocalDateTime first =
        LocalDateTime.of(
            number(local, 1, 0),
            number(local, 2, 1),
            number(local, 3, 1),
            number(local, 4, 0),
            number(local, 5, 0),
            number(local, 6, 0));
    ChronoUnit[] units = {
      ChronoUnit.SECONDS,
      ChronoUnit.MINUTES,
      ChronoUnit.HOURS,
      ChronoUnit.DAYS,
      ChronoUnit.MONTHS,
      ChronoUnit.YEARS
    };
    int given = units.length;
    while (local.group(given) == null) {
      given--;
    }
    return new DateSpan(first, first.plus(1, units[units.length - given]), zone);
  }

  private static int number(Matcher matcher, int group, int fallback) {
    String digits = matcher.group(group);
    return digits == null ? fallback : Integer.parseInt(digits);
  }

  private static DateSpan relative(Map<?, ?> operand, ZoneId zone, Instant now) {
    String type = operand.get("type") instanceof String given ? given : "";
    LocalDateTime here = LocalDateTime.ofInstant(now, zone);
    LocalDate today = here.toLocalDate();
    return switch (type) {
      case "now" -> moment(now);
      case "exact" -> of(operand.get("value"), zone, now);
      case "today" -> days(today, today.plusDays(1), zone);
      case "yesterday" -> days(today.minusDays(1), today, zone);
      case "tomorrow" -> days(today.plusDays(1), today.plusDays(2), zone);
      case "past", "next" -> steps(operand, type.equals("past"), today, zone);
      default -> period(type, today, zone);
    };
  }

  /** {@code thisWeek}, {@code lastMonth}, {@code nextQuarter}, {@code last7Days} and so on. */
  private static DateSpan period(String type, LocalDate today, ZoneId zone) {
    Matcher days = DAYS.matcher(type);
    if (days.matches()) {
      int count = number(days, 2, 1);
      // The last ones end with today, the next ones begin behind it.
      LocalDate first =
          days.group(1).equals("last") ? today.minusDays(count - 1L) : today.plusDays(1);
      return days(first, first.plusDays(count), zone);
    }
    int shift =
        type.startsWith("this")
            ? 0
            : type.startsWith("last") ? -1 : type.startsWith("next") ? 1 : 2;
    if (shift == 2) {
      throw bad(type);
    }
    String name = type.substring(4).toLowerCase(Locale.ROOT);
    TemporalUnit unit = unit(name.equals("isoweek") ? "week" : name);
    LocalDate first = start(today, unit).plus(shift, unit);
    return days(first, first.plus(1, unit), zone);
  }

  private static DateSpan steps(Map<?, ?> operand, boolean past, LocalDate today, ZoneId zone) {
    if (!(operand.get("number") instanceof Long steps) || steps < 1 || steps > STEPS_MAX) {
      throw bad(operand);
    }
    TemporalUnit unit = unit(String.valueOf(operand.get("unit")));
    LocalDate current = start(today, unit);
    return past
        ? days(current.minus(steps, unit), current, zone)
        : days(current.plus(1, unit), current.plus(steps + 1, unit), zone);
  }

  private static TemporalUnit unit(String name) {
    return switch (name) {
      case "day" -> ChronoUnit.DAYS;
      case "week" -> ChronoUnit.WEEKS;
      case "month" -> ChronoUnit.MONTHS;
      case "quarter" -> IsoFields.QUARTER_YEARS;
      case "year" -> ChronoUnit.YEARS;
      default -> throw bad(name);
    };
  }

  private static LocalDate start(LocalDate day, TemporalUnit unit) {
    if (unit.equals(ChronoUnit.WEEKS)) {
      return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }
    if (unit.equals(ChronoUnit.MONTHS)) {
      return day.withDayOfMonth(1);
    }
    if (unit.equals(ChronoUnit.YEARS)) {
      return day.withDayOfYear(1);
    }
    if (unit.equals(IsoFields.QUARTER_YEARS)) {
      return day.withDayOfMonth(1).minusMonths((day.getMonthValue() - 1) % MONTHS_OF_QUARTER);
    }
    return day;
  }

  private static DateSpan days(LocalDate first, LocalDate after, ZoneId zone) {
    return new DateSpan(first.atStartOfDay(), after.atStartOfDay(), zone);
  }

  private static DateSpan moment(Instant instant) {
    LocalDateTime at = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    return new DateSpan(at, at.plus(1, ChronoUnit.MILLIS), ZoneOffset.UTC);
  }

  private static DataException bad(@Nullable Object operand) {
    return new DataException(
        DataException.Kind.BAD_VALUE, "not a date: " + Names.shortened(String.valueOf(operand)));
  }
}
