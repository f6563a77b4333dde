package dev.millrace.server.cli;

import dev.millrace.server.DataDirectory;
import dev.millrace.server.MillraceServer;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Problems;
import dev.millrace.server.config.Setting;
import dev.millrace.server.demo.Demo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "Serve with a fresh data directory (.demo) and run the three examples.",
      "One stays open for you to approve; --once approves it, checks the results and ends."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String DIRECTORY = ".demo";

  @Mixin private ServerOptions options = new ServerOptions();

  @Option(names = "--once", description = "approve, check the results, end with 0 or 1")
  private boolean once;

  @Option(
      names = "--examples",
      paramLabel = "DIR",
      defaultValue = "${env:MILLRACE_HOME:-.}/examples",
      description = "where the examples are (examples)")
  private Path examples = Path.of("examples");

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Commands.out(spec);
    Configuration configuration = options.configuration(Map.of(Setting.DATA_DIR, DIRECTORY));
    if (!configuration.access().tokenHashes().isEmpty()) {
      throw new ConfigurationException(
          "expected no tokens for the demo, found some; run it without that configuration");
    }
    if (!options.namesDataDir()) {
      clear(configuration.dataDir());
    }
    MillraceServer server = MillraceServer.open(Demo.reachingItself(configuration), Demo::mount);
    Serving serving = Serving.of(server);
    int code;
    try {
      server.start();
      Demo demo = new Demo(server.url(), configuration.dataDir(), examples, out);
      code = demo.run(once) ? ExitCodes.OK : ExitCodes.FAILED;
    } catch (RuntimeException | InterruptedException e) {
      serving.close();
      throw e;
    }
    if (once || code != ExitCodes.OK) {
      serving.close();
      return code;
    }
    return serving.untilStopped();
  }

  /** Removes what an earlier demo left; anything that is not Millrace's stays. */
  private static void clear(Path directory) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "millrace.db*")) {
      if (DataDirectory.inUse(directory)) {
        return;
      }
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCodes.FAILED,
          "cannot clear " + directory + " for a fresh demo: " + Problems.of(e),
          e);
    }
  }
}
