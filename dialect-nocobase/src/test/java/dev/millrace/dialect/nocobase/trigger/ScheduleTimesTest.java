package dev.millrace.dialect.nocobase.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScheduleTimesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static @Nullable Instant next(
      @Nullable Object repeat, @Nullable String end, String from) {
    Map<String, @Nullable Object> config = new HashMap<>();
    config.put("startsOn", START.toString());
    config.put("endsOn", end);
    config.put("repeat", repeat);
    return ScheduleTimes.fixed(config, ZoneOffset.UTC).next(Instant.parse(from));
  }

  @Test
  void case52ShouldFireOnceAtTheStartAndNeverLate() {
    assertThat(next(null, null, "2025-12-31T23:00:00Z")).isEqualTo(START);
    assertThat(next(null, null, "2026-01-01T00:00:00Z")).isEqualTo(START);
    assertThat(next(null, null, "2026-01-01T00:00:00.001Z")).isNull();
    assertThat(ScheduleTimes.fixed(Map.of(), ZoneOffset.UTC).next(START)).isNull();
  }

  @Test
  void shouldFireEverySecondAndNotEveryOther() {
    Instant at = Instant.parse("2026-01-01T00:00:05Z");
    for (Object repeat : new Object[] {"* * * * * *", 1_000L}) {
      for (int i = 0; i < 5; i++) {
        assertThat(next(repeat, null, at.plusSeconds(i).plusMillis(1).toString()))
            .isEqualTo(at.plusSeconds(i + 1));
      }
    }
  }

  @Test
  void shouldFireAtCronTimesOnlyFromTheStartOn() {
    assertThat(next("0 30 * * * *", null, "2025-12-31T00:00:00Z"))
        .isEqualTo(Instant.parse("2026-01-01T00:30:00Z"));
    assertThat(next("*/5 * * * *", null, "2026-01-01T10:01:00Z"))
        .isEqualTo(Instant.parse("2026-01-01T10:05:00Z"));
    assertThat(next("0 0 9 * * 1", null, "2026-01-01T00:00:00Z"))
        .isEqualTo(Instant.parse("2026-01-05T09:00:00Z"));
    assertThat(next("0 0 9 * * 7", null, "2026-01-01T00:00:00Z"))
        .isEqualTo(Instant.parse("2026-01-04T09:00:00Z"));
    assertThat(next("no cron", null, "2026-01-01T00:00:00Z")).isNull();
  }

  @Test
  void shouldAlignIntervalsToTheStartAndEnd() {
    assertThat(next(7_000L, null, "2026-01-01T00:00:08Z"))
        .isEqualTo(Instant.parse("2026-01-01T00:00:14Z"));
    assertThat(next(7_000L, "2026-01-01T00:00:10Z", "2026-01-01T00:00:08Z")).isNull();
    assertThat(next(7_000L, "2026-01-01T00:00:14Z", "2026-01-01T00:00:08Z")).isNotNull();
  }

  @Test
  void case53ShouldCountFromFieldsOfRecords() {
    Map<String, @Nullable Object> config =
        Map.of(
            "startsOn",
            Map.of("field", "due", "offset", -1, "unit", 3_600_000),
            "endsOn",
            Map.of());
    Map<String, @Nullable Object> record = Map.of("due", "2026-01-02T00:00:00.750Z");
    assertThat(ScheduleTimes.of(config, record, ZoneOffset.UTC).next(START))
        .isEqualTo(Instant.parse("2026-01-01T23:00:00Z"));
    assertThat(ScheduleTimes.of(config, Map.of(), ZoneOffset.UTC).next(START)).isNull();
  }

  @Test
  void shouldReadCronInItsZone() {
    Map<String, @Nullable Object> config = Map.of("startsOn", "2026-01-01", "repeat", "0 9 * * *");
    assertThat(ScheduleTimes.fixed(config, ZoneId.of("Asia/Shanghai")).next(START))
        .isEqualTo(Instant.parse("2026-01-01T01:00:00Z"));
  }
}
