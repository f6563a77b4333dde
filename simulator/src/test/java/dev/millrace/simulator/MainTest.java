package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Subject subject, String... arguments) {
    try (PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errorsTo = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      return new Main(() -> 42, subject, to, errorsTo).run(List.of(arguments));
    }
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldRunNamedSeeds() {
    assertThat(run(Subject.AS_IS, "1", "2")).isZero();
    assertThat(printed())
        .contains("seed 1: ", "seed 2: ", "committed events:", "2 seeds, 0 broke a law");
  }

  @Test
  void shouldDrawAsManyFreshSeedsAsAskedFor() {
    assertThat(run(Subject.AS_IS, "--seeds", "1")).isZero();
    assertThat(printed()).contains("seed 42: ", "1 seeds, 0 broke a law");
  }

  @Test
  void shouldPrintTheLineThatRunsAFailingSeedAgain() {
    long seed = Canary.STORE_FORGETS_TIMERS.seed();
    assertThat(run(Canary.STORE_FORGETS_TIMERS.subject(), Long.toString(seed))).isEqualTo(1);
    assertThat(printed()).contains("./x sim " + seed, "1 seeds, 1 broke a law");
  }

  @Test
  void shouldRefuseWhatIsNoSeed() {
    assertThat(run(Subject.AS_IS, "one")).isEqualTo(2);
    assertThat(run(Subject.AS_IS, "--seeds")).isEqualTo(2);
    assertThat(run(Subject.AS_IS, "--seeds", "-1")).isEqualTo(2);
    assertThat(run(Subject.AS_IS, "--seeds", "99999999999")).isEqualTo(2);
    assertThat(complained()).contains("expected a whole number, found one", "usage: ./x sim");
    assertThat(printed()).isEmpty();
  }

  @Test
  void shouldExplainItself() {
    assertThat(run(Subject.AS_IS, "--help")).isZero();
    assertThat(printed()).startsWith("usage: ./x sim");
  }
}
