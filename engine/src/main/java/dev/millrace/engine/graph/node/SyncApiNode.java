package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A start by an HTTP call that is answered when the instance has ended. */
final class SyncApiNode implements NodeType {
  private static final List<ParameterSpec> PARAMETERS = withResponseTimeout();

  private static List<ParameterSpec> withResponseTimeout() {
    List<ParameterSpec> all = new ArrayList<>(StartEvent.HTTP_PARAMETERS);
    all.add(
        ParameterSpec.optional(
            "responseTimeout",
            "number",
            "Seconds the caller is kept waiting; the instance goes on after that."));
    return List.copyOf(all);
  }

  @Override
  public String name() {
    return "sync-api";
  }

  @Override
  public String summary() {
    return "Starts the process by an HTTP call and answers with its output; its own output is "
        + "{headers, query, body}.";
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
    return PARAMETERS;
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("module", "prices", "function", "quote");
  }

  @Override
  public Step enter(NodeContext context) {
    return StartEvent.handOnInput(context);
  }
}
