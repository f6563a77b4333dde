package dev.millrace.expression.nocobase;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.DateFormats;
import dev.millrace.expression.nocobase.script.DateValue;
import dev.millrace.expression.nocobase.script.FormulaScript;
import dev.millrace.expression.nocobase.script.Numbers;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.Undefined;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Date calculation: a date or a number that goes through a list of steps, each {@code {function,
 * arguments}}. Dates are in a zone; the result is plain JSON, dates ISO 8601. Thread-safe.
 */
public final class DateCalculation {

  /** Steps of one calculation. */
  private static final int STEPS_MAX = 100;

  private static final String INVALID_INPUT = "Invalid input";
  private static final int MONTHS_OF_QUARTER = 3;
  private static final int MONTHS_OF_YEAR = 12;
  private static final int MILLIS_OF_SECOND = 1_000;

  private final NocoBaseTemplates templates;
  private final ZoneId zone;

  /** Calculates in UTC. */
  public DateCalculation(NocoBaseTemplates templates) {
    this(templates, ZoneOffset.UTC);
  }

  /** Calculates in a zone. */
  public DateCalculation(NocoBaseTemplates templates, ZoneId zone) {
    this.templates = templates;
    this.zone = zone;
  }

  /**
   * Calculates.
   *
   * @param config {@code {inputType: date|number, input, steps:[{function, arguments}]}}, with
   *     placeholders; without input the moment of the scope
   */
  public Outcome calculate(Map<String, ?> config, ExpressionScope scope) {
    try {
      Object input = templates.resolveNatural(config.get("input"), scope);
      boolean number = "number".equals(config.get("inputType"));
      Object value = number ? (Object) number(input) : date(input, scope);
      Object steps = templates.resolveNatural(config.get("steps"), scope);
      if (steps instanceof List<?> list) {
        if (list.size() > STEPS_MAX) {
          throw ScriptException.range("more than " + STEPS_MAX + " steps");
        }
        for (Object step : list) {
          if (step instanceof Map<?, ?> one) {
            value = step(value, one);
          }
        }
      }
      return new Outcome.Value(plain(value));
    } catch (ScriptException e) {
      return INVALID_INPUT.equals(e.getMessage())
          ? new Outcome.Failed(INVALID_INPUT)
          : Outcome.Failed.of(e);
    } catch (ExpressionException e) {
      return new Outcome.Failed("Error: " + e.getMessage());
    } catch (DateTimeException | ArithmeticException e) {
      return new Outcome.Failed("RangeError: Invalid time value");
    } catch (RuntimeException e) {
      return Outcome.Failed.unforeseen(e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case ZonedDateTime date -> DateValue.of(date.toInstant()).iso();
      case null, default -> FormulaScript.result(value);
    };
  }

  private static double number(@Nullable Object input) {
    double number =
        input instanceof Number || input instanceof String ? Coercions.toNumber(input) : Double.NaN;
    if (Double.isNaN(number) || (input instanceof String text && text.isBlank())) {
      throw ScriptException.error(INVALID_INPUT);
    }
    return number;
  }

  private ZonedDateTime date(@Nullable Object input, ExpressionScope scope) {
    DateValue date =
        switch (input) {
          case null -> DateValue.of(SystemVariables.now(scope));
          case Undefined nothing -> DateValue.of(SystemVariables.now(scope));
          case String text when text.isEmpty() -> DateValue.of(SystemVariables.now(scope));
          case Instant instant -> DateValue.of(instant);
          case String text -> DateValue.parse(text);
          case Number number -> new DateValue(number.doubleValue());
          default -> new DateValue(Double.NaN);
        };
    if (!date.valid()) {
      throw ScriptException.error(INVALID_INPUT);
    }
    return date.in(zone);
  }

  private @Nullable Object step(@Nullable Object value, Map<?, ?> step) {
    Map<?, ?> arguments = step.get("arguments") instanceof Map<?, ?> map ? map : Map.of();
    String function = Coercions.toText(step.get("function"));
    return switch (function) {
      case "add" -> shift(dated(value, function), arguments, 1);
      case "subtract" -> shift(dated(value, function), arguments, -1);
      case "diff" -> difference(dated(value, function), arguments);
      case "get" -> (double) read(dated(value, function), unit(arguments, "unit"));
      case "startOfTime" -> start(dated(value, function), unit(arguments, "unit"));
      case "endOfTime" -> end(dated(value, function), unit(arguments, "unit"));
      case "isLeapYear" -> dated(value, function).toLocalDate().isLeapYear();
      case "format" -> {
        if (!(argument(arguments, "format") instanceof String format)) {
          throw ScriptException.type(
              "[" + Coercions.toText(argument(arguments, "format")) + "] is not a string");
        }
        yield DateFormats.format(dated(value, function), format);
      }
      case "transDuration" -> converted(value, function, arguments);
      case "toTimestamp" -> {
        boolean seconds = seconds(arguments);
        double millis = dated(value, function).toInstant().toEpochMilli();
        yield seconds ? Math.floor(millis / MILLIS_OF_SECOND) : millis;
      }
      case "tsToDate" -> {
        boolean seconds = seconds(arguments);
        double number = counted(value, function);
        DateValue date = new DateValue(seconds ? number * MILLIS_OF_SECOND : number);
        if (!date.valid()) {
          throw ScriptException.range("Invalid time value");
        }
        yield date.in(zone);
      }
      case "changeTimezone" ->
          dated(value, function)
              .withZoneSameInstant(ZoneId.of(Coercions.toText(arguments.get("timezone"))));
      default -> throw ScriptException.type(function + " is not a function");
    };
  }

  private static ZonedDateTime dated(@Nullable Object value, String function) {
    if (value instanceof ZonedDateTime date) {
      return date;
    }
    throw ScriptException.type(function + " takes a date, found " + Coercions.toText(value));
  }

  private static double counted(@Nullable Object value, String function) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw ScriptException.type(function + " takes a number, found a date or text");
  }

