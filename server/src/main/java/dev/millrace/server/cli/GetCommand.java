package dev.millrace.server.cli;

import dev.millrace.engine.JsonValue;
import dev.millrace.server.client.ApiClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "get", description = "Show an instance with its tasks, or a process (proc-…).")
final class GetCommand implements Callable<Integer> {
  @Mixin private ClientOptions options = new ClientOptions();

  @Mixin private InstanceName instance = new InstanceName();

  @Override
  public Integer call() {
    String wanted = instance.id();
    boolean process = wanted.startsWith("proc-");
    Object answer =
        options
            .client()
            .get(process ? "/api/process/" + ApiClient.encoded(wanted) : instance.path(""));
    return options.print(
        answer,
        out -> {
          if (process) {
            process(answer, out);
          } else {
            instance(answer, out);
          }
        });
  }

  private static void process(@Nullable Object answer, PrintWriter out) {
    line(out, "id", answer, "id");
    line(out, "name", answer, "name");
    line(out, "engine", answer, "engine");
    Table table = new Table("TASK", "TEMPLATE", "NAME", "CONNECTIONS");
    for (Object task : list(answer, "tasks")) {
      table.row(
          JsonValue.get(task, "instId"),
          JsonValue.get(task, "template"),
          JsonValue.get(task, "name"),
          JsonValue.get(task, "connections"));
    }
    out.println();
    table.print(out);
  }

  private static void instance(@Nullable Object answer, PrintWriter out) {
    line(out, "id", answer, "id");
    line(out, "process", answer, "proc_id");
    line(out, "name", answer, "name");
    line(out, "status", answer, "status");
    line(out, "error", answer, "error");
    line(out, "output", answer, "output");
    out.println("started   " + Table.time(JsonValue.get(answer, "startAt")));
    out.println("ended     " + Table.time(JsonValue.get(answer, "endAt")));
    Table table = new Table("TASK", "RUN", "STATUS", "STARTED", "TOOK", "OUTPUT OR ERROR");
    for (Object task : list(answer, "tasks")) {
      for (Object run : list(task, "runtimes")) {
        String error = JsonValue.text(run, "error", "");
        table.row(
            JsonValue.get(task, "instId"),
            JsonValue.get(run, "index"),
            JsonValue.get(run, "status"),
            Table.time(JsonValue.get(run, "startAt")),
            Table.span(JsonValue.get(run, "startAt"), JsonValue.get(run, "endAt")),
            error.isEmpty() ? JsonValue.get(run, "output") : error);
      }
    }
    out.println();
    table.print(out);
  }

  private static void line(PrintWriter out, String title, @Nullable Object answer, String member) {
    Object value = JsonValue.get(answer, member);
    if (value == null || value.equals("")) {
      return;
    }
    String text =
        value instanceof String plain ? plain : dev.millrace.transport.json.Json.writeText(value);
    out.printf("%-9s %s%n", title, text);
  }

  private static List<?> list(@Nullable Object answer, String member) {
    return JsonValue.get(answer, member) instanceof List<?> list ? list : List.of();
  }
}
