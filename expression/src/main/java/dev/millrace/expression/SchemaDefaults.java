package dev.millrace.expression;

import dev.millrace.engine.JsonValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fills in the defaults of a JSON Schema: of members that are absent and not required, at every
 * depth reached through {@code properties}, {@code items}, {@code allOf} and references inside the
 * document. A default that was filled in isn't itself completed, which bounds the work by the size
 * of the value also for schemas that refer to themselves.
 */
final class SchemaDefaults {

  /** In-place steps (references, allOf) followed at one place of the value. */
  private static final int HOPS_MAX = 32;

  private final @Nullable Object root;

  SchemaDefaults(@Nullable Object root) {
    this.root = root;
  }

  /** The completed value; the same object where nothing was absent. */
  @Nullable Object fill(@Nullable Object value) {
    return fill(root, value, HOPS_MAX, 0);
  }

  private @Nullable Object fill(
      @Nullable Object schema, @Nullable Object value, int hops, int depth) {
    if (!(schema instanceof Map<?, ?> keywords)
        || hops == 0
        || depth > ExpressionLimits.JSON_DEPTH_MAX) {
      return value;
    }
    Object filled = value;
    if (keywords.get("$ref") instanceof String reference) {
      filled = fill(referenced(reference), filled, hops - 1, depth);
    }
    if (keywords.get("allOf") instanceof List<?> parts) {
      // Each part shares the hops, or a few nested lists would multiply without end.
      int share = Math.max(0, hops - parts.size());
      for (Object part : parts) {
        filled = fill(part, filled, share, depth);
      }
    }
    return switch (filled) {
      case Map<?, ?> object -> object(keywords, object, depth);
      case List<?> list when keywords.get("items") instanceof Map<?, ?> items ->
          list(items, list, depth);
      case null, default -> filled;
    };
  }

  @SuppressWarnings("ReferenceEquality") // The same object means that nothing was filled in.
  private Object object(Map<?, ?> schema, Map<?, ?> value, int depth) {
    if (!(schema.get("properties") instanceof Map<?, ?> properties)) {
      return value;
    }
    Set<?> required =
        schema.get("required") instanceof List<?> names ? Set.copyOf(texts(names)) : Set.of();
    Map<String, @Nullable Object> filled = null;
    for (Map.Entry<?, ?> property : properties.entrySet()) {
      String name = String.valueOf(property.getKey());
      Object before = value.get(name);
      Object after = before;
      if (value.containsKey(name)) {
        after = fill(property.getValue(), before, HOPS_MAX, depth + 1);
      } else if (property.getValue() instanceof Map<?, ?> keywords
          && keywords.containsKey("default")
          && !required.contains(name)) {
        after = JsonValue.of(keywords.get("default"));
      } else {
        continue;
      }
      if (after != before || !value.containsKey(name)) {
        filled = filled == null ? copy(value) : filled;
        filled.put(name, after);
      }
    }
    return filled == null ? value : Collections.unmodifiableMap(filled);
  }

  @SuppressWarnings("ReferenceEquality") // The same object means that nothing was filled in.
  private Object list(Map<?, ?> items, List<?> list, int depth) {
    List<@Nullable Object> filled = new ArrayList<>(list.size());
    boolean changed = false;
    for (Object element : list) {
      Object after = fill(items, element, HOPS_MAX, depth + 1);
      changed |= after != element;
      filled.add(after);
    }
    return changed ? Collections.unmodifiableList(filled) : list;
  }

  private @Nullable Object referenced(String reference) {
    if (!reference.equals("#") && !reference.startsWith("#/")) {
      return null;
    }
    Object found = root;
    for (String part : reference.substring(1).split("/", -1)) {
      if (!part.isEmpty()) {
        found = JsonValue.get(found, part.replace("~1", "/").replace("~0", "~"));
      }
    }
    return found;
  }

  private static List<String> texts(List<?> names) {
    return names.stream().map(String::valueOf).toList();
  }

  private static Map<String, @Nullable Object> copy(Map<?, ?> value) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    value.forEach((name, member) -> copy.put(String.valueOf(name), member));
    return copy;
  }
}