  private static @Nullable Object argument(Map<?, ?> arguments, String name) {
    return arguments.containsKey(name) ? arguments.get(name) : Undefined.VALUE;
  }

  /**
   * Whether a timestamp counts seconds, as it does when nothing is said; otherwise milliseconds.
   */
  private static boolean seconds(Map<?, ?> arguments) {
    Object unit = argument(arguments, "unit");
    if (unit == Undefined.VALUE || "second".equals(unit)) {
      return true;
    }
    if ("millisecond".equals(unit)) {
      return false;
    }
    throw ScriptException.type(
        "[" + Coercions.toText(unit) + "] is not valid, only accept second or millisecond");
  }

  private static String unit(Map<?, ?> arguments, String name) {
    String unit = Coercions.toText(arguments.get(name));
    return switch (unit) {
      case "y", "years" -> "year";
      case "Q", "quarters" -> "quarter";
      case "M", "months" -> "month";
      case "w", "weeks" -> "week";
      case "isoWeeks" -> "isoWeek";
      case "d", "D", "days", "date" -> "day";
      case "h", "hours" -> "hour";
      case "m", "minutes" -> "minute";
      case "s", "seconds" -> "second";
      case "ms", "milliseconds" -> "millisecond";
      default -> unit;
    };
  }

  private static ScriptException unknown(String unit) {
    return ScriptException.error("unknown unit of time \"" + unit + "\"");
  }

  private static ZonedDateTime shift(ZonedDateTime date, Map<?, ?> arguments, int sign) {
    double number = sign * Coercions.toNumber(arguments.get("number"));
    double countMax = 1e12;
    if (!(Math.abs(number) <= countMax)) {
      throw ScriptException.range("cannot move a date by " + Coercions.toText(number));
    }
    String unit = unit(arguments, "unit");
    long whole = (long) number;
    return switch (unit) {
      case "year" -> date.plusYears(whole);
      case "quarter" -> date.plusMonths(whole * MONTHS_OF_QUARTER);
      case "month" -> date.plusMonths(whole);
      default -> {
        ZonedDateTime moved =
            whole == number && (unit.equals("day") || unit.equals("week"))
                ? date.plus(whole, unit.equals("day") ? ChronoUnit.DAYS : ChronoUnit.WEEKS)
                : date.plus((long) (number * millis(unit)), ChronoUnit.MILLIS);
        yield moved;
      }
    };
  }

  /** The length of a unit, months and years on average. */
  private static double millis(String unit) {
    double day = 86_400_000;
    double daysOfYear = 365;
    double daysOfMonth = daysOfYear / MONTHS_OF_YEAR;
    return switch (unit) {
      case "millisecond" -> 1;
      case "second" -> MILLIS_OF_SECOND;
      case "minute" -> 60_000;
      case "hour" -> 3_600_000;
      case "day" -> day;
      case "week", "isoWeek" -> 7 * day;
      case "month" -> daysOfMonth * day;
      case "quarter" -> MONTHS_OF_QUARTER * daysOfMonth * day;
      case "year" -> daysOfYear * day;
      default -> throw unknown(unit);
    };
  }

