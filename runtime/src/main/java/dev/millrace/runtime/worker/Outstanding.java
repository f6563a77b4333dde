package dev.millrace.runtime.worker;

import dev.millrace.runtime.worker.Pool.AnswerName;
import dev.millrace.runtime.worker.Pool.Handed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What workers have and have not answered. Guarded by the lock of {@link Workers}. */
final class Outstanding {

  private final Map<AnswerName, Deque<Handed>> out = new HashMap<>();

  void add(Handed handed) {
    handed.seat.has.add(handed);
    out.computeIfAbsent(handed.name, _ -> new ArrayDeque<>(1)).addLast(handed);
  }

  /**
   * What an answer is for; null when nobody waits for it.
   *
   * @param token empty for whatever is out under the name
   */
  @Nullable Handed find(AnswerName name, String token) {
    Deque<Handed> candidates = out.get(name);
    if (candidates == null) {
      return null;
    }
    for (Handed handed : candidates) {
      if (token.isEmpty() || token.equals(handed.item.token())) {
        return handed;
      }
    }
    return null;
  }

  void forget(Handed handed) {
    Deque<Handed> same = out.get(handed.name);
    if (same != null) {
      same.remove(handed);
      if (same.isEmpty()) {
        out.remove(handed.name);
      }
    }
    if (handed.seat.has.remove(handed) && handed.item instanceof WorkItem.Turn) {
      handed.seat.turns--;
    }
  }
}
