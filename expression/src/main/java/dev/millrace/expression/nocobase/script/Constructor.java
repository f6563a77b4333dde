package dev.millrace.expression.nocobase.script;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A name that can be called, called with {@code new}, and has members, as {@code Date}.
 *
 * @param plain what a call gives
 * @param made what {@code new} gives
 */
record Constructor(
    String name, ScriptFunction plain, ScriptFunction made, Map<String, ScriptFunction> members)
    implements ScriptFunction {

  @Override
  public @Nullable Object call(Arguments arguments) {
    return plain.call(arguments);
  }

  @Override
  public String toString() {
    return name;
  }
}
