package dev.millrace.dialect.process.definition;

import dev.millrace.engine.graph.NodeType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One task of a definition as it was sent.
 *
 * @param path where it stands in the document
 * @param type null for an unknown template
 */
record TaskDocument(String path, Map<?, ?> members, String id, @Nullable NodeType type) {

  private static final String JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema";

  /** The canonical name of its template, or the name given where the template is unknown. */
  String template() {
    return type == null ? Json.text(members, "template") : type.name();
  }

  boolean is(String template) {
    return template().equals(template);
  }

  boolean waits() {
    return type != null && type.nature() == NodeType.Nature.WAIT;
  }

  boolean ignored() {
    return Json.flag(members, "isIgnore");
  }

  @Nullable Object get(String member) {
    return members.get(member);
  }

  Map<?, ?> object(String member) {
    return Json.object(members, member);
  }

  String text(String member) {
    return Json.text(members, member);
  }

  String path(String member) {
    return Json.member(path, member);
  }

  /** Its own timeout, else the one a parameter of that name states as a number; 0 for none. */
  long timeoutMillis() {
    long own = Json.millis(get("timeout"));
    return own > 0 ? own : Json.millis(argument("timeout").value());
  }

  /** The value a parameter takes effect with: the default where the value is absent or empty. */
  Argument argument(String name) {
    Map<?, ?> parameter = Json.object(object("parameters"), name);
    String at = Json.member(path("parameters"), name);
    Object value = parameter.get("value");
    return Json.blank(value)
        ? new Argument(parameter.get("default"), Json.member(at, "default"))
        : new Argument(value, Json.member(at, "value"));
  }

  /** The type a parameter declares, else the one its template gives it, else empty. */
  String parameterType(String name) {
    String declared = Json.text(Json.object(object("parameters"), name), "type");
    if (!declared.isEmpty() || type == null) {
      return declared;
    }
    return type.parameters().stream()
        .filter(spec -> spec.name().equals(name))
        .map(NodeType.ParameterSpec::type)
        .findFirst()
        .orElse("");
  }

  /** What a parameter's {@code enum, min, max} and {@code pattern} say, as JSON Schema. */
  Map<String, @Nullable Object> parameterBounds(String name) {
    Map<?, ?> parameter = Json.object(object("parameters"), name);
    String size =
        switch (parameterType(name)) {
          case "string" -> "Length";
          case "array" -> "Items";
          default -> "imum";
        };
    Map<String, @Nullable Object> bounds = new LinkedHashMap<>();
    bound(parameter, "enum", "enum", bounds);
    bound(parameter, "min", "min" + size, bounds);
    bound(parameter, "max", "max" + size, bounds);
    bound(parameter, "pattern", "pattern", bounds);
    if (!bounds.isEmpty()) {
      // Says which of the two schema languages it is.
      bounds.put("$schema", JSON_SCHEMA);
    }
    return Collections.unmodifiableMap(bounds);
  }

  private static void bound(
      Map<?, ?> parameter, String member, String keyword, Map<String, @Nullable Object> bounds) {
    if (!Json.blank(parameter.get(member))) {
      bounds.put(keyword, parameter.get(member));
    }
  }

  /** A value and where it stands. */
  record Argument(@Nullable Object value, String path) {

    boolean given() {
      return !Json.blank(value);
    }

    String text() {
      return value instanceof String text ? text : "";
    }
  }
}
