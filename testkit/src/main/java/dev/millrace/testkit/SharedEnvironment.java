package dev.millrace.testkit;

import dev.millrace.engine.graph.Environment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables and secrets of one owner, in memory. */
final class SharedEnvironment implements Environment {
  private final Map<String, @Nullable Object> variables = new LinkedHashMap<>();
  private final Map<String, String> secrets = new LinkedHashMap<>();

  void set(String name, @Nullable Object value) {
    if (value == null) {
      variables.remove(name);
    } else {
      variables.put(name, value);
    }
  }

  @Override
  public Map<String, @Nullable Object> variables(String owner) {
    return Map.copyOf(variables);
  }

  @Override
  public Map<String, String> secrets() {
    return secrets;
  }
}
