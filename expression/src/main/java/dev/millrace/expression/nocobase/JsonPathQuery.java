package dev.millrace.expression.nocobase;

import dev.millrace.expression.nocobase.script.Arguments.Call;
import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.FormulaScript;
import dev.millrace.expression.nocobase.script.ScriptException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSONPath with the additions of JSONPath-Plus: filters in JavaScript, {@code ^} for the parent,
 * {@code ~} for the name. No library in Java has these; filters are expressions of formula.js. The
 * result is always a list.
 */
final class JsonPathQuery {
  private static final int STEPS_MAX = 64;

  /** What {@code @} is called in filters, where it is no name. */
  private static final String CURRENT = "$$_";

  private static final Pattern SLICE = Pattern.compile("(-?\\d*):(-?\\d*)(?::(-?\\d*))?");

  /**
   * A value found, and where.
   *
   * @param many whether a step that may find several led here
   */
  private record Found(@Nullable Object value, @Nullable Found parent, Object name, boolean many) {

    Found amongMany() {
      return many ? this : new Found(value, parent, name, true);
    }
  }

  private final @Nullable Object root;
  private final Call call = new Call(new Budget(), 0);
  private final Map<String, FormulaScript> scripts = new LinkedHashMap<>();

  private JsonPathQuery(@Nullable Object root) {
    this.root = root;
  }

  /**
   * What a path leads to: the value itself where only one can be meant, a list where several can,
   * and null where there is nothing.
   */
  static @Nullable Object evaluate(String path, @Nullable Object root) {
    Budget.checkSource(path);
    List<String> steps = JsonPathSteps.parse(path);
    if (steps.size() > STEPS_MAX) {
      throw ScriptException.syntax("a path has at most " + STEPS_MAX + " steps");
    }
    JsonPathQuery query = new JsonPathQuery(root);
    List<Found> found = List.of(new Found(root, null, "$", false));
    for (String step : steps) {
      List<Found> next = new ArrayList<>();
      List<String> alternatives = JsonPathSteps.alternatives(step);
      for (Found one : found) {
        for (String alternative : alternatives) {
          query.step(alternatives.size() > 1 ? one.amongMany() : one, alternative, next);
        }
      }
      found = next;
    }
    if (found.isEmpty()) {
      return null;
    }
    if (found.size() == 1 && !found.getFirst().many()) {
      return found.getFirst().value();
    }
    List<@Nullable Object> values = new ArrayList<>(found.size());
    for (Found one : found) {
      values.add(one.value());
    }
    return values;
  }

  private void step(Found from, String step, List<Found> found) {
    call.budget().step();
    if (step.equals("..")) {
      descend(from, found, 0);
    } else if (step.equals("*")) {
      children(from, found);
    } else if (step.equals("^")) {
      if (from.parent() != null) {
        found.add(from.many() ? from.parent().amongMany() : from.parent());
      }
    } else if (step.equals("~")) {
      found.add(new Found(from.name(), from.parent(), from.name(), from.many()));
    } else if (step.startsWith("?(")) {
      List<Found> children = new ArrayList<>();
      children(from, children);
      for (Found child : children) {
        if (Coercions.truthy(evaluate(step.substring(1), child))) {
          found.add(child);
        }
      }
    } else if (step.startsWith("(")) {
      named(from, Coercions.toText(evaluate(step, from)), found);
    } else if (step.startsWith("'") || step.startsWith("\"")) {
      named(from, step.substring(1, step.length() - 1), found);
    } else if (step.startsWith("@") && step.endsWith("()")) {
      if (isOf(from.value(), step.substring(1, step.length() - 2))) {
        found.add(from);
      }
    } else {
      Matcher slice = SLICE.matcher(step);
      if (slice.matches()) {
        slice(from, slice, found);
      } else {
        named(from, step, found);
      }
    }
  }

  private void children(Found from, List<Found> found) {
    switch (from.value()) {
      case Map<?, ?> map -> {
        call.budget().steps(map.size());
        map.forEach((key, value) -> found.add(new Found(value, from, String.valueOf(key), true)));
      }
      case List<?> list -> {
        call.budget().steps(list.size());
        for (int i = 0; i < list.size(); i++) {
          found.add(new Found(list.get(i), from, (long) i, true));
        }
      }
      case null, default -> {}
    }
  }

  private void descend(Found from, List<Found> found, int depth) {
    if (depth > Budget.VALUE_DEPTH_MAX) {
      throw ScriptException.range("the value nests too deeply");
    }
    call.budget().step();
    found.add(from);
    List<Found> children = new ArrayList<>();
    children(from, children);
    for (Found child : children) {
      if (child.value() instanceof Map || child.value() instanceof List) {
        descend(child, found, depth + 1);
      }
    }
  }

  private static void named(Found from, String name, List<Found> found) {
    int digitsMax = 9;
    switch (from.value()) {
      case Map<?, ?> map when map.containsKey(name) ->
          found.add(new Found(map.get(name), from, name, from.many()));
      case List<?> list when name.equals("length") ->
          found.add(new Found((long) list.size(), from, name, from.many()));
      case String text when name.equals("length") ->
          found.add(new Found((long) text.length(), from, name, from.many()));
      case List<?> list
          when !name.isEmpty()
              && name.length() <= digitsMax
              && name.chars().allMatch(c -> c >= '0' && c <= '9') -> {
        int index = Integer.parseInt(name);
        if (index < list.size()) {
          found.add(new Found(list.get(index), from, (long) index, from.many()));
        }
      }
      case null, default -> {}
    }
  }

  private void slice(Found from, Matcher slice, List<Found> found) {
    if (!(from.value() instanceof List<?> list)) {
      return;
    }
    int size = list.size();
    long step = Math.max(1, number(slice.group(3), 1));
    long start = number(slice.group(1), 0);
    long end = number(slice.group(2), size);
    start = start < 0 ? Math.max(0, start + size) : Math.min(size, start);
    end = end < 0 ? Math.max(0, end + size) : Math.min(size, end);
    for (long i = start; i < end; i += step) {
      call.budget().step();
      found.add(new Found(list.get((int) i), from, i, true));
    }
  }

  private static long number(@Nullable String digits, long fallback) {
    int digitsMax = 9;
    if (digits == null || digits.isEmpty() || digits.equals("-")) {
      return fallback;
    }
    if (digits.length() > digitsMax) {
      throw ScriptException.syntax("a slice has numbers of at most " + digitsMax + " digits");
    }
    return Long.parseLong(digits);
  }

  private static boolean isOf(@Nullable Object value, String type) {
    return switch (type) {
      case "null" -> value == null;
      case "boolean" -> value instanceof Boolean;
      case "number" -> value instanceof Number;
      case "integer" ->
          value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue());
      case "string" -> value instanceof String;
      case "array" -> value instanceof List;
      case "object" -> value instanceof Map;
      case "scalar" -> !(value instanceof List) && !(value instanceof Map);
      default -> throw ScriptException.type("Unknown value type " + type);
    };
  }

  private @Nullable Object evaluate(String expression, Found found) {
    FormulaScript script =
        scripts.computeIfAbsent(
            expression, source -> FormulaScript.parse(JsonPathSteps.named(source, CURRENT)));
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put(CURRENT, found.value());
    variables.put(CURRENT + "root", root);
    variables.put(CURRENT + "property", found.name());
    Found parent = found.parent();
    variables.put(CURRENT + "parent", parent == null ? null : parent.value());
    variables.put(CURRENT + "parentProperty", parent == null ? null : parent.name());
    return script.value(variables, call);
  }
}
