package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A join; the interpreter has already waited for the arrivals. */
final class AggregationNode implements NodeType {

  @Override
  public String name() {
    return "aggregation";
  }

  @Override
  public List<String> aliases() {
    return List.of("join");
  }

  @Override
  public String summary() {
    return "Waits for branches and goes on once with their outputs.";
  }

  @Override
  public Category category() {
    return Category.GATEWAY;
  }

  @Override
  public Nature nature() {
    return Nature.PURE;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.optional(
            "prev_instid_list", "array", "The nodes that must arrive, for specific."),
        ParameterSpec.optional(
            "relation", "string", "all, any (also one, anyone), n or specific; all without it."),
        ParameterSpec.optional("n", "integer", "How many arrivals are needed, for relation n."),
        ParameterSpec.optional(
            "strict", "boolean", "Whether all also waits for branches that can no longer arrive."),
        ParameterSpec.optional(
            "rest",
            "string",
            "What happens to the other branches: ignore or cancel; ignore without it."),
        ParameterSpec.optional(
            "merge",
            "string",
            "How outputs become one: keyed by node, array, or shallow; keyed without it."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("relation", "all", "merge", "keyed");
  }

  @Override
  public Step enter(NodeContext context) {
    return Step.Done.of(context.joined());
  }
}
