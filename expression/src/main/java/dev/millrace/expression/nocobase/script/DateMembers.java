package dev.millrace.expression.nocobase.script;

import java.time.DayOfWeek;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The methods of dates that read; local time is UTC. */
final class DateMembers {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("EEE MMM dd uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter LOCAL_DAY =
      DateTimeFormatter.ofPattern("M/d/uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter LOCAL_TIME =
      DateTimeFormatter.ofPattern("h:mm:ss a", Locale.ENGLISH);
  private static final double NANOS_PER_MILLI = 1e6;

  private DateMembers() {}

  static @Nullable ScriptFunction get(DateValue date, String name) {
    return switch (name) {
      case "getTime", "valueOf" -> given -> date.millis();
      case "toISOString" ->
          given -> {
            if (!date.valid()) {
              throw ScriptException.range("Invalid time value");
            }
            return date.iso();
          };
      case "toJSON" -> given -> date.valid() ? date.iso() : null;
      case "toString" -> given -> date.toString();
      case "getTimezoneOffset" -> given -> 0.0;
      case "toDateString" -> given -> text(date, DAY);
      case "toLocaleDateString" -> given -> text(date, LOCAL_DAY);
      case "toLocaleTimeString" -> given -> text(date, LOCAL_TIME);
      case "toLocaleString" ->
          given ->
              date.valid() ? text(date, LOCAL_DAY) + ", " + text(date, LOCAL_TIME) : date.iso();
      default -> field(date, name);
    };
  }

  private static String text(DateValue date, DateTimeFormatter format) {
    return date.valid() ? date.in(ZoneOffset.UTC).format(format) : date.iso();
  }

  private static @Nullable ScriptFunction field(DateValue date, String name) {
    String field = name.startsWith("getUTC") ? "get" + name.substring("getUTC".length()) : name;
    return switch (field) {
      case "getFullYear",
          "getMonth",
          "getDate",
          "getDay",
          "getHours",
          "getMinutes",
          "getSeconds",
          "getMilliseconds" ->
          given -> date.valid() ? read(date.in(ZoneOffset.UTC), field) : Double.NaN;
      default -> null;
    };
  }

  private static double read(ZonedDateTime date, String field) {
    return switch (field) {
      case "getFullYear" -> date.getYear();
      case "getMonth" -> date.getMonthValue() - 1;
      case "getDate" -> date.getDayOfMonth();
      case "getDay" -> date.getDayOfWeek().getValue() % DayOfWeek.values().length;
      case "getHours" -> date.getHour();
      case "getMinutes" -> date.getMinute();
      case "getSeconds" -> date.getSecond();
      default -> Math.floor(date.getNano() / NANOS_PER_MILLI);
    };
  }
}
