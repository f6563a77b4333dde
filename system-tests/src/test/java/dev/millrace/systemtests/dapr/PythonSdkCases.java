package dev.millrace.systemtests.dapr;

import org.junit.jupiter.api.Test;

/** Programs with the Python SDK of Dapr 1.19. */
final class PythonSdkCases extends RecentSdkScenarios {

  PythonSdkCases() {
    super(Sdk.PYTHON);
  }

  @Test
  void case16ShouldTakeALargeResultOfAnActivity() {
    assertCompleted(play("bulk"), 5 << 20);
  }
}
