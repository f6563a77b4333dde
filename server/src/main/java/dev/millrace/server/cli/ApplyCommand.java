package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "apply",
    description = {
      "Store a process: a new one, or a new revision of the one with its name.",
      "Prints the id, which start wants."
    })
final class ApplyCommand implements Callable<Integer> {
  private static final int PAGE = 1_000;
  private static final int MOST_LISTED = 5;

  private record Known(String id, @Nullable Object revision) {}

  @Mixin private ClientOptions options = new ClientOptions();

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "the definition as JSON; - for standard input")
  private @Nullable String file;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "the process to revise, when its name does not say it")
  private @Nullable String id;

  @Override
  public Integer call() {
    byte[] body = Input.file(Commands.given(file));
    ApiClient client = options.client();
    Known known = id == null ? known(client, Input.parsed(body)) : new Known(id, null);
    Object answer =
        known == null
            ? client.send("POST", "/api/process", body)
            : client.send("PUT", "/api/process/" + ApiClient.encoded(known.id), body);
    Object response = JsonValue.get(answer, "response");
    return options.print(
        answer,
        out -> {
          out.printf(
              "%s %s%n",
              JsonValue.text(response, "id", ""),
              known == null ? "created" : revised(known, JsonValue.get(response, "revision")));
          if (JsonValue.get(response, "warnings") instanceof List<?> warnings) {
            for (Object warning : warnings) {
              out.printf(
                  "  warning %s: %s%n",
                  JsonValue.text(warning, "path", ""), JsonValue.text(warning, "message", ""));
            }
          }
        });
  }

  private static String revised(Known before, @Nullable Object revision) {
    return "revision "
        + revision
        + (Objects.equals(before.revision, revision) ? ", unchanged" : "");
  }

  private static String listed(List<Known> found) {
    String first =
        found.stream().limit(MOST_LISTED).map(Known::id).collect(Collectors.joining(", "));
    return found.size() <= MOST_LISTED
        ? first
        : first + " and " + (found.size() - MOST_LISTED) + " more";
  }

  /** The only process with this name, null when there is none. */
  private static @Nullable Known known(ApiClient client, @Nullable Object document) {
    String name = JsonValue.text(document, "name", "");
    if (name.isEmpty()) {
      return null;
    }
    Object answer = client.get("/api/processes?limit=" + PAGE + "&name=" + ApiClient.encoded(name));
    List<Known> found = new ArrayList<>();
    if (JsonValue.get(JsonValue.get(answer, "response"), "list") instanceof List<?> list) {
      for (Object row : list) {
        if (row instanceof Map && name.equals(JsonValue.text(row, "name", ""))) {
          found.add(new Known(JsonValue.text(row, "id", ""), JsonValue.get(row, "revision")));
        }
      }
    }
    if (found.size() > 1) {
      throw new CommandException(
          ExitCodes.CONFLICT,
          "expected at most one process called \"%s\", found %s; say which with --id"
              .formatted(name, listed(found)));
    }
    return found.isEmpty() ? null : found.getFirst();
  }
}
