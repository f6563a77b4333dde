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

  @Option(
      names = "--offset",
      paramLabel = "N",
      description = "with --processes: how many to leave out (0)")
  private int offset;

  @Option(
      names = "--cursor",
      paramLabel = "CURSOR",
      description = "of instances: where the page before ended, as it says below its table")
  private @Nullable String cursor;

  @Override
  public Integer call() {
    if (processes ? cursor != null : offset != 0) {
      throw new CommandException(
          ExitCodes.USAGE,
          "expected --offset with --processes and --cursor without, found them the other way");
    }
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
    if (processes) {
      path.append("&offset=").append(offset);
    }
    if (cursor != null) {
      path.append("&cursor=").append(ApiClient.encoded(cursor));
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
          out.printf(
              "%d of %s%s%n", rows.size(), JsonValue.get(response, "total"), next(response, rows));
        });
  }

  /** How to ask for the page behind this one; empty at the end. */
  private String next(@Nullable Object response, List<?> rows) {
    if (!processes) {
      String following = JsonValue.text(response, "nextCursor", "");
      return following.isEmpty() ? "" : "; more with --cursor " + following;
    }
    long shown = (long) offset + rows.size();
    boolean more =
        JsonValue.get(response, "total") instanceof Long total && shown < total && !rows.isEmpty();
    return more ? "; more with --offset " + shown : "";
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
