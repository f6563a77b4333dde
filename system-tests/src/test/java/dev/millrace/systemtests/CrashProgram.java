package dev.millrace.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the crash runs say alike as programs: exit codes, findings and the seed that repeats them.
 */
public final class CrashProgram {

  /** The exit code of a run that could not be made, as for arguments that are none. */
  public static final int NOT_RUN = 2;

  private static final int KEPT = 0;
  private static final int BROKEN = 1;

  private CrashProgram() {}

  /** One or several campaigns in a scratch directory, which print what they did. */
  @FunctionalInterface
  public interface Campaigns {

    /** Returns the promises that were broken, a line each. */
    List<String> run(Path scratch) throws IOException;
  }

  /** Says why the run cannot be made, and ends this process. */
  public static void refuse(String message, String usage) {
    System.err.println(message + "\n" + usage);
    System.exit(NOT_RUN);
  }

  /**
   * Runs, prints what was found and ends this process: with 0 when all promises were kept, 1 when
   * some were broken, 2 when it could not run to its end.
   */
  public static void run(CrashOptions options, Campaigns campaigns) throws IOException {
    Path scratch = Files.createTempDirectory("millrace-crash-");
    int code;
    try {
      List<String> findings = campaigns.run(scratch);
      findings.forEach(finding -> System.out.println("BROKEN: " + finding));
      System.out.println(
          findings.isEmpty()
              ? "All promises were kept."
              : findings.size() + " broken promises; run again with --seed " + options.seed());
      code = findings.isEmpty() ? KEPT : BROKEN;
    } catch (RuntimeException | AssertionError e) {
      System.err.println("the run could not be finished, seed " + options.seed());
      e.printStackTrace();
      code = NOT_RUN;
    } finally {
      TestServer.deleteDirectory(scratch);
    }
    System.exit(code);
  }
}
