package dev.millrace.engine.graph.node;

import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType.ParameterSpec;
import dev.millrace.engine.graph.Step;
import java.util.List;

/** The step of nodes whose work is done by an activity. */
final class ActivityWait {

  /** How long an attempt of the activity may take. */
  static final ParameterSpec TIMEOUT =
      ParameterSpec.optional(
          "timeout", "number", "Seconds an attempt may take; absent for the activity's default.");

  private ActivityWait() {}

  /** Waits for an activity that is given the node's parameters and these roots. */
  static Step of(NodeContext context, String activity, List<String> roots) {
    return NodeParameters.read(
        context,
        parameters -> {
          Long millis = parameters.millis(TIMEOUT.name());
          return new Step.Waiting(
              new Wait.ForActivity(activity, roots, millis == null ? 0 : millis));
        });
  }
}
