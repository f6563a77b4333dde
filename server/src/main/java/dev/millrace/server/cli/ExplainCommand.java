package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "explain", description = "Say in words what an instance waits for.")
final class ExplainCommand implements Callable<Integer> {
  @Mixin private ClientOptions options = new ClientOptions();

  @Mixin private InstanceName instance = new InstanceName();

  @Override
  public Integer call() {
    Object answer = options.client().get(instance.path("/actions/explain"));
    Object response = JsonValue.get(answer, "response");
    return options.print(
        answer,
        out -> {
          out.printf(
              "%s is %s%n",
              JsonValue.text(response, "id", ""), JsonValue.text(response, "status", ""));
          Object error = JsonValue.get(response, "errorDetail");
          if (error != null) {
            out.printf(
                "  %s with %s: %s%n",
                JsonValue.text(response, "status", "").equals("failed") ? "failed" : "ended",
                JsonValue.text(error, "type", ""),
                JsonValue.text(error, "message", ""));
          }
          Object quarantine = JsonValue.get(response, "quarantine");
          if (quarantine != null) {
            out.printf(
                "  set aside after an error of the server: %s; millrace release lets it go on%n",
                JsonValue.text(quarantine, "cause", ""));
          }
          if (JsonValue.get(response, "waiting") instanceof List<?> waiting) {
            for (Object run : waiting) {
              out.printf(
                  "  %s (since %s)%n",
                  (JsonValue.text(run, "taskId", "") + " " + JsonValue.text(run, "text", "runs"))
                      .strip(),
                  Table.time(JsonValue.get(run, "since")));
              if (JsonValue.get(run, "taskInstIds") instanceof List<?> items) {
                items.forEach(item -> out.println("    work item " + item));
              }
            }
          }
        });
  }
}
