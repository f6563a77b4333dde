package dev.millrace.server.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What commands need of the command line. */
final class Commands {
  private Commands() {}

  static PrintWriter out(@Nullable CommandSpec spec) {
    return set(spec).commandLine().getOut();
  }

  /** For what tells how far it is. */
  static PrintWriter err(@Nullable CommandSpec spec) {
    return set(spec).commandLine().getErr();
  }

  private static CommandSpec set(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("the command line sets the spec before it runs a command");
    }
    return spec;
  }

  /** A required parameter, which the command line has checked to be there. */
  static <T> T given(@Nullable T parameter) {
    if (parameter == null) {
      throw new IllegalStateException("the command line refuses commands without it");
    }
    return parameter;
  }
}
