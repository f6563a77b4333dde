package dev.millrace.format.nocobase.node;

import dev.millrace.engine.graph.NodeContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement of SQL. Its variables are resolved; its text only where the author allows it. */
final class SqlNode extends ActivityNode {

  SqlNode(NocoBaseExpressions expressions) {
    super(expressions, "sql", false, "Runs a statement of SQL.");
  }

  @Override
  Map<String, @Nullable Object> resolved(NodeContext context, Map<?, ?> config) {
    Map<String, @Nullable Object> resolved = new LinkedHashMap<>();
    config.forEach((name, value) -> resolved.put(String.valueOf(name), value));
    if (Boolean.TRUE.equals(config.get("unsafeInjection"))) {
      resolved.put("sql", resolve(config.get("sql"), context));
    }
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    if (config.get("variables") instanceof List<?> list) {
      for (Object variable : list) {
        if (variable instanceof Map<?, ?> pair && pair.get("name") instanceof String name) {
          variables.put(name, resolve(pair.get("value"), context));
        }
      }
    }
    resolved.put("variables", variables);
    return resolved;
  }
}
