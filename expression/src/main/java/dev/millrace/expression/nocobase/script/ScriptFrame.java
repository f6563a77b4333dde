package dev.millrace.expression.nocobase.script;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that an expression sees: its own, those of the functions around it, and globals. */
final class ScriptFrame {
  private final @Nullable ScriptFrame outer;
  private final Map<String, @Nullable Object> names = new HashMap<>();

  ScriptFrame(@Nullable ScriptFrame outer) {
    this.outer = outer;
  }

  void declare(String name, @Nullable Object value) {
    names.put(name, value);
  }

  /** The value of a name; undefined for one that nobody declared, as in NocoBase's engine. */
  @Nullable Object value(String name) {
    for (ScriptFrame frame = this; frame != null; frame = frame.outer) {
      if (frame.names.containsKey(name)) {
        return frame.names.get(name);
      }
    }
    return Globals.value(name);
  }
}
