package dev.millrace.systemtests.dapr;

/** Programs with the Python SDK of Dapr 1.19. */
final class PythonSdkCases extends RecentSdkScenarios {

  PythonSdkCases() {
    super(Sdk.PYTHON);
  }
}
