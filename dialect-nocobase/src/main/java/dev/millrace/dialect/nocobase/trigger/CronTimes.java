package dev.millrace.dialect.nocobase.trigger;

import com.cronutils.model.Cron;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/** Times of a cron expression: five fields, or six with seconds first; 7 is Sunday too. */
final class CronTimes {
  private static final int WITH_SECONDS = 6;
  private static final CronParser MINUTES = new CronParser(definition(false));
  private static final CronParser SECONDS = new CronParser(definition(true));

  private final ExecutionTime times;
  private final ZoneId zone;

  private CronTimes(Cron cron, ZoneId zone) {
    this.times = ExecutionTime.forCron(cron);
    this.zone = zone;
  }

  private static CronDefinition definition(boolean seconds) {
    CronDefinitionBuilder builder = CronDefinitionBuilder.defineCron();
    if (seconds) {
      builder.withSeconds().and();
    }
    builder.withMinutes().and();
    builder.withHours().and();
    builder.withDayOfMonth().supportsL().supportsQuestionMark().and();
    builder.withMonth().and();
    builder
        .withDayOfWeek()
        .withValidRange(0, 7)
        .withMondayDoWValue(1)
        .withIntMapping(7, 0)
        .supportsHash()
        .supportsL()
        .supportsQuestionMark()
        .and();
    return builder.instance();
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException when it is none
   */
  static CronTimes of(String expression, ZoneId zone) {
    String text = expression.strip();
    boolean seconds = text.split("\\s+").length == WITH_SECONDS;
    return new CronTimes((seconds ? SECONDS : MINUTES).parse(text), zone);
  }

  static boolean isValid(String expression) {
    try {
      of(expression, ZoneId.of("UTC"));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The first time after another one, which is a whole second. */
  Optional<Instant> after(Instant time) {
    return times.nextExecution(time.atZone(zone)).map(next -> next.toInstant());
  }
}
