package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** An SQL statement, run by the activity {@code database-handler}. */
final class DatabaseHandlerNode implements NodeType {

  @Override
  public String name() {
    return "database-handler";
  }

  @Override
  public List<String> aliases() {
    return List.of("sql");
  }

  @Override
  public String summary() {
    return "Runs an SQL statement on a configured data source; its output is {rows, count, keys}.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.ACTIVITY;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.required(
            "datasource", "string", "The name of a data source of the server's configuration."),
        ParameterSpec.required("sql", "string", "One statement, values only as :name.").asRaw(),
        ParameterSpec.optional("operation", "string", "query, update or batch; query without it.")
            .of("query", "update", "batch"),
        ParameterSpec.optional(
            "params", "any", "The values by name; a list of such objects for batch."),
        ParameterSpec.optional("maxRows", "integer", "The most rows read; 1000 without it."),
        ActivityWait.TIMEOUT);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "datasource",
        "orders",
        "operation",
        "query",
        "sql",
        "select id from orders where state = :state",
        "params",
        Map.of("state", "open"));
  }

  @Override
  public Step enter(NodeContext context) {
    return ActivityWait.of(context, "database-handler", List.of());
  }
}
