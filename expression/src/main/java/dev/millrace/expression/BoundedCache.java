package dev.millrace.expression;

import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A map of computed values with a limit on its entries. When it is full an arbitrary entry makes
 * room: the entries are cheap to compute again, so order of use isn't worth a lock. Thread-safe.
 */
final class BoundedCache<K, V> {
  private final ConcurrentHashMap<K, V> entries = new ConcurrentHashMap<>();
  private final int entriesMax;

  BoundedCache(int entriesMax) {
    this.entriesMax = entriesMax;
  }

  /** The cached value, or the one computed now; nothing is cached when the computation throws. */
  V get(K key, Function<K, V> compute) {
    V known = entries.get(key);
    if (known != null) {
      return known;
    }
    V computed = compute.apply(key);
    while (entries.size() >= entriesMax) {
      Iterator<K> victims = entries.keySet().iterator();
      if (!victims.hasNext()) {
        break;
      }
      entries.remove(victims.next());
    }
    entries.put(key, computed);
    return computed;
  }

  int size() {
    return entries.size();
  }
}
