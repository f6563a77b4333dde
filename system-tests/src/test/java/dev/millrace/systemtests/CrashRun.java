package dev.millrace.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The crash run as a program: kills a loaded server again and again and looks for broken promises.
 * Exit code 0 when all promises were kept, 1 when some were broken, 2 when it could not run.
 */
public final class CrashRun {

  private static final int KEPT = 0;
  private static final int BROKEN = 1;
  private static final int NOT_RUN = 2;

  private CrashRun() {}

  /** Runs with {@link CrashOptions#USAGE}; the system property millrace.lib names the server. */
  public static void main(String[] arguments) throws IOException {
    CrashOptions options;
    try {
      options = CrashOptions.of(arguments);
      TestServer.lib();
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage() + "\n" + CrashOptions.USAGE);
      System.exit(NOT_RUN);
      return;
    }
    System.exit(run(options));
  }

  private static int run(CrashOptions options) throws IOException {
    System.out.printf("%d cycles, seed %d%n", options.cycles(), options.seed());
    Path scratch = Files.createTempDirectory("millrace-crash-");
    try {
      CrashCampaign campaign = new CrashCampaign(options, System.out);
      List<String> findings = campaign.run(CrashServers.quickStart(scratch));
      System.out.print(campaign.table());
      findings.forEach(finding -> System.out.println("BROKEN: " + finding));
      System.out.println(
          findings.isEmpty()
              ? "All promises were kept."
              : findings.size() + " broken promises; run again with --seed " + options.seed());
      return findings.isEmpty() ? KEPT : BROKEN;
    } catch (RuntimeException e) {
      System.err.println("the run could not be finished, seed " + options.seed());
      e.printStackTrace();
      return NOT_RUN;
    } finally {
      TestServer.deleteDirectory(scratch);
    }
  }
}