  private double difference(ZonedDateTime input, Map<?, ?> arguments) {
    Object other = arguments.get("date");
    DateValue date =
        other instanceof Instant instant
            ? DateValue.of(instant)
            : other instanceof Number number
                ? new DateValue(number.doubleValue())
                : DateValue.parse(Undefined.orNull(other) ? "" : Coercions.toText(other));
    if (!date.valid()) {
      throw ScriptException.error(
          "Diff date [" + Coercions.toText(argument(arguments, "date")) + "] is not a valid date");
    }
    String unit = unit(arguments, "unit");
    ZonedDateTime from = date.in(input.getZone());
    double difference =
        switch (unit) {
          case "year" -> months(from, input) / MONTHS_OF_YEAR;
          case "quarter" -> months(from, input) / MONTHS_OF_QUARTER;
          case "month" -> months(from, input);
          default ->
              (input.toInstant().toEpochMilli() - from.toInstant().toEpochMilli()) / millis(unit);
        };
    boolean absolute = Coercions.truthy(arguments.get("isAbs"));
    return rounded(absolute ? Math.abs(difference) : difference, arguments.get("round"));
  }

  /** Months between two dates, the rest as a part of the month it lies in. */
  private static double months(ZonedDateTime from, ZonedDateTime to) {
    if (to.isBefore(from)) {
      return -months(to, from);
    }
    long whole = ChronoUnit.MONTHS.between(from, to);
    ZonedDateTime start = from.plusMonths(whole);
    double rest = ChronoUnit.MILLIS.between(start, to);
    return whole + rest / ChronoUnit.MILLIS.between(start, from.plusMonths(whole + 1));
  }

  private static double rounded(double number, @Nullable Object round) {
    if (Undefined.orNull(round) || "".equals(round)) {
      return number;
    }
    int mode = (int) Coercions.toNumber(round);
    return mode < 0 ? Math.floor(number) : mode > 0 ? Math.ceil(number) : Numbers.round(number, 0);
  }

  private static double converted(@Nullable Object value, String function, Map<?, ?> arguments) {
    double before = length(arguments, "unitBefore");
    double after = length(arguments, "unitAfter");
    return rounded(counted(value, function) * before / after, arguments.get("round"));
  }

  /** How long the unit is that an argument names, in milliseconds. */
  private static double length(Map<?, ?> arguments, String name) {
    try {
      return millis(unit(arguments, name));
    } catch (ScriptException unknown) {
      throw ScriptException.type(
          "[" + Coercions.toText(argument(arguments, name)) + "] is not a unit string");
    }
  }

  private static int read(ZonedDateTime date, String unit) {
    return switch (unit) {
      case "year" -> date.getYear();
      case "quarter" -> date.get(IsoFields.QUARTER_OF_YEAR);
      case "month" -> date.getMonthValue();
      case "week" -> date.getDayOfWeek().getValue() % DayOfWeek.values().length;
      case "isoWeek" -> date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case "day" -> date.getDayOfMonth();
      case "hour" -> date.getHour();
      case "minute" -> date.getMinute();
      case "second" -> date.getSecond();
      // A unit that is none is read as the smallest one.
      default -> date.get(java.time.temporal.ChronoField.MILLI_OF_SECOND);
    };
  }

  private static ZonedDateTime start(ZonedDateTime date, String unit) {
    ZonedDateTime day = date.toLocalDate().atStartOfDay(date.getZone());
    return switch (unit) {
      case "year" -> day.withDayOfYear(1);
      case "quarter" ->
          day.withDayOfMonth(1)
              .withMonth((date.get(IsoFields.QUARTER_OF_YEAR) - 1) * MONTHS_OF_QUARTER + 1);
      case "month" -> day.withDayOfMonth(1);
      case "week", "isoWeek" -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case "day" -> day;
      case "hour" -> date.truncatedTo(ChronoUnit.HOURS);
      case "minute" -> date.truncatedTo(ChronoUnit.MINUTES);
      case "second" -> date.truncatedTo(ChronoUnit.SECONDS);
      case "millisecond" -> date;
      default -> throw unknown(unit);
    };
  }

  private static ZonedDateTime end(ZonedDateTime date, String unit) {
    ZonedDateTime start = start(date, unit);
    ZonedDateTime next =
        switch (unit) {
          case "year" -> start.plusYears(1);
          case "quarter" -> start.plusMonths(MONTHS_OF_QUARTER);
          case "month" -> start.plusMonths(1);
          case "week", "isoWeek" -> start.plusWeeks(1);
          case "day" -> start.plusDays(1);
          case "hour" -> start.plusHours(1);
          case "minute" -> start.plusMinutes(1);
          case "second" -> start.plusSeconds(1);
          default -> start.plus(1, ChronoUnit.MILLIS);
        };
    return next.minus(1, ChronoUnit.MILLIS);
  }
}
