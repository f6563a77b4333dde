package dev.millrace.expression;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed reference between double braces: a root of the scope and the way from there. Immutable.
 */
final class PathExpression {
  private static final int INDEX_DIGITS_MAX = 9;

  /** What a step gives when there is nothing; JSON null is something. */
  private enum Missing {
    MISSING
  }

  private static final Object MISSING = Missing.MISSING;

  private final String root;
  private final List<PathStep> steps;

  private PathExpression(String root, List<PathStep> steps) {
    this.root = root;
    this.steps = steps;
  }

  /**
   * Parses the text between the braces.
   *
   * @throws ExpressionException when it isn't a path
   */
  static PathExpression parse(String source) {
    List<PathStep> steps = PathParser.parse(source.strip());
    if (!(steps.getFirst() instanceof PathStep.Key(String root))) {
      throw new ExpressionException(
          "expected the name of a root or a task at the start of {{" + source + "}}");
    }
    return new PathExpression(root, steps.subList(1, steps.size()));
  }

  /** The value referred to; null when it is missing or null. */
  @Nullable Object evaluate(ExpressionScope scope) {
    if (!scope.has(root)) {
      return null;
    }
    Object found = walk(steps, 0, scope.value(root));
    return found instanceof Missing ? null : found;
  }

  private static @Nullable Object walk(
      List<PathStep> steps, int start, @Nullable Object startValue) {
    Object value = startValue;
    for (int i = start; i < steps.size(); i++) {
      if (value instanceof Missing) {
        return MISSING;
      }
      switch (steps.get(i)) {
        case PathStep.Pipe pipe -> {}
        case PathStep.Key key -> value = member(value, key.name());
        case PathStep.Wildcard wildcard -> value = firstMatching(value, wildcard.pattern());
        case PathStep.Modifier modifier -> value = modified(value, modifier);
        case PathStep.Query query when !query.all() -> value = firstMatching(value, query);
        case PathStep.Query query -> {
          int rest = endOfProjection(steps, i + 1);
          value = projected(allMatching(value, query), steps.subList(i + 1, rest));
          i = rest - 1;
        }
        case PathStep.Each each -> {
          int rest = endOfProjection(steps, i + 1);
          value =
              rest == i + 1
                  ? length(value)
                  : value instanceof List<?> list
                      ? projected(list, steps.subList(i + 1, rest))
                      : MISSING;
          i = rest - 1;
        }
      }
    }
    return value;
  }

  private static int endOfProjection(List<PathStep> steps, int start) {
    int end = start;
    while (end < steps.size() && !(steps.get(end) instanceof PathStep.Pipe)) {
      end++;
    }
    return end;
  }

  private static @Nullable Object projected(@Nullable Object elements, List<PathStep> rest) {
    if (!(elements instanceof List<?> list) || rest.isEmpty()) {
      return elements;
    }
    List<@Nullable Object> found = new ArrayList<>();
    for (Object element : list) {
      Object value = walk(rest, 0, element);
      if (!(value instanceof Missing)) {
        found.add(value);
      }
    }
    return Collections.unmodifiableList(found);
  }

  private static Object length(@Nullable Object value) {
    return value instanceof List<?> list ? (Object) (long) list.size() : MISSING;
  }

  private static @Nullable Object member(@Nullable Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      Object found = map.get(name);
      return found != null || map.containsKey(name) ? found : MISSING;
    }
    if (value instanceof List<?> list) {
      int index = index(name);
      return index >= 0 && index < list.size() ? list.get(index) : MISSING;
    }
    return MISSING;
  }

  private static int index(String name) {
    if (name.isEmpty() || name.length() > INDEX_DIGITS_MAX) {
      return -1;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return -1;
      }
    }
    return Integer.parseInt(name);
  }

  private static @Nullable Object firstMatching(@Nullable Object value, String pattern) {
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (Glob.matches(pattern, String.valueOf(entry.getKey()))) {
          return entry.getValue();
        }
      }
    }
    return MISSING;
  }

  private static @Nullable Object firstMatching(@Nullable Object value, PathStep.Query query) {
    if (value instanceof List<?> list) {
      for (Object element : list) {
        if (matches(element, query)) {
          return element;
        }
      }
    }
    return MISSING;
  }

  private static Object allMatching(@Nullable Object value, PathStep.Query query) {
    if (!(value instanceof List<?> list)) {
      return MISSING;
    }
    List<@Nullable Object> found = new ArrayList<>();
    for (Object element : list) {
      if (matches(element, query)) {
        found.add(element);
      }
    }
    return Collections.unmodifiableList(found);
  }

  private static boolean matches(@Nullable Object element, PathStep.Query query) {
    Object value = walk(query.path(), 0, element);
    return PathComparison.holds(value, !(value instanceof Missing), query.comparison());
  }

  private static @Nullable Object modified(@Nullable Object value, PathStep.Modifier modifier) {
    return switch (modifier.name()) {
      case THIS -> value;
      case REVERSE -> reversed(value);
      case TRIM -> value instanceof String text ? text.strip() : value;
      case KEYS ->
          value instanceof Map<?, ?> map
              ? map.keySet().stream().map(String::valueOf).toList()
              : MISSING;
      case VALUES ->
          value instanceof Map<?, ?> map
              ? Collections.unmodifiableList(new ArrayList<@Nullable Object>(map.values()))
              : value;
      case TOSTR -> JsonText.write(value);
      case FROMSTR -> value instanceof String text ? JsonText.read(text) : MISSING;
      case CASE -> {
        if (!(value instanceof String text)) {
          yield value;
        }
        yield modifier.argument().equals("upper")
            ? text.toUpperCase(Locale.ROOT)
            : text.toLowerCase(Locale.ROOT);
      }
    };
  }

  private static @Nullable Object reversed(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return Collections.unmodifiableList(new ArrayList<@Nullable Object>(list.reversed()));
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> reversed = new LinkedHashMap<>();
      List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
      for (Map.Entry<?, ?> entry : entries.reversed()) {
        reversed.put(String.valueOf(entry.getKey()), entry.getValue());
      }
      return Collections.unmodifiableMap(reversed);
    }
    return value;
  }
}
