package dev.millrace.runtime.lane;

import dev.millrace.engine.graph.Environment;
import dev.millrace.store.Rows;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The variables that processes of an owner share, as the lane last decided them. Thread-safe. */
public final class SharedVariables implements Environment {

  private final Map<String, Map<String, @Nullable Object>> byOwner = new ConcurrentHashMap<>();
  private final Map<String, String> secrets;

  public SharedVariables(List<Rows.VariableRow> rows, Map<String, String> secrets) {
    this.secrets = Map.copyOf(secrets);
    for (Rows.VariableRow row : rows) {
      if (!row.removed()) {
        set(row.owner(), row.name(), row.value());
      }
    }
  }

  @Override
  public Map<String, @Nullable Object> variables(String owner) {
    return byOwner.getOrDefault(owner, Map.of());
  }

  @Override
  public Map<String, String> secrets() {
    return secrets;
  }

  /** Writes a variable; null removes it. Maps handed out before stay as they are. */
  void set(String owner, String name, @Nullable Object value) {
    Map<String, @Nullable Object> next = new LinkedHashMap<>(variables(owner));
    if (value == null) {
      next.remove(name);
    } else {
      next.put(name, value);
    }
    byOwner.put(owner, Collections.unmodifiableMap(next));
  }
}
