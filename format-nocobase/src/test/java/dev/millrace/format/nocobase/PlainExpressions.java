package dev.millrace.format.nocobase;

import dev.millrace.engine.NodeRun;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.format.nocobase.node.NocoBaseExpressions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * As much of NocoBase's expressions as these tests need: whole placeholders, and {@code equal} and
 * {@code gt}. An expression {@code !text} fails with the text, another is a placeholder or JSON.
 */
final class PlainExpressions implements NocoBaseExpressions {

  private static final Map<String, String> ROOTS =
      Map.of("$context", "input", "$jobsMapByNodeKey", "tasks", "$scopes", "$scopes");

  private static final Object UNDEFINED = new Object();

  @Override
  public @Nullable Object resolve(
      @Nullable Object template, ExpressionScope scope, Map<String, @Nullable Object> roots) {
    Object value = raw(template, scope, roots);
    return UNDEFINED.equals(value) ? null : value;
  }

  private static @Nullable Object raw(
      @Nullable Object template, ExpressionScope scope, Map<String, @Nullable Object> roots) {
    return switch (template) {
      case String text when placeholder(text) ->
          find(text.substring(2, text.length() - 2).strip(), scope, roots);
      case List<?> list -> {
        List<@Nullable Object> all = new ArrayList<>();
        for (Object one : list) {
          Object value = raw(one, scope, roots);
          all.add(UNDEFINED.equals(value) ? null : value);
        }
        yield all;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        map.forEach((name, one) -> {
          Object value = raw(one, scope, roots);
          if (!UNDEFINED.equals(value)) {
            all.put(String.valueOf(name), value);
          }
        });
        yield all;
      }
      case null, default -> template;
    };
  }

  private static boolean placeholder(String text) {
    return text.startsWith("{{") && text.endsWith("}}");
  }

  private static @Nullable Object find(
      String path, ExpressionScope scope, Map<String, @Nullable Object> roots) {
    String[] steps = path.split("\\.", -1);
    Object value =
        roots.containsKey(steps[0])
            ? roots.get(steps[0])
            : scope.value(ROOTS.getOrDefault(steps[0], steps[0]));
    for (int i = 1; i < steps.length; i++) {
      if (!(value instanceof Map<?, ?> map) || !map.containsKey(steps[i])) {
        return UNDEFINED;
      }
      value = map.get(steps[i]);
    }
    return value;
  }

  @Override
  public boolean undefined(String template, ExpressionScope scope) {
    return UNDEFINED.equals(raw(template, scope, Map.of()));
  }

  @Override
  public Outcome condition(Map<?, ?> config, ExpressionScope scope) {
    if (config.get("expression") instanceof String text) {
      return text.startsWith("!")
          ? new Outcome(null, text.substring(1))
          : Outcome.of(resolve(text, scope));
    }
    if (config.containsKey("expression")) {
      return Outcome.of(config.get("expression"));
    }
    if (!(config.get("calculation") instanceof Map<?, ?> test)) {
      return Outcome.of(true);
    }
    List<?> operands = (List<?>) resolve(test.get("operands"), scope);
    Object first = Objects.requireNonNull(operands).getFirst();
    Object second = operands.getLast();
    return "gt".equals(test.get("calculator"))
        ? Outcome.of(((Number) first).longValue() > ((Number) second).longValue())
        : Outcome.of(Objects.equals(first, second));
  }

  /** What a view would show of a run as the result of its job. */
  static @Nullable Object shown(NodeRun run) {
    NodeRun.Result result = run.result();
    if (result != null) {
      return result.output();
    }
    if (run.notes() != null) {
      return run.notes().output();
    }
    return run.waitsFor() instanceof dev.millrace.engine.Wait.ForBodies bodies
        ? bodies.progress()
        : null;
  }
}
