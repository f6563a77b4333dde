package dev.millrace.server.cli;

import dev.millrace.server.client.ApiClient;
import dev.millrace.transport.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = {
      "Print a workflow of NocoBase's workflow API with its nodes, as JSON that import takes."
    })
final class ExportCommand implements Callable<Integer> {
  @Mixin private ClientOptions options = new ClientOptions();

  @Parameters(
      paramLabel = "ID",
      description = "the id of a version, or the key of a workflow for its current one")
  private @Nullable String id;

  @Override
  public Integer call() {
    String given = Commands.given(id);
    boolean number = given.chars().allMatch(letter -> letter >= '0' && letter <= '9');
    Map<String, Object> current = new LinkedHashMap<>();
    current.put("key", given);
    current.put("current", true);
    String which =
        number ? "filterByTk=" + given : "filter=" + ApiClient.encoded(Json.writeText(current));
    Object answer = options.client().get("/api/workflows:export?" + which);
    return options.print(answer, out -> out.println(Json.writeText(answer)));
  }
}
