package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import dev.millrace.transport.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be done to an instance. */
final class ActionCommands {
  private ActionCommands() {}

  /** Sends an action and shows what became of the instance. */
  abstract static class Action implements Callable<Integer> {
    @Mixin private ClientOptions options = new ClientOptions();

    @Mixin private InstanceName instance = new InstanceName();

    int act(String action, Map<String, @Nullable Object> body) {
      Object answer =
          options
              .client()
              .send(
                  "POST",
                  instance.path("/actions/" + action),
                  body.isEmpty() ? null : Json.write(body));
      Object response = JsonValue.get(answer, "response");
      return options.print(
          answer,
          out ->
              out.printf(
                  "%s %s%n",
                  JsonValue.text(response, "id", ""), JsonValue.text(response, "status", "")));
    }
  }

  @Command(name = "suspend", description = "Let no new task of an instance start.")
  static final class Suspend extends Action {
    @Override
    public Integer call() {
      return act("suspend", Map.of());
    }
  }

  @Command(name = "resume", description = "Let a suspended instance go on.")
  static final class Resume extends Action {
    @Override
    public Integer call() {
      return act("resume", Map.of());
    }
  }

  @Command(
      name = "release",
      description = "Let an instance go on that an error of the server has set aside.")
  static final class Release extends Action {
    @Override
    public Integer call() {
      return act("release", Map.of());
    }
  }

  @Command(name = "stop", description = "End an instance for good.")
  static final class Stop extends Action {
    @Option(names = "--message", paramLabel = "TEXT", description = "why, for the record")
    private @Nullable String message;

    @Override
    public Integer call() {
      return act("stop", message == null ? Map.of() : Map.of("message", message));
    }
  }

  @Command(
      name = "rerun",
      description = "Run a failed instance again; tasks that are done stay done.")
  static final class Rerun extends Action {
    @Option(names = "--from", paramLabel = "TASK", description = "run again from this task on")
    private @Nullable String from;

    @Option(
        names = "--variables",
        paramLabel = "JSON",
        description = "variables to set before, or @FILE")
    private @Nullable String variables;

    @Override
    public Integer call() {
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      byte[] given = Input.argument(variables);
      if (given != null) {
        body.put("variables", Input.parsed(given));
      }
      return act(from == null ? "rerun" : "rerun?from=" + ApiClient.encoded(from), body);
    }
  }
}
