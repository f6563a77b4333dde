package dev.millrace.server.config;

import dev.millrace.engine.graph.Periods;
import dev.millrace.runtime.retention.RetentionPolicy;
import dev.millrace.runtime.retention.RetentionPolicy.Keep;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads how long instances are kept. Stateless. */
final class RetentionCheck {
  private static final String FOREVER = "forever";
  private static final String ANY = "any";
  private static final String COMPLETED = "completed";
  private static final String FAILED = "failed";
  private static final String TERMINATED = "terminated";

  /** As the Dapr configuration has it. */
  private static final String ANY_TERMINAL = "anyTerminal";

  private static final Duration LONGEST = Duration.ofDays(36_500);

  private RetentionCheck() {}

  /** What the three settings and that of the applications say together. */
  static RetentionPolicy policy(Keep general, Object apps, String where) {
    Map<String, Keep> byApp = new LinkedHashMap<>();
    Values.object(apps, List.of(), where)
        .forEach((app, value) -> byApp.put(app, ofApp(value, where + "." + app)));
    return new RetentionPolicy(general, byApp);
  }

  private static Keep ofApp(@Nullable Object value, String where) {
    Map<String, @Nullable Object> members =
        Values.object(value, List.of(ANY, ANY_TERMINAL, COMPLETED, FAILED, TERMINATED), where);
    if (members.containsKey(ANY) && members.containsKey(ANY_TERMINAL)) {
      throw Values.expected("either any or anyTerminal", value, where);
    }
    String any = members.containsKey(ANY_TERMINAL) ? ANY_TERMINAL : ANY;
    return new Keep(
        time(members, COMPLETED, any, where),
        time(members, FAILED, any, where),
        time(members, TERMINATED, any, where));
  }

  /** What is said of a state, else of any, else for ever. */
  private static @Nullable Duration time(
      Map<String, @Nullable Object> members, String name, String any, String where) {
    String given = members.containsKey(name) ? name : any;
    return members.containsKey(given) ? time(members.get(given), where + "." + given) : null;
  }

  /** A time as text; null for ever. */
  static @Nullable Duration time(@Nullable Object value, String where) {
    String text = Values.text(value, where).strip().toLowerCase(Locale.ROOT);
    if (text.equals(FOREVER)) {
      return null;
    }
    Duration time = Periods.parse(text);
    if (time == null || time.compareTo(LONGEST) > 0) {
      throw Values.expected("a time as 30d, 12h, 1h30m or 0s, or forever", value, where);
    }
    return time;
  }
}
