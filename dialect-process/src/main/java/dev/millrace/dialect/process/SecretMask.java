package dev.millrace.dialect.process;

import dev.millrace.engine.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the values of parameters marked {@code secret: true} out of answers. A reference as {@code
 * {{secret.name}}} says nothing and stays. A definition that is sent back with masked values gets
 * the stored ones again.
 */
final class SecretMask {
  static final String MASK = "***";
  private static final String TASKS = "tasks";
  private static final String PARAMETERS = "parameters";
  private static final List<String> HIDDEN = List.of("value", "default");
  private static final Pattern REFERENCE = Pattern.compile("\\s*\\{\\{\\s*secret\\.[^{}]*}}\\s*");

  private SecretMask() {}

  /** A definition without its secrets. */
  static Map<String, @Nullable Object> mask(Map<String, @Nullable Object> definition) {
    return eachParameter(definition, (taskId, name, parameter) -> masked(parameter));
  }

  /** A definition whose masked values are taken from the one before. */
  static Map<String, @Nullable Object> restore(
      Map<String, @Nullable Object> definition, @Nullable Object before) {
    Map<String, Object> tasks = tasksById(before);
    return eachParameter(
        definition,
        (taskId, name, parameter) ->
            restored(parameter, JsonValue.get(JsonValue.get(tasks.get(taskId), PARAMETERS), name)));
  }

  private interface Change {
    Map<String, @Nullable Object> of(
        String taskId, String name, Map<String, @Nullable Object> secretParameter);
  }

  private static Map<String, @Nullable Object> eachParameter(
      Map<String, @Nullable Object> definition, Change change) {
    if (!(definition.get(TASKS) instanceof List<?> tasks)) {
      return definition;
    }
    List<@Nullable Object> changed = new ArrayList<>(tasks.size());
    for (Object task : tasks) {
      changed.add(eachParameter(task, change));
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>(definition);
    copy.put(TASKS, changed);
    return copy;
  }

  private static @Nullable Object eachParameter(@Nullable Object task, Change change) {
    if (!(JsonValue.get(task, PARAMETERS) instanceof Map<?, ?> parameters)
        || parameters.values().stream().noneMatch(SecretMask::secret)) {
      return task;
    }
    String taskId = JsonValue.text(task, "instId", "");
    Map<String, @Nullable Object> changed = Parameters.object(PARAMETERS, parameters);
    changed.replaceAll((name, parameter) ->
        secret(parameter)
            ? change.of(taskId, name, Parameters.object(name, parameter))
            : parameter);
    Map<String, @Nullable Object> copy = Parameters.object("a task", task);
    copy.put(PARAMETERS, changed);
    return copy;
  }

  private static boolean secret(@Nullable Object parameter) {
    return Boolean.TRUE.equals(JsonValue.get(parameter, "secret"));
  }

  private static Map<String, @Nullable Object> masked(Map<String, @Nullable Object> parameter) {
    for (String member : HIDDEN) {
      Object value = parameter.get(member);
      boolean nothing = value == null || value.equals("");
      boolean reference = value instanceof String text && REFERENCE.matcher(text).matches();
      if (!nothing && !reference) {
        parameter.put(member, MASK);
      }
    }
    return parameter;
  }

  private static Map<String, @Nullable Object> restored(
      Map<String, @Nullable Object> parameter, @Nullable Object before) {
    for (String member : HIDDEN) {
      if (MASK.equals(parameter.get(member)) && before instanceof Map<?, ?> stored) {
        parameter.put(member, stored.get(member));
      }
    }
    return parameter;
  }

  private static Map<String, Object> tasksById(@Nullable Object definition) {
    Map<String, Object> byId = new HashMap<>();
    if (JsonValue.get(definition, TASKS) instanceof List<?> tasks) {
      for (Object task : tasks) {
        if (task != null) {
          byId.put(JsonValue.text(task, "instId", ""), task);
        }
      }
    }
    return byId;
  }
}
