package dev.millrace.activities.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.runtime.activity.ActivityException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParametersTest {

  private static final Duration FALLBACK = Duration.ofSeconds(30);
  private static final Duration MOST = Duration.ofMinutes(10);

  @Test
  void shouldReadSecondsWhereZeroSetsNoLimitOfItsOwn() throws ActivityException {
    assertThat(seconds(Map.of())).isEqualTo(FALLBACK);
    assertThat(seconds(Map.of("timeout", new BigDecimal("0.2")))).isEqualTo(Duration.ofMillis(200));
    assertThat(seconds(Map.of("timeout", 0L))).isEqualTo(MOST);
    assertThat(seconds(Map.of("timeout", 100_000L))).isEqualTo(MOST);
    assertThatThrownBy(() -> seconds(Map.of("timeout", -1L)))
        .hasMessageContaining("zero for no limit, found -1");
  }

  private static Duration seconds(Map<String, Object> values) throws ActivityException {
    return new Parameters("test", Map.copyOf(values)).seconds("timeout", FALLBACK, MOST);
  }
}
