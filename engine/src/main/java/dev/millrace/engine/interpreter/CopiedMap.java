package dev.millrace.engine.interpreter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A map shared with a state until it is first written. Keeps insertion order. Not thread-safe. */
final class CopiedMap<K, V extends @Nullable Object> {

  private Map<K, V> map;
  private boolean owned;

  CopiedMap(Map<K, V> shared) {
    map = shared;
  }

  Map<K, V> read() {
    return map;
  }

  @Nullable V get(K key) {
    return map.get(key);
  }

  Map<K, V> write() {
    if (!owned) {
      map = new LinkedHashMap<>(map);
      owned = true;
    }
    return map;
  }

  /** The map as it is; a later write copies it anew. */
  Map<K, V> freeze() {
    if (owned) {
      map = Collections.unmodifiableMap(map);
      owned = false;
    }
    return map;
  }
}
