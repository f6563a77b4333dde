package dev.millrace.expression;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.engine.expression.Expressions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The expressions of the process API: {@code {{path}}} references, {@code {% JSONata %}} and
 * condition objects. Parsed templates are kept in a bounded cache.
 *
 * <p>One evaluation takes at most a second, nests at most 100 steps and builds at most 16 Mi
 * characters; a regular expression sees at most 64 Ki characters. {@code $now}, {@code $millis} and
 * {@code $random} follow the scope's {@code now} (an ISO 8601 text or epoch milliseconds), so that
 * a repeated evaluation gives the same. Values put in by a reference are never read as templates
 * again. Thread-safe.
 */
public final class ProcessExpressions implements Expressions {
  private final BoundedCache<String, Template> templates =
      new BoundedCache<>(ExpressionLimits.TEMPLATE_CACHE_ENTRIES);
  private final BoundedCache<String, JsonataExpression> sources =
      new BoundedCache<>(ExpressionLimits.TEMPLATE_CACHE_ENTRIES);

  @Override
  public @Nullable Object resolve(@Nullable Object template, ExpressionScope scope) {
    return resolve(template, scope, 0);
  }

  private @Nullable Object resolve(@Nullable Object template, ExpressionScope scope, int depth) {
    refuseDepth(depth);
    return switch (template) {
      case null -> null;
      case String text -> Template.mayHoldExpression(text) ? parse(text).resolve(scope) : text;
      case List<?> list -> {
        List<@Nullable Object> resolved = new ArrayList<>(list.size());
        for (Object element : list) {
          resolved.add(resolve(element, scope, depth + 1));
        }
        yield Collections.unmodifiableList(resolved);
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> resolved = LinkedHashMap.newLinkedHashMap(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          resolved.put(String.valueOf(entry.getKey()), resolve(entry.getValue(), scope, depth + 1));
        }
        yield Collections.unmodifiableMap(resolved);
      }
      default -> template;
    };
  }

  @Override
  public @Nullable Object evaluate(String source, ExpressionScope scope) {
    return jsonata(source).evaluate(scope);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A string with delimiters is a template; one without is JSONata. A result that is null, as of
   * a missing path or a comparison with one, is false. An object may also hold {@code
   * condition_list} and {@code relation}.
   */
  @Override
  public boolean test(@Nullable Object condition, ExpressionScope scope) {
    return switch (condition) {
      case Boolean flag -> flag;
      case String text -> {
        Object result =
            Template.mayHoldExpression(text) ? resolve(text, scope) : evaluate(text, scope);
        yield truth(result);
      }
      case List<?> list -> testAll(list, "and", scope);
      case Map<?, ?> map when map.get("condition_list") instanceof List<?> list ->
          testAll(list, JsonValue.text(map, "relation", ""), scope);
      case Map<?, ?> map when Conditions.isCondition(map) ->
          resolve(map, scope) instanceof Map<?, ?> resolved && Conditions.test(resolved);
      case null, default ->
          throw new ExpressionException(
              "expected a condition (true, false, an expression, an object with type, value1,"
                  + " operation and value2, or a list of those), found "
                  + Conditions.kind(condition));
    };
  }

  /**
   * Tests several conditions.
   *
   * @param relation {@code and}: all must hold; {@code or}: one must; blank means and
   * @throws ExpressionException when one cannot be evaluated or the relation is another word; those
   *     after the one that decides aren't evaluated
   */
  @Override
  public boolean testAll(List<?> conditions, String relation, ExpressionScope scope) {
    boolean any =
        switch (relation.strip().toLowerCase(Locale.ROOT)) {
          case "", "and" -> false;
          case "or" -> true;
          default ->
              throw new ExpressionException(
                  "expected the relation and or or, found \"" + relation + "\"");
        };
    for (Object condition : conditions) {
      if (test(condition, scope) == any) {
        return any;
      }
    }
    return !any;
  }

  @Override
  public void check(@Nullable Object template) {
    check(template, 0);
  }

  private void check(@Nullable Object template, int depth) {
    refuseDepth(depth);
    switch (template) {
      case String text -> {
        if (Template.mayHoldExpression(text)) {
          parse(text);
        }
      }
      case List<?> list -> list.forEach(element -> check(element, depth + 1));
      case Map<?, ?> map -> map.values().forEach(value -> check(value, depth + 1));
      case null, default -> {}
    }
  }

  private Template parse(String text) {
    return text.length() > ExpressionLimits.TEMPLATE_CACHE_LENGTH_MAX
        ? Template.parse(text)
        : templates.get(text, Template::parse);
  }

  private JsonataExpression jsonata(String source) {
    String stripped = source.strip();
    return sources.get(
        Template.isWholeJsonata(stripped) ? Template.withoutDelimiters(stripped) : stripped,
        JsonataExpression::parse);
  }

  private static boolean truth(@Nullable Object result) {
    return switch (result) {
      case null -> false;
      case Boolean flag -> flag;
      case String text when text.strip().equalsIgnoreCase("true") -> true;
      case String text when text.strip().equalsIgnoreCase("false") || text.isBlank() -> false;
      case String text ->
          throw new ExpressionException(
              "expected true or false, found \"" + shortened(text) + "\"");
      default ->
          throw new ExpressionException("expected true or false, found " + Conditions.kind(result));
    };
  }

  private static String shortened(String text) {
    int lengthMax = 80;
    return text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "…";
  }

  private static void refuseDepth(int depth) {
    if (depth > ExpressionLimits.JSON_DEPTH_MAX) {
      throw new ExpressionException(
          "the template nests deeper than " + ExpressionLimits.JSON_DEPTH_MAX + " levels");
    }
  }
}
