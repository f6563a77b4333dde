package dev.millrace.dialect.nocobase.http;

import dev.millrace.transport.Response;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an action answers, before it is put into the envelope. */
public sealed interface Answer {

  /** {@code {"data": data}}. */
  record Value(int status, @Nullable Object data) implements Answer {}

  /**
   * {@code {"data": rows, "meta": meta}}.
   *
   * @param meta null for a list that is answered whole
   */
  record Rows(List<? extends @Nullable Object> rows, @Nullable Map<String, @Nullable Object> meta)
      implements Answer {}

  /** 204. */
  record Nothing() implements Answer {}

  /** {@code {}}: the action answers nothing of its own. */
  record Empty() implements Answer {}

  /** As it is. */
  record Whole(Response response) implements Answer {}

  /** 200 with data. */
  static Answer of(@Nullable Object data) {
    return new Value(200, data);
  }

  /** 202 with data. */
  static Answer accepted(@Nullable Object data) {
    return new Value(202, data);
  }
}
