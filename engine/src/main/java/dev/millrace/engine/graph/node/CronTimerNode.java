package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A start by the calendar; the server's trigger reads its parameters. */
final class CronTimerNode implements NodeType {

  @Override
  public String name() {
    return "cron-timer";
  }

  @Override
  public List<String> aliases() {
    return List.of("crontab", "cron");
  }

  @Override
  public String summary() {
    return "Starts the process by a cron expression; its output is {scheduledAt, firedAt}.";
  }

  @Override
  public Category category() {
    return Category.EVENT;
  }

  @Override
  public Nature nature() {
    return Nature.PURE;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.required(
            "expr", "string", "Cron expression of 5 or 6 fields, or a name such as @daily."),
        ParameterSpec.optional(
            "timezone",
            "string",
            "The time zone of the expression, as Asia/Shanghai; the server's without it."),
        ParameterSpec.optional(
            "allow_repeated",
            "boolean",
            "Whether a tick starts an instance while the last one still runs."),
        ParameterSpec.optional("start_at", "string", "No tick before this time."),
        ParameterSpec.optional("end_at", "string", "No tick after this time."),
        ParameterSpec.optional(
            "misfire",
            "string",
            "What happens to ticks missed while the server was down: skip, fireOnce or fireAll."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("expr", "0 9 * * 1-5", "allow_repeated", false);
  }

  @Override
  public Step enter(NodeContext context) {
    return StartEvent.handOnInput(context);
  }
}
