package dev.millrace.server.cli;

import dev.millrace.server.ServerException;
import dev.millrace.server.client.ApiException;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.store.StoreException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found, 4
 * conflict, 5 server not reached.
 */
@Command(
    name = "millrace",
    description = "A durable workflow server.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      DemoCommand.class,
      ApplyCommand.class,
      StartCommand.class,
      GetCommand.class,
      ListCommand.class,
      HistoryCommand.class,
      ExplainCommand.class,
      ActionCommands.Suspend.class,
      ActionCommands.Resume.class,
      ActionCommands.Stop.class,
      ActionCommands.Rerun.class,
      VerifyCommand.class,
      ConfigCommand.class,
      VersionCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found,",
      "4 conflict, 5 server not reached."
    })
public final class MillraceCommand {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private MillraceCommand() {}

  /** Runs a command on the process's streams and returns its exit code. */
  public static int run(String... arguments) {
    return run(
        new PrintWriter(System.out, false, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        arguments);
  }

  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new MillraceCommand());
    line.setOut(out);
    line.setErr(err);
    addHelp(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((thrown, command, parsed) -> failed(thrown, err));
    if (arguments.length == 0) {
      line.usage(out);
      return ExitCodes.USAGE;
    }
    return line.execute(arguments);
  }

  private static void addHelp(CommandLine line) {
    line.getCommandSpec().mixinStandardHelpOptions(true);
    line.getCommandSpec().version("millrace " + dev.millrace.server.Version.current());
    line.getSubcommands().values().forEach(MillraceCommand::addHelp);
  }

  private static int failed(Exception thrown, PrintWriter err) throws Exception {
    int code =
        switch (thrown) {
          case CommandException command -> command.exitCode();
          case ApiException api -> exitCode(api.status());
          case ConfigurationException configuration -> ExitCodes.USAGE;
          case ServerException server -> ExitCodes.FAILED;
          case StoreException store -> ExitCodes.FAILED;
          default -> throw thrown;
        };
    err.println("millrace: " + thrown.getMessage());
    err.flush();
    return code;
  }

  private static int exitCode(int status) {
    return switch (status) {
      case ApiException.UNREACHABLE -> ExitCodes.UNREACHABLE;
      case ApiException.UNUSABLE -> ExitCodes.USAGE;
      case NOT_FOUND -> ExitCodes.NOT_FOUND;
      case CONFLICT -> ExitCodes.CONFLICT;
      default -> ExitCodes.FAILED;
    };
  }
}
