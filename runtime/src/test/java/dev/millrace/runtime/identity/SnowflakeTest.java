package dev.millrace.runtime.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SnowflakeTest {

  @Test
  void shouldMatchTheIdentifierOfTheProcessApi() {
    Instant then = Instant.parse("2022-06-28T16:07:40.105Z");
    assertThat(new Snowflake(() -> then, 378).nextText()).isEqualTo("1541815603606036480");
  }

  @Test
  void shouldRiseWhenTheClockStepsBackOrTheSequenceIsUsedUp() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    Snowflake snowflake = new Snowflake(now::get, 1);
    long last = snowflake.next();
    for (int i = 0; i < 10_000; i++) {
      if (i == 5_000) {
        now.set(now.get().minusSeconds(60));
      }
      long next = snowflake.next();
      assertThat(next).isGreaterThan(last);
      last = next;
    }
  }

  @Test
  void shouldRefuseAWorkerThatDoesNotFit() {
    assertThatThrownBy(() -> new Snowflake(Instant::now, 1024))
        .hasMessageContaining("expected a worker number from 0 to 1023, found 1024");
  }
}
