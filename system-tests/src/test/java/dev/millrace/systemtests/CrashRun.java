package dev.millrace.systemtests;

import java.io.IOException;
import java.util.List;

/**
 * The crash run as a program: kills a loaded server again and again and looks for broken promises.
 * Exit code 0 when all promises were kept, 1 when some were broken, 2 when it could not run.
 */
public final class CrashRun {

  private CrashRun() {}

  /** Runs with {@link CrashOptions#USAGE}; the system property millrace.lib names the server. */
  public static void main(String[] arguments) throws IOException {
    CrashOptions options;
    try {
      options = CrashOptions.of(arguments);
      TestServer.lib();
    } catch (IllegalArgumentException | IllegalStateException e) {
      CrashProgram.refuse("cannot run: " + e.getMessage(), CrashOptions.USAGE);
      return;
    }
    System.out.printf("%d cycles, seed %d%n", options.cycles(), options.seed());
    CrashProgram.run(
        options,
        scratch -> {
          CrashCampaign campaign = new CrashCampaign(options, System.out);
          List<String> findings = campaign.run(CrashServers.quickStart(scratch));
          System.out.print(campaign.table());
          return findings;
        });
  }
}
