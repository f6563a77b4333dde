package dev.millrace.engine.graph.node;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Wait;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** An activity that is code of a connected worker. */
final class ActivityNode implements NodeType {

  private static final int MAX_APP_CHARS = 64;
  private static final int MAX_NAME_CHARS = 200;

  @Override
  public String name() {
    return "activity";
  }

  @Override
  public List<String> aliases() {
    return List.of("worker");
  }

  @Override
  public String summary() {
    return "Runs an activity that a connected worker holds as code; its result is the output.";
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
        ParameterSpec.required("name", "string", "The activity, as the worker registered it."),
        ParameterSpec.optional(
            "app", "string", "The application whose workers run it; default without it."),
        ParameterSpec.optional(
            "input",
            "any",
            "The activity's input, given to it as JSON; in a loop the item without it, else none."),
        ParameterSpec.optional(
            "timeout",
            "number",
            "Seconds an attempt may take, the wait for a worker included; 0 or absent for none."));
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("name", "ChargeCard", "app", "shop", "input", Map.of("order", 7L));
  }

  @Override
  public boolean takesSecrets() {
    return true;
  }

  @Override
  public Step enter(NodeContext context) {
    return NodeParameters.read(
        context,
        parameters -> {
          String name = parameters.requiredText("name");
          if (name.length() > MAX_NAME_CHARS) {
            throw NodeParameters.mismatch(
                "name", "at most " + MAX_NAME_CHARS + " characters", name.length());
          }
          String app = parameters.text("app", InstanceKey.DEFAULT_NAMESPACE);
          if (app.length() > MAX_APP_CHARS || !app.chars().allMatch(ActivityNode::allowed)) {
            throw NodeParameters.mismatch(
                "app", "1 to 64 letters, digits, dashes and underscores", app);
          }
          // Wrong ones are refused here; the interpreter keeps the time.
          Long _ = parameters.millis("timeout");
          return new Step.Waiting(
              new Wait.ForActivity(new WorkerActivity(app, name).activity(), List.of("item"), 0));
        });
  }

  private static boolean allowed(int c) {
    return c == '_'
        || c == '-'
        || (c >= '0' && c <= '9')
        || (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z');
  }
}
