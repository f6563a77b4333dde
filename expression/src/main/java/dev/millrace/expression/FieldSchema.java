package dev.millrace.expression;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.Schemas.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The process API's own schema language, compiled to JSON Schema: an object from field names to
 * {@code {type,max,min,default,required}}. {@code max} and {@code min} bound the length of a text
 * and the value of a number.
 *
 * @param jsonSchema the equivalent JSON Schema, with the defaults that are to be validated
 * @param emptyDefaults optional text fields whose default is "": filled in without a look at their
 *     bounds, because designers write "" for every field they leave alone
 */
record FieldSchema(Map<String, @Nullable Object> jsonSchema, Set<String> emptyDefaults) {

  private static final Set<String> TYPES = Set.of("string", "integer", "float", "boolean");

  /** Members that only a JSON Schema has at its top. */
  private static final Set<String> JSON_SCHEMA_KEYWORDS =
      Set.of(
          "$ref",
          "$defs",
          "$id",
          "$dynamicRef",
          "definitions",
          "properties",
          "patternProperties",
          "additionalProperties",
          "propertyNames",
          "minProperties",
          "maxProperties",
          "dependentRequired",
          "dependentSchemas",
          "unevaluatedProperties",
          "items",
          "prefixItems",
          "allOf",
          "anyOf",
          "oneOf",
          "not",
          "if",
          "enum",
          "const");

  /** Whether a schema is written in the process API's own language rather than JSON Schema. */
  static boolean isFieldSchema(Map<?, ?> schema) {
    if (schema.containsKey("$schema")) {
      return false;
    }
    boolean allFields = !schema.isEmpty();
    for (Object field : schema.values()) {
      allFields &= TYPES.contains(JsonValue.text(field, "type", ""));
    }
    if (allFields) {
      return true;
    }
    Object type = schema.get("type");
    return !(type instanceof String || type instanceof List)
        && !(schema.get("required") instanceof List)
        && schema.keySet().stream().noneMatch(JSON_SCHEMA_KEYWORDS::contains);
  }

  /** What is wrong with a schema of this language, with paths into the schema. */
  static List<Violation> check(Map<?, ?> schema) {
    List<Violation> faults = new ArrayList<>();
    for (Map.Entry<?, ?> entry : schema.entrySet()) {
      String path = JsonPaths.member("$", String.valueOf(entry.getKey()));
      if (!(entry.getValue() instanceof Map<?, ?> field)) {
        faults.add(
            new Violation(
                path,
                "type",
                "expected an object with type, max, min, default and required, found "
                    + Conditions.kind(entry.getValue())));
        continue;
      }
      checkField(path, field, faults);
    }
    return faults;
  }

  private static void checkField(String path, Map<?, ?> field, List<Violation> faults) {
    Object type = field.get("type");
    if (!(type instanceof String word) || !TYPES.contains(word)) {
      String found = type instanceof String word ? "\"" + word + "\"" : Conditions.kind(type);
      faults.add(
          new Violation(
              path + ".type",
              "type",
              "expected string, integer, float or boolean, found " + found));
    }
    for (String bound : List.of("min", "max")) {
      Object value = field.get(bound);
      if (!isBlank(value) && PathComparison.decimal(value) == null) {
        faults.add(
            new Violation(
                path + "." + bound, bound, "expected a number, found " + Conditions.kind(value)));
      }
    }
    Object required = field.get("required");
    if (!isBlank(required) && !(required instanceof Boolean)) {
      faults.add(
          new Violation(
              path + ".required",
              "required",
              "expected true or false, found " + Conditions.kind(required)));
    }
  }

  /** Compiles a schema in which {@link #check} finds no fault. */
  static FieldSchema compile(Map<?, ?> schema) {
    Map<String, @Nullable Object> properties = new LinkedHashMap<>();
    List<Object> required = new ArrayList<>();
    Set<String> emptyDefaults = new LinkedHashSet<>();
    for (Map.Entry<?, ?> entry : schema.entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (!(entry.getValue() instanceof Map<?, ?> field)) {
        continue;
      }
      String type = JsonValue.text(field, "type", "");
      Map<String, @Nullable Object> property = new LinkedHashMap<>();
      property.put("type", type.equals("float") ? "number" : type);
      boolean text = type.equals("string");
      bound(property, text ? "minLength" : "minimum", type, field.get("min"));
      bound(property, text ? "maxLength" : "maximum", type, field.get("max"));
      Object fallback = field.get("default");
      if (Boolean.TRUE.equals(field.get("required"))) {
        required.add(name);
      } else if (!isBlank(fallback)) {
        property.put("default", fallback);
      } else if (text && "".equals(fallback)) {
        emptyDefaults.add(name);
      }
      properties.put(name, property);
    }
    Map<String, @Nullable Object> compiled = new LinkedHashMap<>();
    compiled.put("type", "object");
    compiled.put("properties", properties);
    compiled.put("required", required);
    return new FieldSchema(compiled, emptyDefaults);
  }

  private static void bound(
      Map<String, @Nullable Object> property, String keyword, String type, @Nullable Object bound) {
    if (!isBlank(bound) && !type.equals("boolean")) {
      property.put(keyword, bound);
    }
  }

  private static boolean isBlank(@Nullable Object value) {
    return value == null || "".equals(value);
  }
}
