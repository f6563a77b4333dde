package dev.millrace.expression.nocobase.script;

import org.jspecify.annotations.Nullable;

/** A function that expressions can call. Stateless, or closed over immutable values. */
@FunctionalInterface
public interface ScriptFunction {

  /**
   * Calls it.
   *
   * @throws ScriptException when it cannot answer, or meets a bound
   */
  @Nullable Object call(Arguments arguments);
}
