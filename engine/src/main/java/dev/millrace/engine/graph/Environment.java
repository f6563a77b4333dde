package dev.millrace.engine.graph;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The variables and secrets that lie outside an instance, as they are at the moment of a decision.
 * What a node reads from here is recorded in its events, secrets by reference only.
 */
public interface Environment {

  /** The variables that all processes of an owner share. */
  Map<String, @Nullable Object> variables(String owner);

  /** Secrets by name. */
  Map<String, String> secrets();

  /** No variables, no secrets. */
  Environment EMPTY =
      new Environment() {
        @Override
        public Map<String, @Nullable Object> variables(String owner) {
          return Map.of();
        }

        @Override
        public Map<String, String> secrets() {
          return Map.of();
        }
      };
}
