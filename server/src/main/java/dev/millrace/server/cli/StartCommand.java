package dev.millrace.server.cli;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import dev.millrace.transport.json.Json;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "start",
    description = {
      "Start an instance of a process and print its id.",
      "With --wait, also its status and output; the exit code is 0 if it completed, else 1."
    })
final class StartCommand implements Callable<Integer> {
  private static final int DEFAULT_WAIT = 60;

  @Mixin private ClientOptions options = new ClientOptions();

  @Parameters(
      paramLabel = "PROCESS",
      description = {
        "the process's id, nocobase:KEY for a workflow of NocoBase's API,",
        "or code:APP/NAME for one that workers hold as code"
      })
  private @Nullable String process;

  @Option(names = "--input", paramLabel = "JSON", description = "the input, or @FILE")
  private @Nullable String input;

  @Option(
      names = "--wait",
      arity = "0..1",
      paramLabel = "SECONDS",
      parameterConsumer = Seconds.class,
      description = "wait for the end, 60 seconds unless said otherwise")
  private int wait;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "repeating a start with the same key starts nothing new")
  private @Nullable String key;

  @Override
  public Integer call() {
    Object answer =
        options
            .client()
            .send(
                "POST",
                path(Commands.given(process)) + (wait > 0 ? "wait=" + wait : ""),
                Input.argument(input),
                key == null ? Map.of() : Map.of("Idempotency-Key", key));
    Object response = JsonValue.get(answer, "response");
    String status = JsonValue.text(response, "status", "");
    options.print(
        answer,
        out -> {
          out.println(JsonValue.text(response, "id", ""));
          if (!status.isEmpty()) {
            out.println("status  " + status);
            out.println("output  " + Json.writeText(JsonValue.get(response, "output")));
            String error = JsonValue.text(response, "error", "");
            if (!error.isEmpty()) {
              out.println("error   " + error);
            }
          } else if (wait > 0) {
            out.println("still running after " + wait + " s");
          }
        });
    return wait > 0 && !status.equals("completed") ? ExitCodes.FAILED : ExitCodes.OK;
  }

  /** The path up to its parameters; an application stands among these. */
  private static String path(String named) {
    String app = DefinitionRef.codeApp(named);
    return app == null
        ? "/api/process/" + ApiClient.encoded(named) + "?"
        : "/api/process/code:%s?namespace=%s&"
            .formatted(
                ApiClient.encoded(DefinitionRef.codeWorkflow(named)), ApiClient.encoded(app));
  }

  /** Takes a number if one follows, so that the id may follow as well. */
  private static final class Seconds implements IParameterConsumer {
    private static final int MOST_DIGITS = 6;

    @Override
    public void consumeParameters(Stack<String> rest, ArgSpec option, CommandSpec command) {
      boolean given = !rest.isEmpty() && isNumber(rest.peek());
      option.setValue(given ? Integer.valueOf(rest.pop()) : DEFAULT_WAIT);
    }

    private static boolean isNumber(String word) {
      return !word.isEmpty()
          && word.length() <= MOST_DIGITS
          && word.chars().allMatch(c -> c >= '0' && c <= '9');
    }
  }
}
