package dev.millrace.systemtests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a crash run counted. Used by one thread. */
final class CrashFigures {

  private static final double HALF = 0.5;

  private final List<Long> recoveryMillis = new ArrayList<>();
  private final Map<String, Object> more = new LinkedHashMap<>();
  private int killsWhileReady;
  private int killsWhileStarting;
  private int verifications;
  private int violated;

  void recovered(Duration time) {
    recoveryMillis.add(time.toMillis());
  }

  void killedWhileReady() {
    killsWhileReady++;
  }

  void killedWhileStarting() {
    killsWhileStarting++;
  }

  void verified(boolean sound) {
    verifications++;
    if (!sound) {
      violated++;
    }
  }

  /** A figure that is known at the end. */
  void add(String name, Object value) {
    more.put(name, value);
  }

  /** The time from the start of the process to readiness that half of the starts did not exceed. */
  long recoveryMedianMillis() {
    return recoveryMillis.isEmpty() ? 0 : sorted().get((int) (recoveryMillis.size() * HALF));
  }

  private List<Long> sorted() {
    List<Long> sorted = new ArrayList<>(recoveryMillis);
    Collections.sort(sorted);
    return sorted;
  }

  String table() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("kills while ready", killsWhileReady);
    all.put("kills while starting", killsWhileStarting);
    all.put("recovery p50, ms", recoveryMedianMillis());
    all.put("recovery max, ms", recoveryMillis.isEmpty() ? 0 : Collections.max(recoveryMillis));
    all.putAll(more);
    all.put("verified, and unsound", verifications + ", " + violated);
    StringBuilder table = new StringBuilder();
    all.forEach((name, value) -> table.append("  %-28s %s%n".formatted(name, value)));
    return table.toString();
  }
}
