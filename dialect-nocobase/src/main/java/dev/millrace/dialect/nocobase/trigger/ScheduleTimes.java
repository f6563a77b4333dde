package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.engine.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule is due: at its start, and then by its repetition until its end. Whole seconds.
 *
 * @param start null for never
 * @param end null for none
 * @param repeat a cron expression, a number of milliseconds, or null
 */
record ScheduleTimes(
    @Nullable Instant start, @Nullable Instant end, @Nullable Object repeat, ZoneId zone) {

  private static final long DAY_MILLIS = 86_400_000;

  /** Those of a configuration with fixed times. */
  static ScheduleTimes fixed(Map<String, @Nullable Object> config, ZoneId zone) {
    return new ScheduleTimes(
        Times.read(config.get("startsOn"), zone),
        Times.read(config.get("endsOn"), zone),
        config.get("repeat"),
        zone);
  }

  /** Those of a configuration for one record. */
  static ScheduleTimes of(
      Map<String, @Nullable Object> config, Map<String, @Nullable Object> record, ZoneId zone) {
    return new ScheduleTimes(
        time(config.get("startsOn"), record, zone),
        time(config.get("endsOn"), record, zone),
        config.get("repeat"),
        zone);
  }

  private static @Nullable Instant time(
      @Nullable Object given, Map<String, @Nullable Object> record, ZoneId zone) {
    if (!(given instanceof Map<?, ?>)) {
      return Times.read(given, zone);
    }
    String field = JsonValue.text(given, "field", "");
    Instant time = field.isEmpty() ? null : Times.read(record.get(field), zone);
    return time == null ? null : Times.second(time).plus(offset(given));
  }

  /** Whether a configuration has more times than its start. */
  static boolean repeats(Map<String, @Nullable Object> config) {
    Object repeat = config.get("repeat");
    return repeat != null && !repeat.equals("");
  }

  /** The condition on the field of a record for having a time in a span, as a filter has it. */
  static Map<String, @Nullable Object> range(
      Map<String, @Nullable Object> config, Instant from, Instant until) {
    Duration offset = offset(config.get("startsOn"));
    Map<String, @Nullable Object> range = new LinkedHashMap<>();
    range.put("$lt", Times.text(until.minus(offset)));
    if (!repeats(config)) {
      range.put("$gte", Times.text(Times.second(from).minusSeconds(1).minus(offset)));
    }
    return range;
  }

  /** How far from the field's value: {@code offset} times {@code unit}. */
  static Duration offset(@Nullable Object given) {
    long offset = JsonValue.get(given, "offset") instanceof Number number ? number.longValue() : 0;
    long unit =
        JsonValue.get(given, "unit") instanceof Number number ? number.longValue() : DAY_MILLIS;
    try {
      return Duration.ofMillis(Math.multiplyExact(offset, unit));
    } catch (ArithmeticException e) {
      return Duration.ZERO;
    }
  }

  /**
   * The first time that is due.
   *
   * @param from times before it do not count
   * @return null when none is left
   */
  @Nullable Instant next(Instant from) {
    if (start == null) {
      return null;
    }
    Instant first = Times.second(start);
    Instant now = Times.second(from).isBefore(from) ? Times.second(from).plusSeconds(1) : from;
    Instant next =
        switch (repeat) {
          case String cron when !cron.isBlank() -> cron(cron, first.isAfter(now) ? first : now);
          case Number every when every.longValue() > 0 -> every(first, now, every.longValue());
          case null, default -> first.isBefore(now) ? null : first;
        };
    boolean over = next != null && end != null && next.isAfter(Times.second(end));
    return over ? null : next;
  }

  private @Nullable Instant cron(String expression, Instant from) {
    try {
      return CronTimes.of(expression, zone).after(from.minusSeconds(1)).orElse(null);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Instant every(Instant first, Instant now, long millis) {
    if (!first.isBefore(now)) {
      return first;
    }
    long passed = now.toEpochMilli() - first.toEpochMilli();
    long rest = passed % millis;
    return rest == 0 ? now : now.plusMillis(millis - rest);
  }
}
