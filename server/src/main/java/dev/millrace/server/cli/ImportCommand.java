package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "import",
    description = {
      "Take in workflows of NocoBase's workflow API, as export prints them or the API lists them",
      "with their nodes. All of them or, with what is wrong, none. They arrive disabled."
    })
final class ImportCommand implements Callable<Integer> {
  @Mixin private ClientOptions options = new ClientOptions();

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "the workflows as JSON; - for standard input")
  private @Nullable String file;

  @Override
  public Integer call() {
    byte[] body = Input.file(Commands.given(file));
    Object answer = options.client().send("POST", "/api/workflows:import", body);
    return options.print(
        answer,
        out -> {
          if (JsonValue.get(answer, "data") instanceof List<?> workflows) {
            for (Object workflow : workflows) {
              out.printf(
                  "%s %s \"%s\", %s nodes%n",
                  JsonValue.get(workflow, "id"),
                  JsonValue.text(workflow, "key", ""),
                  JsonValue.text(workflow, "title", ""),
                  JsonValue.get(workflow, "nodes"));
            }
          }
        });
  }
}
