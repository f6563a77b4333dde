package dev.millrace.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodsTest {

  @Test
  void shouldAddTheParts() {
    assertThat(Periods.parse("30d")).isEqualTo(Duration.ofDays(30));
    assertThat(Periods.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Periods.parse("1m1ms")).isEqualTo(Duration.ofMillis(60_001));
    assertThat(Periods.parse("0s")).isEqualTo(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "d", "30 d", "30d!", "-1d", "1.5h", "30D", "1234567890s"})
  void shouldTakeNothingElse(String text) {
    assertThat(Periods.parse(text)).isNull();
  }
}
