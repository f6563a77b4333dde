package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Instances in memory, least recently used first. Lane thread only. */
final class InstanceCache {

  /** How many are looked at per eviction, so that pinned ones cannot make it slow. */
  private static final int EVICTION_SCAN_LEAST = 64;

  private final Map<InstanceKey, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final LaneSettings.Size budget;
  private long bytes;
  private int added;

  /** One instance. */
  static final class Entry {
    InstanceState state;

    /** The last batch with a row or an answer that depends on it. */
    long batch;

    long snapshotSeq;
    private long bytes;

    Entry(InstanceState state, long snapshotSeq, long bytes) {
      this.state = state;
      this.snapshotSeq = snapshotSeq;
      this.bytes = bytes;
    }

    /** Whether the store cannot give it back now. */
    private boolean pinned(long committed) {
      boolean runs = !state.life().status().terminal() && state.life().status() != Status.PENDING;
      return batch > committed || (state.header().fast() && runs);
    }
  }

  InstanceCache(LaneSettings.Size budget) {
    this.budget = budget;
  }

  @Nullable Entry get(InstanceKey key) {
    return entries.get(key);
  }

  boolean contains(InstanceKey key) {
    return entries.containsKey(key);
  }

  void put(Entry entry) {
    Entry old = entries.put(entry.state.header().key(), entry);
    bytes += entry.bytes - (old == null ? 0 : old.bytes);
    added++;
  }

  /** Forgets an instance that is gone. */
  void remove(InstanceKey key) {
    Entry old = entries.remove(key);
    if (old != null) {
      bytes -= old.bytes;
    }
  }

  void grow(Entry entry, long more) {
    entry.bytes += more;
    bytes += more;
  }

  /** Forgets idle instances until the rest is within the budget. */
  void evict(long committed) {
    int scanned = 0;
    // More than was added, or the rest would grow as long as there is work.
    int most = Math.max(EVICTION_SCAN_LEAST, 2 * added);
    added = 0;
    List<InstanceKey> pinned = new ArrayList<>();
    Iterator<Entry> oldest = entries.values().iterator();
    while ((entries.size() > budget.count() || bytes > budget.bytes())
        && scanned++ < most
        && oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.pinned(committed)) {
        pinned.add(entry.state.header().key());
      } else {
        bytes -= entry.bytes;
        oldest.remove();
      }
    }
    // Looked at last next time, so that they do not hide those behind them.
    pinned.forEach(entries::get);
  }

  void clear() {
    entries.clear();
    bytes = 0;
  }

  int size() {
    return entries.size();
  }
}
