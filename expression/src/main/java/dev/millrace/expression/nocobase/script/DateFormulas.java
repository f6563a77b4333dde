package dev.millrace.expression.nocobase.script;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Formulas of dates, all in UTC. */
final class DateFormulas {
  private static final int LAST_YEAR_OF_TWO_DIGITS = 99;
  private static final int FIRST_CENTURY = 1_900;

  private static final double MILLIS_OF_DAY = 86_400_000;
  private static final double SECONDS_OF_DAY = 86_400;

  /** The number that spreadsheets give to 1970-01-01. */
  private static final double SERIAL_OF_1970 = 25_569;

  private static final double SERIAL_MAX = 2_958_466;

  /** Spreadsheets count a 29th of February 1900, which never was. */
  private static final double SERIAL_OF_LEAP_ERROR = 60;

  private static final int CENTURY = 1_900;
  private static final int DAYS_OF_WEEK = 7;
  private static final int MONTHS_OF_YEAR = 12;
  private static final int WORKDAYS_MAX = 100_000;

  private DateFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    field(all, "YEAR", ZonedDateTime::getYear);
    field(all, "MONTH", ZonedDateTime::getMonthValue);
    field(all, "DAY", ZonedDateTime::getDayOfMonth);
    field(all, "HOUR", ZonedDateTime::getHour);
    field(all, "MINUTE", ZonedDateTime::getMinute);
    field(all, "SECOND", ZonedDateTime::getSecond);
    field(all, "ISOWEEKNUM", date -> date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    all.put("NOW", given -> new DateValue(given.call().nowMillis()));
    all.put(
        "TODAY",
        given ->
            new DateValue(Math.floor(given.call().nowMillis() / MILLIS_OF_DAY) * MILLIS_OF_DAY));
    all.put(
        "DATE",
        given -> {
          double year = Math.floor(Formulas.number(given, 0));
          DateValue date =
              new DateValue(
                  utc(
                      year >= 0 && year <= LAST_YEAR_OF_TWO_DIGITS ? year + FIRST_CENTURY : year,
                      Formulas.number(given, 1, 1) - 1,
                      Formulas.number(given, 2, 1)));
          return date.valid() ? date : FormulaError.NUM;
        });
    all.put("DATEVALUE", given -> moment(given.get(0)));
    all.put("TIMEVALUE", given -> secondsOf(zoned(given, 0)) / SECONDS_OF_DAY);
    all.put(
        "TIME",
        given ->
            (Formulas.number(given, 0) * 3600
                    + Formulas.number(given, 1) * 60
                    + Formulas.number(given, 2))
                / SECONDS_OF_DAY);
    all.put(
        "DAYS", given -> Math.floor(serial(zoned(given, 0))) - Math.floor(serial(zoned(given, 1))));
    all.put("DAYS360", DateFormulas::days360);
    all.put("DATEDIF", DateFormulas::difference);
    all.put("YEARFRAC", DateFormulas::years);
    all.put("EDATE", given -> shifted(given, false));
    all.put("EOMONTH", given -> shifted(given, true));
    all.put("WEEKDAY", DateFormulas::weekday);
    all.put("WEEKNUM", DateFormulas::week);
    all.put("NETWORKDAYS", DateFormulas::networkDays);
    all.put("WORKDAY", DateFormulas::workday);
    return all;
  }

  private static void field(
      Map<String, ScriptFunction> all, String name, ToDoubleFunction<ZonedDateTime> read) {
    all.put(name, given -> read.applyAsDouble(zoned(given, 0)));
  }

  /** A value as {@code new Date(value)} takes it. */
  static DateValue date(@Nullable Object value) {
    return switch (value) {
      case DateValue date -> date;
      case Instant instant -> DateValue.of(instant);
      case String text -> DateValue.parse(text);
      case null, default -> new DateValue(Coercions.toNumber(value));
    };
  }

  /** Milliseconds of the fields of {@code Date.UTC}, from the third argument on. */
  static double utc(Arguments given, double month) {
    double year = given.number(0);
    int shortYearMax = 99;
    double full = year >= 0 && year <= shortYearMax ? CENTURY + year : year;
    double days = utc(full, month, given.number(2, 1));
    return days
        + given.number(3, 0) * 3_600_000
        + given.number(4, 0) * 60_000
        + given.number(5, 0) * 1_000
        + given.number(6, 0);
  }

