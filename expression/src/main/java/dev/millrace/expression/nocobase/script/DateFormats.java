package dev.millrace.expression.nocobase.script;

import java.time.DayOfWeek;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates in the patterns of the day.js library, as {@code YYYY-MM-DD HH:mm:ss}. */
public final class DateFormats {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\[([^]]+)]|YYYY|YY|GGGG|Q|Do|MMMM|MMM|MM|M|DDDD|DDD|DD|D|dddd|ddd|dd|d|HH|H|hh|h|kk|k"
              + "|mm|m|ss|s|SSS|A|a|ZZ|Z|WW|W|wo|ww|w|X|x");
  private static final String ISO = "YYYY-MM-DDTHH:mm:ssZ";
  private static final int NOON = 12;
  private static final int LAST_HOUR = 24;
  private static final int CENTURY = 100;
  private static final int SECONDS_OF_MINUTE = 60;
  private static final int MINUTES_OF_HOUR = 60;

  private DateFormats() {}

  /** A date in a pattern; text in brackets stays, an empty pattern is ISO 8601. */
  public static String format(ZonedDateTime date, String pattern) {
    Matcher token = TOKEN.matcher(pattern.isEmpty() ? ISO : pattern);
    return token.replaceAll(match ->
        Matcher.quoteReplacement(
            match.group(1) != null ? match.group(1) : part(date, match.group())));
  }

  private static String part(ZonedDateTime date, String token) {
    return switch (token) {
      case "YYYY" -> padded(date.getYear(), 4);
      case "YY" -> padded(date.getYear() % CENTURY, 2);
      case "GGGG" -> padded(date.get(IsoFields.WEEK_BASED_YEAR), 4);
      case "Q" -> Integer.toString(date.get(IsoFields.QUARTER_OF_YEAR));
      case "MMMM" -> date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case "MMM" -> date.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case "MM" -> padded(date.getMonthValue(), 2);
      case "M" -> Integer.toString(date.getMonthValue());
      case "DDDD" -> padded(date.getDayOfYear(), 3);
      case "DDD" -> Integer.toString(date.getDayOfYear());
      case "DD" -> padded(date.getDayOfMonth(), 2);
      case "D" -> Integer.toString(date.getDayOfMonth());
      case "Do" -> ordinal(date.getDayOfMonth());
      case "dddd" -> date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case "ddd" -> date.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case "dd" ->
          date.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH).substring(0, 2);
      case "d" -> Integer.toString(date.getDayOfWeek().getValue() % DayOfWeek.values().length);
      case "ww", "WW" -> padded(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
      case "w", "W" -> Integer.toString(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case "wo" -> ordinal(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      default -> time(date, token);
    };
  }

  private static String time(ZonedDateTime date, String token) {
    int hour = date.getHour();
    int twelve = hour % NOON == 0 ? NOON : hour % NOON;
    return switch (token) {
      case "HH" -> padded(hour, 2);
      case "H" -> Integer.toString(hour);
      case "hh" -> padded(twelve, 2);
      case "h" -> Integer.toString(twelve);
      case "kk" -> padded(hour == 0 ? LAST_HOUR : hour, 2);
      case "k" -> Integer.toString(hour == 0 ? LAST_HOUR : hour);
      case "mm" -> padded(date.getMinute(), 2);
      case "m" -> Integer.toString(date.getMinute());
      case "ss" -> padded(date.getSecond(), 2);
      case "s" -> Integer.toString(date.getSecond());
      case "SSS" -> padded(date.get(ChronoField.MILLI_OF_SECOND), 3);
      case "A" -> hour < NOON ? "AM" : "PM";
      case "a" -> hour < NOON ? "am" : "pm";
      case "Z" -> offset(date, ":");
      case "ZZ" -> offset(date, "");
      case "X" -> Long.toString(date.toEpochSecond());
      default -> Long.toString(date.toInstant().toEpochMilli());
    };
  }

  private static String offset(ZonedDateTime date, String separator) {
    int minutes = date.getOffset().getTotalSeconds() / SECONDS_OF_MINUTE;
    int magnitude = Math.abs(minutes);
    return (minutes < 0 ? "-" : "+")
        + padded(magnitude / MINUTES_OF_HOUR, 2)
        + separator
        + padded(magnitude % MINUTES_OF_HOUR, 2);
  }

  private static String padded(int number, int digits) {
    String text = Integer.toString(number);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  private static String ordinal(int number) {
    int tens = number % CENTURY / 10;
    return number
        + switch (tens == 1 ? 0 : number % 10) {
          case 1 -> "st";
          case 2 -> "nd";
          case 3 -> "rd";
          default -> "th";
        };
  }
}
