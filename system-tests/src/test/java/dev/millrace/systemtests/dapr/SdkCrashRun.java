package dev.millrace.systemtests.dapr;

import dev.millrace.systemtests.CrashOptions;
import dev.millrace.systemtests.CrashServers;
import dev.millrace.systemtests.TestServer;
import java.io.IOException;
import java.nio.file.Files;
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
  private static final int KEPT = 0;
  private static final int BROKEN = 1;
  private static final int NOT_RUN = 2;
  private static final List<Sdk> SDKS = List.of(Sdk.GO, Sdk.PYTHON);

  private SdkCrashRun() {}

  /** Runs; the system property millrace.lib names the server. */
  public static void main(String[] arguments) throws IOException {
    CrashOptions options;
    try {
      options = CrashOptions.of(DEFAULT_KILLS, arguments);
      SDKS.forEach(Sdk::install);
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(NOT_RUN);
      return;
    } catch (TestAbortedException | AssertionError e) {
      System.err.println("cannot run: " + e.getMessage());
      System.exit(NOT_RUN);
      return;
    }
    System.exit(run(options));
  }

  private static int run(CrashOptions options) throws IOException {
    System.out.printf(
        "%d kills, %d chains, seed %d%n",
        options.cycles(), options.cycles() * CHAINS_PER_KILL, options.seed());
    Path scratch = Files.createTempDirectory("millrace-crash-sdk-");
    try {
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
