package dev.millrace.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of the crash run. */
final class CrashOptionsCases {

  @Test
  void shouldReadCyclesAndSeed() {
    assertThat(CrashOptions.of("7", "--seed", "42")).isEqualTo(new CrashOptions(7, 42));
    assertThat(CrashOptions.of("--seed", "-1")).isEqualTo(new CrashOptions(200, -1));
    assertThat(CrashOptions.of().cycles()).isEqualTo(200);
    assertThat(CrashOptions.of(50, "--seed", "3")).isEqualTo(new CrashOptions(50, 3));
  }

  @ParameterizedTest
  @CsvSource({"0", "x", "--seed", "--seed x", "100001", "--cycles 5"})
  void shouldRefuse(String line) {
    assertThatThrownBy(() -> CrashOptions.of(line.split(" ")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected a");
  }
}
