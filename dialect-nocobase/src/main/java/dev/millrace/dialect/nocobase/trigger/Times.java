package dev.millrace.dialect.nocobase.trigger;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Times as the API writes them: UTC with milliseconds. */
public final class Times {
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Times() {}

  /** As text. */
  public static String text(Instant time) {
    return TEXT.format(time);
  }

  /** From what a configuration or a record holds; null for anything that is no time. */
  static @Nullable Instant read(@Nullable Object value, ZoneId zone) {
    return switch (value) {
      case Number millis -> Instant.ofEpochMilli(millis.longValue());
      case String text -> parse(text.strip(), zone);
      case null, default -> null;
    };
  }

  private static @Nullable Instant parse(String text, ZoneId zone) {
    try {
      if (text.length() == 10) {
        return LocalDate.parse(text).atStartOfDay(zone).toInstant();
      }
      String iso = text.replace(' ', 'T');
      boolean offset = iso.endsWith("Z") || iso.matches(".*[+-][0-9]{2}:?[0-9]{2}");
      return offset
          ? OffsetDateTime.parse(iso).toInstant()
          : LocalDateTime.parse(iso).atZone(zone).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The whole second a time lies in. */
  static Instant second(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
