package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulator that finds nothing proves nothing: known bugs must be found, and soon. */
class CanaryTest {

  private static final int SEEDS = 80;

  @ParameterizedTest
  @EnumSource(Canary.class)
  void shouldFind(Canary canary) {
    List<String> found = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
      String breach = breach(canary, seed);
      if (breach != null) {
        found.add(breach);
      }
    }
    assertThat(found).as("what %d seeds say about %s", SEEDS, canary).isNotEmpty();
  }

  private static @Nullable String breach(Canary canary, long seed) {
    try {
      SimulationResult unused = Simulation.run(seed, canary.subject(), _ -> {});
      return unused.log().isEmpty() ? "" : null;
    } catch (SimulationFailure failure) {
      return failure.breach();
    }
  }
}
