package dev.millrace.engine.graph;

import dev.millrace.engine.expression.ExpressionScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What expressions inside a body see, before it is opened. */
record BodyScope(ExpressionScope outer, String nodeId, Map<String, @Nullable Object> variables)
    implements ExpressionScope {

  @Override
  public boolean has(String root) {
    return value(root) != null;
  }

  @Override
  public @Nullable Object value(String root) {
    if (variables.containsKey(root)) {
      return variables.get(root);
    }
    if (!root.equals(NodeContext.SCOPES)) {
      return outer.value(root);
    }
    Map<String, @Nullable Object> scopes = new LinkedHashMap<>();
    scopes.put(nodeId, variables);
    if (outer.value(root) instanceof Map<?, ?> around) {
      around.forEach((id, seen) -> scopes.putIfAbsent(String.valueOf(id), seen));
    }
    return scopes;
  }
}
