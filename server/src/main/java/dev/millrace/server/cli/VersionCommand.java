package dev.millrace.server.cli;

import dev.millrace.server.Version;
import dev.millrace.transport.json.Json;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Print the version of Millrace and of Java.")
final class VersionCommand implements Callable<Integer> {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table or json (default table)")
  private ClientOptions.Output output = ClientOptions.Output.table;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = Commands.out(spec);
    switch (output) {
      case json ->
          out.println(
              Json.writeText(
                  Map.of("millrace", Version.current(), "java", Runtime.version().toString())));
      case table -> out.printf("millrace %s, Java %s%n", Version.current(), Runtime.version());
    }
    out.flush();
    return ExitCodes.OK;
  }
}
