package dev.millrace.runtime.activity;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An estimate of how many bytes a plain JSON value takes; good enough to bound memory. */
public final class JsonSize {

  private static final int SCALAR = 8;
  private static final int TEXT = 4;

  private JsonSize() {}

  /** The size of a plain JSON value. */
  public static long of(@Nullable Object value) {
    return switch (value) {
      case null -> SCALAR;
      case String text -> TEXT + text.length();
      case List<?> list -> {
        long sum = TEXT;
        for (Object element : list) {
          sum += of(element);
        }
        yield sum;
      }
      case Map<?, ?> map -> {
        long sum = TEXT;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          sum += of(entry.getKey()) + of(entry.getValue());
        }
        yield sum;
      }
      default -> SCALAR;
    };
  }
}
