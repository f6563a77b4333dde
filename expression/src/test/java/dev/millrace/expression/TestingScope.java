package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionScope;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A scope over a map that remembers which roots were looked up. */
final class TestingScope implements ExpressionScope {
  private final Map<String, @Nullable Object> roots = new HashMap<>();
  private final Set<String> read = new LinkedHashSet<>();

  static TestingScope of(String root, @Nullable Object value) {
    return new TestingScope().with(root, value);
  }

  /** A root given as JSON text. */
  static TestingScope ofJson(String root, String json) {
    return of(root, JsonText.read(json));
  }

  TestingScope with(String root, @Nullable Object value) {
    roots.put(root, value);
    return this;
  }

  Set<String> read() {
    return read;
  }

  @Override
  public boolean has(String root) {
    return roots.containsKey(root);
  }

  @Override
  public @Nullable Object value(String root) {
    read.add(root);
    return roots.get(root);
  }
}
