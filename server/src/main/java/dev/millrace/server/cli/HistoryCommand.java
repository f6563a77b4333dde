package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "history", description = "Show every recorded fact of an instance, in order.")
final class HistoryCommand implements Callable<Integer> {
  private static final int PAGE = 1_000;
  private static final Set<String> COLUMNS = Set.of("seq", "generation", "type", "at");

  @Mixin private ClientOptions options = new ClientOptions();

  @Mixin private InstanceName instance = new InstanceName();

  @Override
  public Integer call() {
    ApiClient client = options.client();
    String path = instance.path("/actions/history?limit=" + PAGE);
    List<@Nullable Object> events = new ArrayList<>();
    String cursor = "";
    do {
      Object response = JsonValue.get(client.get(path + "&cursor=" + cursor), "response");
      if (JsonValue.get(response, "list") instanceof List<?> list) {
        events.addAll(list);
      }
      cursor = JsonValue.text(response, "nextCursor", "");
    } while (!cursor.isEmpty());
    return options.print(
        events,
        out -> {
          Table table = new Table("SEQ", "GEN", "AT", "EVENT", "CONTENT");
          for (Object event : events) {
            Map<String, @Nullable Object> content = new LinkedHashMap<>();
            if (event instanceof Map<?, ?> members) {
              members.forEach((name, value) -> {
                if (!COLUMNS.contains(String.valueOf(name))) {
                  content.put(String.valueOf(name), value);
                }
              });
            }
            table.row(
                JsonValue.get(event, "seq"),
                JsonValue.get(event, "generation"),
                Table.time(JsonValue.get(event, "at")),
                JsonValue.get(event, "type"),
                content);
          }
          table.print(out);
        });
  }
}
