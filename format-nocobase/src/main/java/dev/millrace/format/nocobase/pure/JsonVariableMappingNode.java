package dev.millrace.format.nocobase.pure;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.format.nocobase.node.JobStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives the values inside JSON names of their own, by which later nodes read them. */
final class JsonVariableMappingNode extends PureNode {
  private static final String REFUSED = "The input data is not an object nor an array";
  private static final int DEPTH_MAX = 100;

  private final Languages languages;

  JsonVariableMappingNode(Languages languages) {
    super("json-variable-mapping", "Maps values inside JSON to variables.");
    this.languages = languages;
  }

  @Override
  Job calculate(Map<?, ?> config, ExpressionScope scope) {
    Object data = languages.resolve(config.get("dataSource"), scope);
    boolean container = data instanceof Map || data instanceof List;
    if (!container || !(config.get("variables") instanceof List<?> list) || list.isEmpty()) {
      return new Job(JobStatus.FAILED, REFUSED, null);
    }
    boolean parseArray = Boolean.TRUE.equals(config.get("parseArray"));
    Map<String, @Nullable Object> mapped = new LinkedHashMap<>();
    map(list, List.of(), data, parseArray, mapped);
    return Job.resolved(mapped);
  }

  private static void map(
      List<?> variables,
      List<String> outer,
      @Nullable Object data,
      boolean parseArray,
      Map<String, @Nullable Object> mapped) {
    if (outer.size() > DEPTH_MAX) {
      throw new ExpressionException("the variables nest deeper than " + DEPTH_MAX + " levels");
    }
    for (Object variable : variables) {
      if (!(variable instanceof Map<?, ?> one)) {
        continue;
      }
      List<String> path = path(one, outer);
      if (one.get("key") != null) {
        mapped.put(String.valueOf(one.get("key")), find(data, path, parseArray));
      }
      if (one.get("children") instanceof List<?> children) {
        map(children, path, data, parseArray, mapped);
      }
    }
  }

  /** The path from the top: as it is given, or the own step below that of the parent. */
  private static List<String> path(Map<?, ?> variable, List<String> outer) {
    List<String> path = new ArrayList<>();
    if (variable.get("paths") instanceof List<?> steps && !steps.isEmpty()) {
      steps.forEach(step -> path.add(String.valueOf(step)));
      return path;
    }
    path.addAll(outer);
    if (variable.get("path") != null) {
      path.addAll(List.of(String.valueOf(variable.get("path")).split("\\.", -1)));
    }
    return path;
  }

  private static @Nullable Object find(
      @Nullable Object data, List<String> path, boolean parseArray) {
    Object value = data;
    for (String step : path) {
      value =
          switch (value) {
            case Map<?, ?> map -> map.get(step);
            case List<?> list when isIndex(step) -> {
              int index = Integer.parseInt(step);
              yield index < list.size() ? list.get(index) : null;
            }
            case List<?> list when parseArray -> column(list, step);
            case null, default -> null;
          };
    }
    return value;
  }

  private static boolean isIndex(String step) {
    int digitsMax = 9;
    return !step.isEmpty()
        && step.length() <= digitsMax
        && step.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static List<@Nullable Object> column(List<?> list, String step) {
    List<@Nullable Object> column = new ArrayList<>(list.size());
    for (Object element : list) {
      column.add(element instanceof Map<?, ?> map ? map.get(step) : null);
    }
    return column;
  }
}
