package dev.millrace.expression;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many subschemas a JSON Schema may apply to one place of a value. A few {@code anyOf} of
 * references to each other double it with each level, and a reference to itself makes it endless;
 * the validator would follow both. Used by one thread.
 */
final class SchemaLoad {

  /** More than any schema written in earnest. */
  private static final long APPLIED_MAX = 10_000;

  private static final List<String> LISTS_IN_PLACE = List.of("allOf", "anyOf", "oneOf");
  private static final List<String> SCHEMAS_IN_PLACE = List.of("not", "if", "then", "else");

  private final @Nullable Object root;
  private final Map<Object, Long> known = new HashMap<>();
  private final Set<Object> open = new HashSet<>();

  private SchemaLoad(@Nullable Object root) {
    this.root = root;
  }

  /**
   * Refuses a schema that applies too many subschemas to one place.
   *
   * @throws ExpressionException naming the limit
   */
  static void check(@Nullable Object schema) {
    SchemaLoad load = new SchemaLoad(schema);
    load.visit(schema, 0);
  }

  /** Counts every subschema of the document, also those that apply one level further down. */
  private void visit(@Nullable Object schema, int depth) {
    if (depth > ExpressionLimits.JSON_DEPTH_MAX) {
      throw new ExpressionException(
          "the schema nests deeper than " + ExpressionLimits.JSON_DEPTH_MAX + " levels");
    }
    switch (schema) {
      case Map<?, ?> keywords -> {
        count(keywords);
        for (Object value : keywords.values()) {
          visit(value, depth + 1);
        }
      }
      case List<?> list -> {
        for (Object element : list) {
          visit(element, depth + 1);
        }
      }
      case null, default -> {}
    }
  }

  private long count(@Nullable Object schema) {
    if (!(schema instanceof Map<?, ?> keywords)) {
      return 1;
    }
    // Equal schemas have equal counts, so the maps are looked up by value.
    Long before = known.get(keywords);
    if (before != null) {
      return before;
    }
    if (!open.add(keywords)) {
      throw new ExpressionException("the schema refers to itself without end");
    }
    long total = 1;
    for (String keyword : LISTS_IN_PLACE) {
      if (keywords.get(keyword) instanceof List<?> parts) {
        for (Object part : parts) {
          total += count(part);
        }
      }
    }
    for (String keyword : SCHEMAS_IN_PLACE) {
      if (keywords.containsKey(keyword)) {
        total += count(keywords.get(keyword));
      }
    }
    for (String keyword : List.of("$ref", "$dynamicRef")) {
      if (keywords.get(keyword) instanceof String reference) {
        total += count(referenced(reference));
      }
    }
    if (keywords.get("dependentSchemas") instanceof Map<?, ?> dependents) {
      for (Object dependent : dependents.values()) {
        total += count(dependent);
      }
    }
    open.remove(keywords);
    if (total > APPLIED_MAX) {
      throw new ExpressionException(
          "the schema applies more than " + APPLIED_MAX + " subschemas to one place");
    }
    known.put(keywords, total);
    return total;
  }

  private @Nullable Object referenced(String reference) {
    Object found = root;
    String fragment = reference.substring(reference.indexOf('#') + 1);
    for (String part : fragment.split("/", -1)) {
      if (!part.isEmpty()) {
        found = JsonValue.get(found, part.replace("~1", "/").replace("~0", "~"));
      }
    }
    return found;
  }
}
