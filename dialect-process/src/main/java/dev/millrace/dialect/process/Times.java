package dev.millrace.dialect.process;

import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times as the process API writes and reads them: epoch milliseconds, or text in one zone. */
final class Times {
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final ZoneId zone;

  Times(ZoneId zone) {
    this.zone = zone;
  }

  /** {@code 2023-12-01 10:00:00} in the server's zone. */
  String text(Instant at) {
    return TEXT.format(at.atZone(zone));
  }

  /** Epoch milliseconds; null stays null. */
  static @Nullable Long millis(@Nullable Instant at) {
    return at == null ? null : at.toEpochMilli();
  }

  /**
   * A query parameter that is a time: epoch milliseconds, ISO 8601 with an offset, or the text form
   * in the server's zone.
   *
   * @return null when it was not sent
   */
  @Nullable Instant parameter(Request request, String name) {
    String text = request.query(name);
    return text == null || text.isEmpty() ? null : parse(name, text);
  }

  Instant parse(String name, String text) {
    try {
      if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Instant.ofEpochMilli(Long.parseLong(text));
      }
      if (text.indexOf('T') > 0) {
        return OffsetDateTime.parse(text).toInstant();
      }
      return LocalDateTime.parse(text, TEXT).atZone(zone).toInstant();
    } catch (DateTimeException | NumberFormatException e) {
      throw Problem.badRequest(
          "invalid_input",
          "expected %s as epoch milliseconds, ISO 8601 with offset or yyyy-MM-dd HH:mm:ss, found %s"
              .formatted(name, Parameters.shown(text)));
    }
  }
}
