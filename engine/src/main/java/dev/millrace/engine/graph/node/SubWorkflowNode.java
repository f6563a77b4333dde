package dev.millrace.engine.graph.node;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** A child instance, waited for or not. */
final class SubWorkflowNode implements NodeType {
  /** How many instances may lie above a child. */
  static final int DEPTH_MAX = 32;

  private static final String CHILD = "child_workflow_id";
  private static final String INPUT = "input";

  @Override
  public String name() {
    return "sub-workflow";
  }

  @Override
  public String summary() {
    return "Runs another process as a child instance; sync waits for its output, async goes on "
        + "with its id.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.WAIT;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.required(
            "child_workflow_id",
            "any",
            "The id of the process to run, text or number; or code:app/workflow for a workflow "
                + "that the app's workers hold as code."),
        ParameterSpec.optional("revision", "integer", "Its revision; 0 or absent for the newest."),
        ParameterSpec.optional(
                "operation",
                "string",
                "sync: wait for its end; async: go on at once. sync without it.")
            .of("sync", "async"),
        ParameterSpec.optional(
                "whenParentComplete",
                "string",
                "What becomes of an async child still running when this instance ends: terminate or "
                    + "continue; terminate without it. A sync child never outlives this instance.")
            .of("terminate", "continue"),
        ParameterSpec.optional(
            "input", "any", "The input of the child; in a loop the item without it, else none."),
        NodeParameters.TIMEOUT,
        NodeParameters.TIMEOUT_BRANCH);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of(
        "child_workflow_id", "proc-3udfizra", "operation", "sync", "input", Map.of("order", 7L));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          String definition = definition(parameters);
          int revision = parameters.count("revision", 0);
          boolean async = parameters.choice("operation", List.of("sync", "async")).equals("async");
          boolean terminate =
              parameters
                  .choice("whenParentComplete", List.of("terminate", "continue"))
                  .equals("terminate");
          if (context.depth() >= DEPTH_MAX) {
            throw new ConstraintException(
                "expected at most "
                    + DEPTH_MAX
                    + " instances above a child, found "
                    + (context.depth() + 1));
          }
          InstanceKey key = context.childKey(definition);
          Object input =
              parameters.given(INPUT)
                  ? context.parameters().get(INPUT)
                  : context.scope().value("item");
          Wait.ForChild child =
              new Wait.ForChild(key, definition, revision, input, terminate || !async);
          return async ? new Step.StartAndGo(child) : new Step.Waiting(child);
        });
  }

  private static String definition(NodeParameters parameters) {
    Object id = parameters.value(CHILD);
    if (id != null && !(id instanceof String) && !(id instanceof Long)) {
      throw NodeParameters.mismatch(CHILD, "the id of a process", id);
    }
    return parameters.requiredText(CHILD);
  }
}
