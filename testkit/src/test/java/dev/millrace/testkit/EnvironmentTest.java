package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Variables and secrets from outside an instance. */
class EnvironmentTest {

  private static String variable(String id, String operation, String more) {
    return task(
        id,
        "variable",
        "'scope':{'value':'env'},'operation':{'value':'%s'},'key':{'value':'n'},'value':{'value':5}"
            .formatted(operation),
        more);
  }

  @Test
  void shouldSeeWhatItWroteItselfAtOnce() {
    EngineHarness instance =
        tasks(
                variable("A", "write", to("B"))
                    + ","
                    + variable("B", "increment", to("C"))
                    + ","
                    + variable("C", "increment", to("D"))
                    + ","
                    + task("D", "transform", "'expression':{'value':'$env.n'}", to("E"))
                    + ","
                    + variable("E", "delete", to("F"))
                    + ","
                    + variable("F", "read", ""))
            .start(null)
            .settle();
    assertThat(instance.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(instance.output("D")).isEqualTo(15L);
    assertThat(instance.output("F")).isNull();
  }

  @Test
  void shouldHandASecretOutsideAndStoreItNowhere() {
    EngineHarness instance =
        tasks(
                task(
                    "A",
                    "http",
                    "'url':{'value':'http://h/'},'headers':{'value':{'k':'{{secret.key}}'}}",
                    ""))
            .secret("key", "hush")
            .start(null);
    assertThat(instance.inFlight().getFirst().parameters().get("headers"))
        .isEqualTo(Map.of("k", "hush"));
    assertThat(instance.history().toString()).doesNotContain("hush");
  }

  @Test
  void shouldFailWhereASecretIsMissing() {
    EngineHarness instance =
        tasks(task("A", "http", "'url':{'value':'http://h/{{secret.nope}}'}", ""))
            .start(null)
            .settle();
    assertThat(instance.inFlight()).isEmpty();
    assertThat(instance.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(String.valueOf(instance.state().life().failure()))
        .contains("there is no secret nope");
  }
}
