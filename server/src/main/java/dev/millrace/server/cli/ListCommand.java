package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "list", description = "List instances, newest first, or with --processes those.")
final class ListCommand implements Callable<Integer> {
  @Mixin private ClientOptions options = new ClientOptions();

  @Option(names = "--processes", description = "list processes instead")
  private boolean processes;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description =
          "started, suspended, completed, failed, stopped; of processes: enabled, disabled")
  private @Nullable String status;

  @Option(names = "--process", paramLabel = "ID", description = "instances of this process only")
  private @Nullable String process;

  @Option(
      names = "--quarantined",
      description = "only instances that an error of the server has set aside")
  private boolean quarantined;

  @Option(names = "--limit", paramLabel = "N", description = "how many at most (20)")
  private int limit = 20;

  @Override
  public Integer call() {
    StringBuilder path =
        new StringBuilder(processes ? "/api/processes" : "/api/processInsts")
            .append("?limit=")
            .append(limit);
    if (status != null) {
      path.append("&status=").append(ApiClient.encoded(status));
    }
    if (process != null && !processes) {
      path.append("&procId=").append(ApiClient.encoded(process));
    }
    if (quarantined && !processes) {
      path.append("&quarantined=true");
    }
    Object answer = options.client().get(path.toString());
    Object response = JsonValue.get(answer, "response");
    List<?> rows = JsonValue.get(response, "list") instanceof List<?> list ? list : List.of();
    return options.print(
        answer,
        out -> {
          (processes ? processes(rows) : instances(rows)).print(out);
          out.printf("%d of %s%n", rows.size(), JsonValue.get(response, "total"));
        });
  }

  private static Table processes(List<?> rows) {
    Table table = new Table("ID", "REVISION", "STATUS", "NAME");
    for (Object row : rows) {
      table.row(
          JsonValue.get(row, "id"),
          JsonValue.get(row, "revision"),
          statusOf(row),
          JsonValue.get(row, "name"));
    }
    return table;
  }

  /** What its author wrote, or else whether it can be started. */
  private static String statusOf(@Nullable Object process) {
    String written = JsonValue.text(process, "status", "");
    if (!written.isEmpty()) {
      return written;
    }
    return Boolean.TRUE.equals(JsonValue.get(process, "enabled")) ? "enabled" : "disabled";
  }

  private static Table instances(List<?> rows) {
    Table table = new Table("ID", "PROCESS", "STATUS", "STARTED", "TOOK", "NAME");
    for (Object row : rows) {
      table.row(
          JsonValue.get(row, "id"),
          JsonValue.get(row, "proc_id"),
          JsonValue.get(row, "status"),
          Table.time(JsonValue.get(row, "startAt")),
          Table.span(JsonValue.get(row, "startAt"), JsonValue.get(row, "endAt")),
          JsonValue.get(row, "name"));
    }
    return table;
  }
}
