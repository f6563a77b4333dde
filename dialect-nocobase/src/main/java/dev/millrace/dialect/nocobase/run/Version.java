package dev.millrace.dialect.nocobase.run;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.JsonValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of a workflow: a row of {@code workflows}.
 *
 * @param key of all versions
 * @param type of the trigger
 * @param config of the trigger
 */
public record Version(
    long id,
    String key,
    String title,
    String type,
    boolean enabled,
    boolean current,
    boolean sync,
    Map<String, @Nullable Object> config,
    Map<String, @Nullable Object> options) {

  private static final int STACK_LIMIT = 1;

  /** From a row with all its columns. */
  public static Version of(Map<String, @Nullable Object> row) {
    return new Version(
        row.get("id") instanceof Long id ? id : 0,
        JsonValue.text(row, "key", ""),
        JsonValue.text(row, "title", ""),
        JsonValue.text(row, "type", ""),
        Boolean.TRUE.equals(row.get("enabled")),
        Boolean.TRUE.equals(row.get("current")),
        Boolean.TRUE.equals(row.get("sync")),
        object(row.get("config")),
        object(row.get("options")));
  }

  @SuppressWarnings("unchecked") // objects have text keys in the plain form of JSON
  private static Map<String, @Nullable Object> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
  }

  /** The definition that all versions of the key are revisions of. */
  public String definitionId() {
    return DefinitionRef.NOCOBASE + key;
  }

  /** A member of the trigger's configuration as text, empty when there is none. */
  public String text(String name) {
    return JsonValue.text(config, name, "");
  }

  /** A member of the trigger's configuration as a number, or the fallback. */
  public long number(String name, long fallback) {
    return config.get(name) instanceof Number number ? number.longValue() : fallback;
  }

  /** A member of the trigger's configuration as a list of texts; empty when there is none. */
  public List<String> texts(String name) {
    return config.get(name) instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  /** How often the version may occur in one chain of executions. */
  public long stackLimit() {
    return options.get("stackLimit") instanceof Number number && number.longValue() > 0
        ? number.longValue()
        : STACK_LIMIT;
  }
}
