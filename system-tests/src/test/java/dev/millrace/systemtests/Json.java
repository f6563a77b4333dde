package dev.millrace.systemtests;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON text, trees and plain Java values, one into the other. Safe for all threads. */
public final class Json {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /** The tree of a JSON text; fails with the text in the message when it is not JSON. */
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (RuntimeException e) {
      throw new AssertionError("expected JSON, found: " + text, e);
    }
  }

  public static String text(@Nullable Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** The same value as Map, List, String, Number, Boolean or null, for equality and messages. */
  public static @Nullable Object plain(JsonNode node) {
    return node.isMissingNode() ? "<absent>" : MAPPER.treeToValue(node, Object.class);
  }

  /** Plain value of a JSON text. */
  public static @Nullable Object value(String text) {
    return plain(parse(text));
  }

  /** A map in the given order; unlike {@link Map#of} it takes nulls and keeps order. */
  public static Map<String, @Nullable Object> object(@Nullable Object... keysAndValues) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return map;
  }
}
