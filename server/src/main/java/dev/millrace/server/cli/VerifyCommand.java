package dev.millrace.server.cli;

import dev.millrace.server.DataDirectory;
import dev.millrace.server.config.Problems;
import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = {
      "Check the data directory of a stopped server for broken promises; reads only.",
      "Ends with 0 if there are none, 1 if there are some, 4 while a server has it open."
    })
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DATA_DIR", description = "the directory of millrace.db")
  private @Nullable Path dataDir;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table or json (default table)")
  private ClientOptions.Output output = ClientOptions.Output.table;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Path directory = Commands.given(dataDir);
    if (!Files.isRegularFile(directory.resolve(SqliteStore.FILE))) {
      throw new CommandException(
          ExitCodes.NOT_FOUND,
          "expected a data directory with %s, found none at %s"
              .formatted(SqliteStore.FILE, directory));
    }
    requireStopped(directory);
    List<String> violations = Verification.of(directory, Commands.err(spec));
    PrintWriter out = Commands.out(spec);
    switch (output) {
      case json -> out.println(Json.writeText(Map.of("violations", violations)));
      case table -> {
        violations.forEach(out::println);
        out.println(
            switch (violations.size()) {
              case 0 -> "No violation found in " + directory;
              case 1 -> "1 violation found in " + directory;
              default -> violations.size() + " violations found in " + directory;
            });
      }
    }
    out.flush();
    return violations.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  /** What a server is about to write would look like a violation. */
  private static void requireStopped(Path directory) {
    try {
      if (DataDirectory.inUse(directory)) {
        throw new CommandException(
            ExitCodes.CONFLICT,
            "expected a data directory at rest, found a server that has %s open; stop it first"
                .formatted(directory));
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCodes.FAILED, "cannot read %s: %s".formatted(directory, Problems.of(e)), e);
    }
  }
}
