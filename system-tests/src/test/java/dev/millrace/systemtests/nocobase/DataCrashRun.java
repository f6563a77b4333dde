package dev.millrace.systemtests.nocobase;

import dev.millrace.systemtests.CrashOptions;
import dev.millrace.systemtests.CrashServers;
import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The crash run over data triggers as a program: records start workflows that write records, while
 * the server is killed again and again. Exit code 0 when every record has exactly the executions it
 * started and they wrote exactly their records, 1 when not, 2 when it could not run.
 */
public final class DataCrashRun {

  private static final String USAGE = "usage: DataCrashRun [KILLS] [--seed S]";
  private static final int DEFAULT_KILLS = 50;
  private static final int KEPT = 0;
  private static final int BROKEN = 1;
  private static final int NOT_RUN = 2;

  private DataCrashRun() {}

  /** Runs; the system property millrace.lib names the server. */
  public static void main(String[] arguments) throws IOException {
    CrashOptions options;
    try {
      options = CrashOptions.of(DEFAULT_KILLS, arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(NOT_RUN);
      return;
    }
    System.exit(run(options));
  }

  private static int run(CrashOptions options) throws IOException {
    System.out.printf("%d kills, seed %d%n", options.cycles(), options.seed());
    Path scratch = Files.createTempDirectory("millrace-crash-data-");
    try {
      DataCrashCampaign campaign = new DataCrashCampaign(options.cycles(), options.seed());
      List<String> findings = campaign.run(CrashServers.quickStart(scratch), scratch);
      System.out.print(campaign.table());
      findings.forEach(finding -> System.out.println("BROKEN: " + finding));
      System.out.println(
          findings.isEmpty()
              ? "All promises were kept."
              : findings.size() + " broken promises; run again with --seed " + options.seed());
      return findings.isEmpty() ? KEPT : BROKEN;
    } catch (RuntimeException | AssertionError e) {
      System.err.println("the run could not be finished, seed " + options.seed());
      e.printStackTrace();
      return NOT_RUN;
    } finally {
      TestServer.deleteDirectory(scratch);
    }
  }
}
