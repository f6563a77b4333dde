package dev.millrace.format.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.format.nocobase.node.JobStatus;
import dev.millrace.format.nocobase.pure.ConfigChecks;
import dev.millrace.format.nocobase.pure.Languages;
import dev.millrace.format.nocobase.pure.NodeTests;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The messages observed when nodes are saved, and test runs of single nodes. */
class ConfigChecksTest {
  private static final Instant NOW = Instant.parse("2026-11-21T09:45:55Z");

  private final NodeTests tests = new NodeTests(new Languages());

  @Test
  void shouldRefuseInTheWordsObserved() {
    assertThat(ConfigChecks.check("condition", Map.of()))
        .containsExactly("\"rejectOnFalse\" is required");
    assertThat(ConfigChecks.check("condition", Map.of("rejectOnFalse", "x")))
        .containsExactly("\"rejectOnFalse\" must be a boolean");
    assertThat(ConfigChecks.check("condition", Map.of("rejectOnFalse", true, "expression", "")))
        .containsExactly("\"expression\" is not allowed to be empty");
    assertThat(ConfigChecks.check("loop", Map.of("exit", 7L)))
        .containsExactly("\"exit\" must be one of [0, 1, 2]");
    assertThat(ConfigChecks.check("delay", Map.of("duration", 0L, "unit", 5L, "endStatus", 0L)))
        .containsExactly(
            "\"duration\" must be greater than or equal to 1",
            "\"unit\" must be one of [1000, 60000, 3600000, 86400000, 604800000]",
            "\"endStatus\" must be one of [1, -1]");
    assertThat(ConfigChecks.check("end", Map.of("endStatus", 2L)))
        .containsExactly("\"endStatus\" must be one of [1, -1]");
    assertThat(ConfigChecks.check("parallel", Map.of("mode", "some")))
        .containsExactly("\"mode\" must be one of [all, any, race, allSettled]");
    assertThat(
            ConfigChecks.check(
                "multi-conditions", Map.of("conditions", List.of(Map.of("expression", "")))))
        .containsExactly("\"conditions[0].expression\" is not allowed to be empty");
  }

  @Test
  void shouldAcceptTheRest() {
    assertThat(ConfigChecks.check("delay", Map.of("duration", "5", "other", 1L))).isEmpty();
    assertThat(ConfigChecks.check("loop", Map.of("condition", false))).isEmpty();
    assertThat(ConfigChecks.check("variable", Collections.singletonMap("target", null))).isEmpty();
    assertThat(ConfigChecks.check("calculation", Map.of("expression", ""))).isEmpty();
    assertThat(ConfigChecks.check("nosuch", Map.of("a", 1L))).isEmpty();
  }

  @Test
  void shouldTrySingleNodes() {
    assertThat(tests.test("calculation", Map.of("expression", "1+1"), NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.status()).isEqualTo(JobStatus.RESOLVED);
          assertThat(job.result()).isEqualTo(2L);
        });
    assertThat(tests.test("calculation", Map.of("expression", "1+"), NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.status()).isEqualTo(JobStatus.ERROR);
          assertThat(job.result()).isEqualTo("SyntaxError: Unexpected end of expression (char 3)");
        });
    assertThat(
            tests.test(
                "condition",
                Map.of("rejectOnFalse", true, "engine", "math.js", "expression", "1 > 2"),
                NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.status()).isEqualTo(JobStatus.RESOLVED);
          assertThat(job.result()).isEqualTo(false);
        });
    assertThat(tests.test("json-query", Map.of("source", Map.of("a", 1L), "expression", "a["), NOW))
        .hasValueSatisfying(job -> {
          assertThat(job.result()).isNull();
          assertThat(job.log()).startsWith("name: ParserError\nmessage: ");
        });
    assertThat(tests.test("dateCalculation", Map.of("steps", List.of()), NOW))
        .hasValueSatisfying(job -> assertThat(job.result()).isEqualTo("2026-11-21T09:45:55.000Z"));
    assertThat(tests.test("output", Map.of(), NOW)).isEmpty();
  }
}
