package dev.millrace.dialect.nocobase.catalog;

import java.util.Map;

/**
 * Lets maps keep what was read from the database until something changes. What was being read while
 * it changed is not kept, as it may be older than the change. Thread-safe.
 */
public final class KeptReads {
  private final int most;
  private long changes;

  /**
   * Nothing has changed yet.
   *
   * @param most values that a map keeps; with more it begins anew
   */
  public KeptReads(int most) {
    this.most = most;
  }

  /** To be called before reading; the answer belongs to what is read then. */
  public synchronized long begin() {
    return changes;
  }

  /** Keeps a value, unless something changed since its reading began. */
  public <K, V> void keep(long since, Map<K, V> kept, K key, V value) {
    keep(
        since,
        () -> {
          if (kept.size() >= most) {
            kept.clear();
          }
          kept.put(key, value);
        });
  }

  /** Keeps something, unless something changed since its reading began. */
  public synchronized void keep(long since, Runnable keeping) {
    if (changes == since) {
      keeping.run();
    }
  }

  /** Something changed: what is kept is cleared. */
  public synchronized void forget(Runnable clearing) {
    changes++;
    clearing.run();
  }
}
