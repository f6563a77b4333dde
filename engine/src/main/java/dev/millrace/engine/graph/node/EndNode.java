package dev.millrace.engine.graph.node;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.Status;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The end of a path, or of the whole instance. */
final class EndNode implements NodeType {

  @Override
  public String name() {
    return "end";
  }

  @Override
  public String summary() {
    return "Ends its path; with a status it ends the instance.";
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
        ParameterSpec.optional(
                "status",
                "string",
                "completed or failed: ends the instance at once with it. Without it only this path "
                    + "ends.")
            .of("completed", "failed"),
        ParameterSpec.optional("output", "any", "The output of the path or the instance."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("output", Map.of("accepted", true));
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          Object output = context.parameters().get("output");
          String status = parameters.text("status", "");
          return switch (status.toLowerCase(Locale.ROOT)) {
            case "" -> Step.Done.of(output);
            case "completed" -> new Step.EndInstance(Status.COMPLETED, EndReason.NONE, output);
            case "failed" -> new Step.EndInstance(Status.FAILED, EndReason.DECIDED, output);
            default -> throw NodeParameters.mismatch("status", "completed or failed", status);
          };
        });
  }
}
