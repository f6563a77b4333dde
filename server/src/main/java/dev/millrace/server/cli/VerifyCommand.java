package dev.millrace.server.cli;

import dev.millrace.store.sqlite.SqliteStore;
import dev.millrace.store.sqlite.SqliteVerification;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = "Check a data directory for broken promises; reads only. 0 none, 1 some.")
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DATA_DIR", description = "the directory of millrace.db")
  private @Nullable Path dataDir;

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
    List<String> violations = SqliteVerification.run(directory);
    PrintWriter out = Commands.out(spec);
    violations.forEach(out::println);
    out.println(
        violations.isEmpty()
            ? "No violation found in " + directory
            : violations.size() + " violations found in " + directory);
    out.flush();
    return violations.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }
}
