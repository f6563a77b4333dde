package dev.millrace.server;

import dev.millrace.server.cli.MillraceCommand;

/** The program. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Logging.install();
    System.exit(MillraceCommand.run(arguments));
  }
}
