package dev.millrace.dialect.dapr.worker;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much of which histories a worker was sent over one stream, so that it can be sent what is new
 * only. What is forgotten costs one whole history. Thread-safe.
 */
final class ShownHistories {
  /** Instances remembered; those that ended are among them until others take their place. */
  private static final int MAX = 50_000;

  private static final float LOAD = 0.75f;

  private final Map<String, Shown> shown =
      new LinkedHashMap<>(16, LOAD, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Shown> eldest) {
          return size() > MAX;
        }
      };

  /**
   * What was sent of a run.
   *
   * @param execution the run; another one of the same instance has another history
   * @param events how many, from the first
   * @param bytes what they took on the wire
   */
  record Shown(String execution, int events, long bytes) {
    static final Shown NOTHING = new Shown("", 0, 0);
  }

  /** What was sent of a run whose history has a length; nothing for one that is not longer. */
  synchronized Shown of(String uid, String execution, int length) {
    Shown known = shown.get(uid);
    return known != null && known.execution().equals(execution) && known.events() <= length
        ? known
        : Shown.NOTHING;
  }

  synchronized void sent(String uid, Shown now) {
    if (now.events() == 0) {
      shown.remove(uid);
    } else {
      shown.put(uid, now);
    }
  }
}
