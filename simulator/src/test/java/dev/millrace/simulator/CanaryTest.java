package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulator that finds nothing proves nothing: known bugs must be found, and soon. */
class CanaryTest {

  @ParameterizedTest
  @EnumSource(Canary.class)
  void shouldFind(Canary canary) {
    assertThat(canary.seed()).isPositive();
  }
}
