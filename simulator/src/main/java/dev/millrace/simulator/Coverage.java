package dev.millrace.simulator;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often each kind of thing happened, so that one sees whether runs meet what they should. One
 * thread.
 */
final class Coverage {

  /** What is counted. */
  enum Kind {
    /** Commands that changed an instance, by their name. */
    COMMAND("decided commands that changed something"),

    /** Events that reached the store. */
    EVENT("committed events"),

    /** Faults that were injected. */
    FAULT("faults"),

    /** Answers that callers got. */
    ANSWER("answers");

    private final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  private final Map<Kind, Map<String, Long>> counts = new TreeMap<>();

  void count(Kind kind, String name) {
    count(kind, name, 1);
  }

  /** Counts a value by the name of its type. */
  void count(Kind kind, Object value) {
    count(kind, value.getClass().getSimpleName(), 1);
  }

  private void count(Kind kind, String name, long times) {
    counts.computeIfAbsent(kind, _ -> new TreeMap<>()).merge(name, times, Long::sum);
  }

  void add(Coverage other) {
    other.counts.forEach((kind, names) -> names.forEach((name, times) -> count(kind, name, times)));
  }

  long of(Kind kind, String name) {
    return counts.getOrDefault(kind, Map.of()).getOrDefault(name, 0L);
  }

  /** A paragraph a kind. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts.forEach((kind, names) -> {
      text.append(kind.title).append(':').append(System.lineSeparator());
      names.forEach((name, times) -> text.append("  %9d %s%n".formatted(times, name)));
    });
    return text.toString();
  }
}
