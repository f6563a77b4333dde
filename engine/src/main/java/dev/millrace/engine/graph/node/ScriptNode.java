package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** Code of the definition's author, run by the activity {@code script}. */
final class ScriptNode implements NodeType {
  private static final List<String> ROOTS =
      List.of("input", "tasks", "vars", "env", "item", "index");

  @Override
  public String name() {
    return "script";
  }

  @Override
  public String summary() {
    return "Runs JavaScript in a sandbox; what it returns is the output.";
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
                "code",
                "string",
                "The body of a function, which reads input, tasks, vars, env, item, index and "
                    + "params (the other parameters) and returns the output.")
            .asRaw(),
        ParameterSpec.optional("language", "string", "js, also without it.").of("js"),
        ActivityWait.TIMEOUT);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("code", "return input;", "language", "js", "timeout", 5L);
  }

  @Override
  public Step enter(NodeContext context) {
    return ActivityWait.of(context, "script", ROOTS);
  }
}