  /** Midnight of a day; months count from 0 and, like days, may lie outside their range. */
  private static double utc(double year, double month, double day) {
    double yearMax = 300_000;
    double months = Math.floor(year) * MONTHS_OF_YEAR + Math.floor(month);
    if (!(Math.abs(months) <= yearMax * MONTHS_OF_YEAR) || Double.isNaN(day)) {
      return Double.NaN;
    }
    LocalDate first =
        LocalDate.of(
            (int) Math.floor(months / MONTHS_OF_YEAR),
            (int) (months - Math.floor(months / MONTHS_OF_YEAR) * MONTHS_OF_YEAR) + 1,
            1);
    return (first.toEpochDay() + Math.floor(day) - 1) * MILLIS_OF_DAY;
  }

  /** A value as a date: numbers are the days of spreadsheets. */
  static DateValue moment(@Nullable Object value) {
    if (value instanceof FormulaError error) {
      throw error.fault();
    }
    boolean serialText =
        value instanceof String text && !text.isBlank() && !Double.isNaN(Coercions.toNumber(text));
    if (value instanceof Number || serialText) {
      double serial = Coercions.toNumber(value);
      if (!(serial >= 0 && serial < SERIAL_MAX)) {
        throw FormulaError.NUM.fault();
      }
      double days = serial < SERIAL_OF_LEAP_ERROR ? serial + 1 : serial;
      return new DateValue((days - SERIAL_OF_1970) * MILLIS_OF_DAY);
    }
    DateValue date = Undefined.orNull(value) ? new DateValue(Double.NaN) : date(value);
    if (!date.valid()) {
      throw FormulaError.VALUE.fault();
    }
    return date;
  }

  private static ZonedDateTime zoned(Arguments given, int index) {
    return moment(given.get(index)).in(ZoneOffset.UTC);
  }

  private static double serial(DateValue date) {
    double days = date.millis() / MILLIS_OF_DAY + SERIAL_OF_1970;
    return days <= SERIAL_OF_LEAP_ERROR ? days - 1 : days;
  }

  private static double serial(ZonedDateTime date) {
    return serial(new DateValue(date.toInstant().toEpochMilli()));
  }

  private static double secondsOf(ZonedDateTime date) {
    return date.toLocalTime().toSecondOfDay();
  }

  private static DateValue value(LocalDateTime date) {
    return new DateValue(date.toInstant(ZoneOffset.UTC).toEpochMilli());
  }

  private static DateValue shifted(Arguments given, boolean toEnd) {
    LocalDateTime start = zoned(given, 0).toLocalDateTime();
    double months = Formulas.number(given, 1);
    int monthsMax = 100_000;
    if (!(Math.abs(months) <= monthsMax)) {
      throw FormulaError.NUM.fault();
    }
    LocalDateTime moved = start.plusMonths((long) months);
    return value(toEnd ? YearMonth.from(moved).atEndOfMonth().atStartOfDay() : moved);
  }

  private static double days360(Arguments given) {
    ZonedDateTime start = zoned(given, 0);
    ZonedDateTime end = zoned(given, 1);
    int longest = 30;
    double startDay = Math.min(longest, start.getDayOfMonth());
    boolean european = Coercions.truthy(given.get(2));
    double endDay =
        european || startDay == longest
            ? Math.min(longest, end.getDayOfMonth())
            : end.getDayOfMonth();
    return (end.getYear() - start.getYear()) * 360.0
        + (end.getMonthValue() - start.getMonthValue()) * 30.0
        + (endDay - startDay);
  }

