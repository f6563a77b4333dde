package dev.millrace.activities.call;

import dev.millrace.engine.JsonValue;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON text to and from the plain form of {@link JsonValue}. Stateless; any thread. */
public final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Reads one JSON text.
   *
   * @throws IllegalArgumentException when the text is not JSON, with the reason and the place
   */
  public static @Nullable Object read(String text) {
    try {
      return JsonValue.of(MAPPER.readValue(text, Object.class));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes a plain JSON value without white space. */
  public static String write(@Nullable Object value) {
    return MAPPER.writeValueAsString(value);
  }
}
