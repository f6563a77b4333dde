package dev.millrace.format.nocobase.node;

import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JavaScript of the author. Its arguments are resolved, its text is not; its meta shows them. */
final class ScriptNode extends ActivityNode {

  ScriptNode(NocoBaseExpressions expressions) {
    super(expressions, "script", true, "Runs JavaScript in a sandbox.");
  }

  @Override
  Map<String, @Nullable Object> resolved(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    if (config.get("arguments") instanceof List<?> list) {
      for (Object argument : list) {
        if (argument instanceof Map<?, ?> pair && pair.get("name") instanceof String name) {
          arguments.put(name, resolve(pair.get("value"), context));
        }
      }
    }
    Map<String, @Nullable Object> resolved = new LinkedHashMap<>();
    resolved.put("content", config.get("content"));
    resolved.put("timeout", config.get("timeout"));
    resolved.put("arguments", arguments);
    return resolved;
  }

  @Override
  Notes notes(Map<String, @Nullable Object> resolved) {
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("args", resolved.get("arguments"));
    return new Notes(null, meta, null, false);
  }

  @Override
  public Step waitFailed(NodeContext context, Failure failure) {
    Object result = failure.detail() == null ? failure.message() : failure.detail();
    return Boolean.TRUE.equals(config(context).get("continue"))
        ? Step.Done.of(result)
        : JobStatus.ERROR.step(result, failure.message());
  }
}
