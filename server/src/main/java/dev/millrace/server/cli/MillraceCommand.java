package dev.millrace.server.cli;

import dev.millrace.server.ServerException;
import dev.millrace.server.Version;
import dev.millrace.server.client.ApiException;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.store.StoreException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 not found; 4
 * conflict, also a directory or port in use; 5 server not reached. With {@code -o json} a failure
 * is one JSON object on the stream of errors.
 */
@Command(
    name = "millrace",
    description = "A durable workflow server.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Each command has --help, and those that answer something have -o json; their errors are",
      "then JSON too: {\"error\":{\"code\",\"message\",…}}.",
      "Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 not found; 4 conflict",
      "(a state that does not allow it, a directory or port in use); 5 server not reached."
    })
public final class MillraceCommand {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private static final int WIDTH = 100;

  /** By name, in the order of the help. */
  private static final Map<String, Supplier<Object>> COMMANDS = commands();

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
    String first = arguments.length == 0 ? "" : arguments[0];
    // Taking a command in costs more than running it, so only the one that is asked for is.
    COMMANDS.forEach((name, command) -> {
      if (name.equals(first) || !COMMANDS.containsKey(first)) {
        line.addSubcommand(name, command.get());
      }
    });
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Print the version and exit.")
                .build());
    line.getCommandSpec().version("millrace " + Version.current());
    addHelp(line);
    line.setOut(out);
    line.setErr(err);
    FailureReport report = FailureReport.of(err, arguments);
    line.setUsageHelpWidth(WIDTH);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((thrown, given) -> misused(thrown, report));
    line.setExecutionExceptionHandler((thrown, command, parsed) -> failed(thrown, report));
    if (arguments.length == 0) {
      line.usage(out);
      out.flush();
      return ExitCodes.USAGE;
    }
    int code = line.execute(arguments);
    out.flush();
    return code;
  }

  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("serve", ServeCommand::new);
    commands.put("demo", DemoCommand::new);
    commands.put("apply", ApplyCommand::new);
    commands.put("start", StartCommand::new);
    commands.put("get", GetCommand::new);
    commands.put("list", ListCommand::new);
    commands.put("history", HistoryCommand::new);
    commands.put("explain", ExplainCommand::new);
    commands.put("suspend", ActionCommands.Suspend::new);
    commands.put("resume", ActionCommands.Resume::new);
    commands.put("stop", ActionCommands.Stop::new);
    commands.put("release", ActionCommands.Release::new);
    commands.put("rerun", ActionCommands.Rerun::new);
    commands.put("backup", BackupCommand::new);
    commands.put("import", ImportCommand::new);
    commands.put("export", ExportCommand::new);
    commands.put("verify", VerifyCommand::new);
    commands.put("config", ConfigCommand::new);
    commands.put("version", VersionCommand::new);
    return commands;
  }

  private static void addHelp(CommandLine line) {
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help and exit.")
                .build());
    line.getSubcommands().values().forEach(MillraceCommand::addHelp);
  }

  private static int misused(ParameterException thrown, FailureReport report) {
    report.print(
        ExitCodes.USAGE,
        thrown,
        err -> {
          UnmatchedArgumentException.printSuggestions(thrown, err);
          err.println(
              "See ./" + thrown.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        });
    return ExitCodes.USAGE;
  }

  private static int failed(Exception thrown, FailureReport report) throws Exception {
    int code =
        switch (thrown) {
          case CommandException command -> command.exitCode();
          case ApiException api -> exitCode(api.status());
          case ConfigurationException configuration -> ExitCodes.USAGE;
          case ServerException server -> server.taken() ? ExitCodes.CONFLICT : ExitCodes.FAILED;
          case StoreException store -> ExitCodes.FAILED;
          default -> throw thrown;
        };
    report.print(code, thrown, err -> {});
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
