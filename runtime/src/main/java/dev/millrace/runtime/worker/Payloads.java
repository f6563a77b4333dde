package dev.millrace.runtime.worker;

import dev.millrace.store.StoreException;
import dev.millrace.store.codec.Codec;
import org.jspecify.annotations.Nullable;

/**
 * Payloads between graphs, which hold plain JSON, and code workflows and their workers, which hold
 * text that usually is JSON. Stateless.
 */
public final class Payloads {

  private Payloads() {}

  /** The value that a text is; a text that is no JSON is itself. Null and other values stay. */
  public static @Nullable Object plain(@Nullable Object text) {
    if (!(text instanceof String json)) {
      return text;
    }
    try {
      return Codec.decodeJson(json);
    } catch (StoreException e) {
      // Workers may answer with text that is no JSON; it is a text then.
      return text;
    }
  }

  /** The JSON of a value; null for null. */
  public static @Nullable String text(@Nullable Object value) {
    return value == null ? null : Codec.encodeJson(value);
  }
}
