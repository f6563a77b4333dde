package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.transport.Problem;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StartRatesTest {
  private final AtomicLong nanos = new AtomicLong(-5);
  private final StartRates rates = new StartRates(nanos::get);

  private int started(String process, double perSecond) {
    int started = 0;
    try {
      while (started < 1_000) {
        rates.take(process, perSecond);
        started++;
      }
    } catch (Problem refused) {
      assertThat(refused.status()).isEqualTo(429);
    }
    return started;
  }

  @Test
  void shouldLetSoManyStartEachSecond() {
    assertThat(started("a", 10)).isEqualTo(10);
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(500));
    assertThat(started("a", 10)).isEqualTo(5);
    nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
    assertThat(started("a", 10)).isEqualTo(10);
  }

  @Test
  void shouldCountEachProcessByItself() {
    assertThat(started("a", 3)).isEqualTo(3);
    assertThat(started("b", 3)).isEqualTo(3);
  }

  @Test
  void shouldNotBoundWithoutALimit() {
    assertThat(started("a", 0)).isEqualTo(1_000);
  }

  @Test
  void shouldSayWhenTheNextCanStart() {
    rates.take("a", 0.1);
    assertThatThrownBy(() -> rates.take("a", 0.1))
        .isInstanceOfSatisfying(
            Problem.class,
            refused -> assertThat(refused.headers()).containsEntry("Retry-After", "10"));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
    rates.take("a", 0.1);
  }
}
