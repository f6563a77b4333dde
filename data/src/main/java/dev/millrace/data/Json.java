package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes columns that hold JSON. */
final class Json {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private Json() {}

  static @Nullable Object read(String text) {
    try {
      return JsonValue.of(MAPPER.readValue(text, Object.class));
    } catch (JacksonException e) {
      throw new DatabaseFailure("a column of JSON holds something else", e);
    }
  }

  static String write(@Nullable Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new DataException(
          DataException.Kind.BAD_VALUE, "not a JSON value: " + e.getOriginalMessage());
    }
  }
}
