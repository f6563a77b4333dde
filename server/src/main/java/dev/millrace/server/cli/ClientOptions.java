package dev.millrace.server.cli;

import dev.millrace.server.client.ApiClient;
import dev.millrace.transport.json.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share that speak to a server. */
final class ClientOptions {
  enum Output {
    table,
    json
  }

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "${env:MILLRACE_SERVER:-" + ApiClient.DEFAULT_SERVER + "}",
      description = "the server (MILLRACE_SERVER; default " + ApiClient.DEFAULT_SERVER + ")")
  private String server = ApiClient.DEFAULT_SERVER;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:MILLRACE_TOKEN}",
      description = "bearer token; better given as MILLRACE_TOKEN, which others cannot see")
  private @Nullable String token;

  @Option(
      names = "--user",
      paramLabel = "USER",
      defaultValue = "${env:MILLRACE_USER}",
      description = "on whose behalf (MILLRACE_USER)")
  private @Nullable String user;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      defaultValue = "${env:MILLRACE_CA}",
      description = "PEM file of whom to trust as the server, if not whom this machine trusts")
  private @Nullable Path ca;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table or json (default table)")
  private Output output = Output.table;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  ApiClient client() {
    return new ApiClient(server, token, user, ca);
  }

  /** Prints an answer as it came, or for people. */
  int print(@Nullable Object answer, Consumer<PrintWriter> people) {
    PrintWriter out = out();
    switch (output) {
      case json -> out.println(Json.writeText(answer));
      case table -> people.accept(out);
    }
    out.flush();
    return ExitCodes.OK;
  }

  private PrintWriter out() {
    if (command == null) {
      throw new IllegalStateException("the command line sets the command before it runs");
    }
    return command.commandLine().getOut();
  }
}
