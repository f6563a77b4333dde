package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes columns that hold JSON. */
final class Json {

  /** How many lists and objects may lie in each other. */
  private static final int DEPTH_MAX = 500;

  private static final int NUMBER_MAX = 1_000_000;

  /** Whatever was written can be read again. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(2 * DEPTH_MAX)
                          .maxNumberLength(NUMBER_MAX)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  static @Nullable Object read(String text) {
    try {
      return JsonValue.of(MAPPER.readValue(text, Object.class));
    } catch (JacksonException e) {
      throw new DatabaseFailure("a column of JSON holds something else", e);
    }
  }

  static String write(@Nullable Object value) {
    checkDepth(value, 0);
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new DataException(
          DataException.Kind.BAD_VALUE, "not a JSON value: " + e.getOriginalMessage());
    }
  }

  private static void checkDepth(@Nullable Object value, int depth) {
    if (depth > DEPTH_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          "a value has more than " + DEPTH_MAX + " lists and objects in each other");
    }
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(each -> checkDepth(each, depth + 1));
    } else if (value instanceof List<?> list) {
      list.forEach(each -> checkDepth(each, depth + 1));
    }
  }
}
