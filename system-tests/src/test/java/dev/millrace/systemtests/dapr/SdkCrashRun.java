package dev.millrace.systemtests.dapr;

import dev.millrace.systemtests.CrashOptions;
import dev.millrace.systemtests.CrashProgram;
import dev.millrace.systemtests.CrashServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * The crash run over SDK workers as a program: chains run on workers of the Go and then of the
 * Python SDK, while the server and the workers are killed again and again. Exit code 0 when every
 * chain ended with the exact result and every activity ran, 1 when not, 2 when it could not run.
 */
public final class SdkCrashRun {

  private static final String USAGE = "usage: SdkCrashRun [KILLS] [--seed S]";
  private static final int DEFAULT_KILLS = 50;
  private static final int CHAINS_PER_KILL = 4;
  private static final List<Sdk> SDKS = List.of(Sdk.GO, Sdk.PYTHON);

  private SdkCrashRun() {}

  /** Runs; the system property millrace.lib names the server. */
  public static void main(String[] arguments) throws IOException {
    CrashOptions options;
    try {
      options = CrashOptions.of(DEFAULT_KILLS, arguments);
      SDKS.forEach(Sdk::install);
    } catch (IllegalArgumentException
        | IllegalStateException
        | TestAbortedException
        | AssertionError e) {
      CrashProgram.refuse("cannot run: " + e.getMessage(), USAGE);
      return;
    }
    System.out.printf(
        "%d kills, %d chains, seed %d%n",
        options.cycles(), options.cycles() * CHAINS_PER_KILL, options.seed());
    CrashProgram.run(options, scratch -> campaigns(options, scratch));
  }

  private static List<String> campaigns(CrashOptions options, Path scratch) throws IOException {
    List<String> findings = new ArrayList<>();
    List<String> javaOptions = CrashServers.quickStart(scratch);
    int done = 0;
    for (Sdk sdk : SDKS) {
      int kills = (options.cycles() - done) / (SDKS.size() - SDKS.indexOf(sdk));
      done += kills;
      SdkCrashCampaign campaign =
          new SdkCrashCampaign(
              sdk, kills, kills * CHAINS_PER_KILL, options.seed() + SDKS.indexOf(sdk));
      findings.addAll(campaign.run(javaOptions, scratch));
      System.out.print(campaign.table());
    }
    return findings;
  }
}
