package dev.millrace.runtime.lane;

import dev.millrace.engine.Effect;
import dev.millrace.store.Rows;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers messages between partitions and knows which were consumed. Lane thread only. */
final class Messages {

  private final Map<Pair, Long> sent = new HashMap<>();
  private final Map<Pair, Long> seen = new HashMap<>();

  /** A sending and a receiving partition. */
  record Pair(int source, int target) {}

  Messages(List<Rows.OutboxKey> lastSent, List<Rows.InboxRow> inbox) {
    lastSent.forEach(key -> sent.merge(new Pair(key.source(), key.target()), key.seq(), Math::max));
    inbox.forEach(row -> seen.put(new Pair(row.source(), row.target()), row.seq()));
  }

  /** The next message of a pair; numbers have no gaps. */
  Rows.OutboxRow next(int source, int target, Effect message) {
    long seq = sent.merge(new Pair(source, target), 1L, Long::sum);
    return new Rows.OutboxRow(source, target, seq, message);
  }

  /** Takes a message; false when it was consumed before. */
  boolean take(Rows.OutboxRow row) {
    Pair pair = new Pair(row.source(), row.target());
    if (row.seq() <= seen.getOrDefault(pair, 0L)) {
      return false;
    }
    seen.put(pair, row.seq());
    return true;
  }
}
