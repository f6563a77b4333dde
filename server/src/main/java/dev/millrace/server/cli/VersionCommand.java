package dev.millrace.server.cli;

import dev.millrace.server.Version;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Print the version of Millrace and of Java.")
final class VersionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = Commands.out(spec);
    out.printf("millrace %s, Java %s%n", Version.current(), Runtime.version());
    out.flush();
    return ExitCodes.OK;
  }
}