  private static double difference(Arguments given) {
    LocalDate start = zoned(given, 0).toLocalDate();
    LocalDate end = zoned(given, 1).toLocalDate();
    return switch (Formulas.text(given, 2).toUpperCase(Locale.ROOT)) {
      case "Y" -> ChronoUnit.YEARS.between(start, end);
      case "M" -> ChronoUnit.MONTHS.between(start, end);
      case "D" -> ChronoUnit.DAYS.between(start, end);
      case "YM" -> ChronoUnit.MONTHS.between(start, end) % MONTHS_OF_YEAR;
      case "MD" ->
          ChronoUnit.DAYS.between(start.plusMonths(ChronoUnit.MONTHS.between(start, end)), end);
      case "YD" ->
          ChronoUnit.DAYS.between(start.plusYears(ChronoUnit.YEARS.between(start, end)), end);
      default -> throw FormulaError.VALUE.fault();
    };
  }

  private static double years(Arguments given) {
    ZonedDateTime start = zoned(given, 0);
    ZonedDateTime end = zoned(given, 1);
    double days = Duration.between(start, end).toDays();
    return switch (Formulas.integer(given, 2, 0)) {
      case 0, 4 -> days360(given) / 360;
      case 1 -> days / (start.toLocalDate().isLeapYear() ? 366 : 365);
      case 2 -> days / 360;
      case 3 -> days / 365;
      default -> throw FormulaError.NUM.fault();
    };
  }

  private static double weekday(Arguments given) {
    int day = zoned(given, 0).getDayOfWeek().getValue();
    int kind = Formulas.integer(given, 1, 1);
    return switch (kind) {
      case 1, 17 -> day % DAYS_OF_WEEK + 1;
      case 2, 11 -> day;
      case 3 -> day - 1;
      case 12, 13, 14, 15, 16 -> (day + DAYS_OF_WEEK - (kind - 10)) % DAYS_OF_WEEK + 1;
      default -> throw FormulaError.NUM.fault();
    };
  }

  private static double week(Arguments given) {
    ZonedDateTime date = zoned(given, 0);
    int kind = Formulas.integer(given, 1, 1);
    int iso = 21;
    if (kind == iso) {
      return date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
    }
    DayOfWeek firstDay = kind == 1 || kind == 17 ? DayOfWeek.SUNDAY : DayOfWeek.MONDAY;
    int newYear = date.withDayOfYear(1).getDayOfWeek().getValue();
    int before = (newYear - firstDay.getValue() + DAYS_OF_WEEK) % DAYS_OF_WEEK;
    return Math.floor((date.getDayOfYear() - 1.0 + before) / DAYS_OF_WEEK) + 1;
  }

  private static Set<LocalDate> holidays(Arguments given) {
    Set<LocalDate> holidays = new HashSet<>();
    if (given.has(2)) {
      for (Object day : Formulas.flat(given.get(2), given.budget())) {
        holidays.add(moment(day).in(ZoneOffset.UTC).toLocalDate());
      }
    }
    return holidays;
  }

  private static boolean works(LocalDate day, Set<LocalDate> holidays) {
    return day.getDayOfWeek() != DayOfWeek.SATURDAY
        && day.getDayOfWeek() != DayOfWeek.SUNDAY
        && !holidays.contains(day);
  }

  private static double networkDays(Arguments given) {
    LocalDate start = zoned(given, 0).toLocalDate();
    LocalDate end = zoned(given, 1).toLocalDate();
    Set<LocalDate> holidays = holidays(given);
    boolean backwards = end.isBefore(start);
    LocalDate day = backwards ? end : start;
    LocalDate last = backwards ? start : end;
    double count = 0;
    for (; !day.isAfter(last); day = day.plusDays(1)) {
      given.budget().step();
      count += works(day, holidays) ? 1 : 0;
    }
    return backwards ? -count : count;
  }

  private static DateValue workday(Arguments given) {
    LocalDate day = zoned(given, 0).toLocalDate();
    double days = Formulas.number(given, 1);
    if (!(Math.abs(days) <= WORKDAYS_MAX)) {
      throw FormulaError.NUM.fault();
    }
    Set<LocalDate> holidays = holidays(given);
    int step = days < 0 ? -1 : 1;
    for (int left = (int) Math.abs(days); left > 0; ) {
      given.budget().step();
      day = day.plusDays(step);
      left -= works(day, holidays) ? 1 : 0;
    }
    return value(day.atStartOfDay());
  }
}
