package dev.millrace.engine.graph.node;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.Schemas;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The smallest schemas that node types can be tried with: field to {@code {type: integer, default,
 * required}}; other types are faults of the schema.
 */
final class TypeSchemas implements Schemas {

  @Override
  public Validation validate(@Nullable Object schema, @Nullable Object value) {
    Map<String, @Nullable Object> completed = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, member) -> completed.put(String.valueOf(key), member));
    }
    List<Violation> violations = new ArrayList<>();
    (schema instanceof Map<?, ?> fields ? fields : Map.of())
        .forEach((field, wanted) -> {
          String name = String.valueOf(field);
          completed.putIfAbsent(name, JsonValue.get(wanted, "default"));
          if (!(completed.get(name) instanceof Long)) {
            violations.add(new Violation("$." + name, "type", "expected an integer"));
          }
        });
    return new Validation(completed, violations);
  }

  @Override
  public List<Violation> check(@Nullable Object schema) {
    List<Violation> faults = new ArrayList<>();
    if (schema instanceof Map<?, ?> map) {
      map.values()
          .forEach(wanted -> {
            String type = JsonValue.text(wanted, "type", "");
            if (!type.equals("integer")) {
              faults.add(new Violation("$", "type", "unknown type " + type));
            }
          });
    }
    return faults;
  }
}
