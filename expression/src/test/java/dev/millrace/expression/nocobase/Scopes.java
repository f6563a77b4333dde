package dev.millrace.expression.nocobase;

import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scopes of the engine for tests, at 2026-11-21T09:45:55Z. */
final class Scopes {
  private final Map<String, Object> roots = new LinkedHashMap<>();

  private Scopes() {
    roots.put("now", "2026-11-21T09:45:55Z");
  }

  /** The scope whose input, which is NocoBase's context, is JSON text. */
  static ExpressionScope ofContext(String json) {
    return new Scopes().with("input", json).scope();
  }

  static Scopes empty() {
    return new Scopes();
  }

  Scopes with(String root, String json) {
    Object value = JsonText.read(json);
    if (value != null) {
      roots.put(root, value);
    }
    return this;
  }

  ExpressionScope scope() {
    return new ExpressionScope() {
      @Override
      public boolean has(String root) {
        return roots.containsKey(root);
      }

      @Override
      public @Nullable Object value(String root) {
        return roots.get(root);
      }
    };
  }
}
