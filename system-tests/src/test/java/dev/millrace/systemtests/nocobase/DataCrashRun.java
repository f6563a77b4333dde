package dev.millrace.systemtests.nocobase;

import dev.millrace.systemtests.CrashOptions;
import dev.millrace.systemtests.CrashProgram;
import dev.millrace.systemtests.CrashServers;
import java.io.IOException;
import java.util.List;

/**
 * The crash run over data triggers as a program: records start workflows that write records, while
 * the server is killed again and again. Exit code 0 when every record has exactly the executions it
 * started and they wrote exactly their records, 1 when not, 2 when it could not run.
 */
public final class DataCrashRun {

  private static final String USAGE = "usage: DataCrashRun [KILLS] [--seed S]";
  private static final int DEFAULT_KILLS = 50;

  private DataCrashRun() {}

  /** Runs; the system property millrace.lib names the server. */
  public static void main(String[] arguments) throws IOException {
    CrashOptions options;
    try {
      options = CrashOptions.of(DEFAULT_KILLS, arguments);
    } catch (IllegalArgumentException e) {
      CrashProgram.refuse("cannot run: " + e.getMessage(), USAGE);
      return;
    }
    System.out.printf("%d kills, seed %d%n", options.cycles(), options.seed());
    CrashProgram.run(
        options,
        scratch -> {
          DataCrashCampaign campaign = new DataCrashCampaign(options.cycles(), options.seed());
          List<String> findings = campaign.run(CrashServers.quickStart(scratch), scratch);
          System.out.print(campaign.table());
          return findings;
        });
  }
}
