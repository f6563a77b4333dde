package dev.millrace.systemtests.nocobase;

import dev.millrace.systemtests.dapr.Sdk;

/** Version 2.2 of NocoBase's SDK. */
final class RecentSdkCases extends SdkScenarios {
  RecentSdkCases() {
    super(Sdk.NOCOBASE);
  }
}
