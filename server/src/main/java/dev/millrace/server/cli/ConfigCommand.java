package dev.millrace.server.cli;

import dev.millrace.server.config.Configuration;
import dev.millrace.transport.json.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = "Look at the configuration.",
    subcommands = ConfigCommand.Show.class)
final class ConfigCommand {

  @Command(
      name = "show",
      description = "Print every setting as serve would use it; secrets are hidden.")
  static final class Show implements Callable<Integer> {
    @Mixin private ServerOptions options = new ServerOptions();

    @Option(names = "--origin", description = "also where each value comes from")
    private boolean origin;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description = "table or json (default table)")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      Configuration configuration = options.configuration();
      PrintWriter out = Commands.out(spec);
      switch (output) {
        case table -> table(configuration).print(out);
        case json -> out.println(Json.writeText(json(configuration)));
      }
      out.flush();
      return ExitCodes.OK;
    }

    private Table table(Configuration configuration) {
      Table table = origin ? new Table("KEY", "VALUE", "ORIGIN") : new Table("KEY", "VALUE");
      for (Configuration.Shown shown : configuration.shown()) {
        if (origin) {
          table.row(shown.setting().key(), text(shown.value()), shown.origin());
        } else {
          table.row(shown.setting().key(), text(shown.value()));
        }
      }
      return table;
    }

    private static String text(Object value) {
      return value instanceof String text ? text : Json.writeText(value);
    }

    private Map<String, Object> json(Configuration configuration) {
      Map<String, Object> all = new LinkedHashMap<>();
      for (Configuration.Shown shown : configuration.shown()) {
        all.put(
            shown.setting().key(),
            origin ? Map.of("value", shown.value(), "origin", shown.origin()) : shown.value());
      }
      return all;
    }
  }
}
