package dev.millrace.expression.nocobase;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionScope;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values under {@code $system}, all of the moment of one scope. */
final class SystemVariables {

  /** What the identifiers of NocoBase count seconds from: 2020-11-10T16:00:00Z. */
  private static final long EPOCH_SECONDS = 1_605_024_000;

  private static final long INSTANCE_ID = 25;
  private static final int SECONDS_SHIFT = 21;
  private static final int INSTANCE_SHIFT = 16;
  private static final int SEQUENCE_MASK = 0xffff;
  private static final int HASH_FACTOR = 31;
  private static final int MONTHS_OF_QUARTER = 3;

  private final ExpressionScope engine;
  private final ZoneId zone;
  private int issued;

  SystemVariables(ExpressionScope engine, ZoneId zone) {
    this.engine = engine;
    this.zone = zone;
  }

  /** The moment of the scope; 1970 when it has none. */
  static Instant now(ExpressionScope scope) {
    return switch (scope.value("now")) {
      case Instant instant -> instant;
      case Long millis -> Instant.ofEpochMilli(millis);
      case String text -> {
        try {
          yield Instant.parse(text);
        } catch (DateTimeException e) {
          yield Instant.EPOCH;
        }
      }
      case null, default -> Instant.EPOCH;
    };
  }

  /** A member of {@code $system}; null for none. */
  @Nullable Object member(String name) {
    return switch (name) {
      case "now" -> now(engine);
      case "instanceId" -> INSTANCE_ID;
      case "epoch" -> EPOCH_SECONDS;
      case "genSnowflakeId" -> snowflake();
      case "dateRange" -> dateRanges();
      default -> null;
    };
  }

  /** All members, for a template that asks for {@code $system} itself. */
  Map<String, @Nullable Object> all() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    for (String name : List.of("now", "instanceId", "epoch", "dateRange")) {
      all.put(name, member(name));
    }
    return all;
  }

  /**
   * An identifier in the shape of NocoBase's: seconds, instance, sequence. The sequence comes from
   * the instance, the millisecond and how many were issued, so that asking again gives the same.
   */
  private long snowflake() {
    Instant now = now(engine);
    Object uid = JsonValue.get(engine.value("instance"), "id");
    int sequence = uid == null ? 0 : uid.hashCode();
    sequence = sequence * HASH_FACTOR + now.getNano();
    sequence = (sequence ^ (sequence >>> INSTANCE_SHIFT)) + issued++;
    return ((now.getEpochSecond() - EPOCH_SECONDS) << SECONDS_SHIFT)
        | (INSTANCE_ID << INSTANCE_SHIFT)
        | (sequence & SEQUENCE_MASK);
  }

  private Map<String, @Nullable Object> dateRanges() {
    LocalDate today = now(engine).atZone(zone).toLocalDate();
    Map<String, @Nullable Object> ranges = new LinkedHashMap<>();
    ranges.put("yesterday", day(today.minusDays(1)));
    ranges.put("today", day(today));
    ranges.put("tomorrow", day(today.plusDays(1)));
    ranges.put("lastWeek", week(today.minusWeeks(1)));
    ranges.put("thisWeek", week(today));
    ranges.put("nextWeek", week(today.plusWeeks(1)));
    YearMonth month = YearMonth.from(today);
    ranges.put("lastMonth", month(month.minusMonths(1)));
    ranges.put("thisMonth", month(month));
    ranges.put("nextMonth", month(month.plusMonths(1)));
    ranges.put("lastQuarter", quarter(month.minusMonths(MONTHS_OF_QUARTER)));
    ranges.put("thisQuarter", quarter(month));
    ranges.put("nextQuarter", quarter(month.plusMonths(MONTHS_OF_QUARTER)));
    ranges.put("lastYear", year(today.minusYears(1)));
    ranges.put("thisYear", year(today));
    ranges.put("nextYear", year(today.plusYears(1)));
    for (int days : new int[] {7, 30, 90}) {
      LocalDate tomorrow = today.plusDays(1);
      ranges.put("last" + days + "Days", span(tomorrow.minusDays(days), tomorrow));
      ranges.put("next" + days + "Days", span(tomorrow, tomorrow.plusDays(days)));
    }
    return ranges;
  }

  private String offset(LocalDate date) {
    ZoneOffset offset = zone.getRules().getOffset(date.atStartOfDay(zone).toInstant());
    return offset.equals(ZoneOffset.UTC) ? "+00:00" : offset.getId();
  }

  private String day(LocalDate date) {
    return date + offset(date);
  }

  private String week(LocalDate date) {
    LocalDate monday = date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    return monday.get(IsoFields.WEEK_BASED_YEAR)
        + "w"
        + monday.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR)
        + offset(monday);
  }

  private String month(YearMonth month) {
    return month + offset(month.atDay(1));
  }

  private String quarter(YearMonth month) {
    LocalDate first = month.atDay(1);
    return first.getYear() + "q" + first.get(IsoFields.QUARTER_OF_YEAR) + offset(first);
  }

  private String year(LocalDate date) {
    return date.getYear() + offset(date.withDayOfYear(1));
  }

  private List<String> span(LocalDate start, LocalDate end) {
    return List.of(start.toString(), end.toString(), "[)", offset(start));
  }
}
