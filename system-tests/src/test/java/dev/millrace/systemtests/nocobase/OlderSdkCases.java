package dev.millrace.systemtests.nocobase;

import dev.millrace.systemtests.dapr.Sdk;

/** Version 1.9 of NocoBase's SDK. */
final class OlderSdkCases extends SdkScenarios {
  OlderSdkCases() {
    super(Sdk.NOCOBASE_1_9);
  }
}
