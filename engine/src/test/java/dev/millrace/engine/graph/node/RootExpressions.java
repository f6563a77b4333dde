package dev.millrace.engine.graph.node;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.expression.Expressions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The smallest expressions that node types can be tried with: {@code {{root}}} or {@code
 * {{root.member}}} as a whole string, the same without braces as source, conditions {@code true},
 * {@code false}, a reference, or an object that asks for equality.
 */
final class RootExpressions implements Expressions {

  @Override
  public @Nullable Object resolve(@Nullable Object template, ExpressionScope scope) {
    return template instanceof String text && text.startsWith("{{") && text.endsWith("}}")
        ? evaluate(text.substring(2, text.length() - 2), scope)
        : template;
  }

  @Override
  public @Nullable Object evaluate(String source, ExpressionScope scope) {
    if (source.contains("?")) {
      throw new ExpressionException("unexpected ? in " + source);
    }
    int dot = source.indexOf('.');
    return dot < 0
        ? scope.value(source)
        : JsonValue.get(scope.value(source.substring(0, dot)), source.substring(dot + 1));
  }

  @Override
  public boolean test(@Nullable Object condition, ExpressionScope scope) {
    if (condition instanceof Map<?, ?> map) {
      return Objects.equals(resolve(map.get("value1"), scope), resolve(map.get("value2"), scope));
    }
    Object result = resolve(condition, scope);
    if (result instanceof Boolean flag) {
      return flag;
    }
    throw new ExpressionException("expected true or false, found " + result);
  }

  @Override
  public boolean testAll(List<?> conditions, String relation, ExpressionScope scope) {
    return relation.equals("or")
        ? conditions.stream().anyMatch(condition -> test(condition, scope))
        : conditions.stream().allMatch(condition -> test(condition, scope));
  }

  @Override
  public void check(@Nullable Object template) {
    // Every template of the tests parses.
  }
}
