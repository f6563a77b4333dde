package dev.millrace.dialect.process.definition;

import dev.millrace.engine.graph.JoinPolicy.Kind;
import dev.millrace.engine.graph.JoinPolicy.Merge;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a task says about joining: its {@code join}, or the parameters of an aggregation.
 *
 * @param ofPath where {@code of} stands
 * @param countPath where {@code n} stands
 */
record JoinSource(
    Kind kind,
    int count,
    List<String> of,
    String ofPath,
    String countPath,
    boolean strict,
    boolean cancelRest,
    Merge merge,
    long timeoutMillis) {

  /** The join of a task, or null where each arrival runs it again. */
  static @Nullable JoinSource of(TaskDocument task, Problems problems) {
    boolean aggregation = task.is(Templates.AGGREGATION);
    // An empty object is what designers send for "none", as with the other handlers.
    if (!aggregation && task.object("join").isEmpty()) {
      return null;
    }
    Reader reader = new Reader(task, aggregation);
    Reader.Found policy = reader.find("policy", "relation");
    Reader.Found of = reader.find("of", "prev_instid_list");
    Reader.Found n = reader.find("n", "n");
    Kind kind = kind(policy, problems);
    List<String> named = Json.texts(of.value());
    if (kind == Kind.SPECIFIC && named.isEmpty()) {
      problems.error(of.path(), "required", "expected the tasks to wait for, found none");
    }
    int count = count(policy, n, problems);
    return new JoinSource(
        kind,
        kind == Kind.COUNT ? count : 0,
        named,
        of.path(),
        n.path(),
        Boolean.TRUE.equals(reader.find("strict", "strict").value()),
        "cancel".equals(reader.find("rest", "rest").value()),
        merge(reader.find("merge", "merge"), problems),
        timeoutMillis(task, aggregation));
  }

  private static Kind kind(Reader.Found policy, Problems problems) {
    return switch (policy.text()) {
      case "", "all" -> Kind.ALL;
      case "any", "anyone", "one", "n" -> Kind.COUNT;
      case "specific" -> Kind.SPECIFIC;
      default -> {
        problems.error(
            policy.path(),
            "invalid_value",
            "expected all, any, anyone, n or specific, found " + Json.shown(policy.value()));
        yield Kind.ALL;
      }
    };
  }

  private static int count(Reader.Found policy, Reader.Found n, Problems problems) {
    if (!policy.text().equals("n")) {
      return 1;
    }
    Long given = Json.integer(n.value());
    if (given == null || given < 1) {
      problems.error(
          n.path(), "required", "expected how many arrivals are needed, found " + n.shown());
      return 1;
    }
    return Math.clamp(given, 1, Integer.MAX_VALUE);
  }

  private static Merge merge(Reader.Found merge, Problems problems) {
    return switch (merge.text()) {
      case "", "keyed" -> Merge.KEYED;
      case "array" -> Merge.ARRAY;
      case "shallow" -> Merge.SHALLOW;
      default -> {
        problems.error(
            merge.path(),
            "invalid_value",
            "expected keyed, array or shallow, found " + merge.shown());
        yield Merge.KEYED;
      }
    };
  }

  /** An aggregation does nothing but wait, so its own timeout is the join's. */
  private static long timeoutMillis(TaskDocument task, boolean aggregation) {
    long own = Json.millis(task.object("join").get("timeout"));
    return own > 0 || !aggregation ? own : task.timeoutMillis();
  }

  /** Finds a field in {@code join}, else in the parameters of an aggregation. */
  private record Reader(TaskDocument task, boolean aggregation) {

    private Found find(String name, String parameter) {
      Map<?, ?> join = task.object("join");
      String path = Json.member(task.path("join"), name);
      if (!aggregation || !Json.blank(join.get(name))) {
        return new Found(join.get(name), path);
      }
      TaskDocument.Argument first = task.argument(parameter);
      TaskDocument.Argument argument = first.given() ? first : task.argument(name);
      return argument.given()
          ? new Found(argument.value(), argument.path())
          : new Found(null, first.path());
    }

    private record Found(@Nullable Object value, String path) {

      private String text() {
        return value == null ? "" : value.toString();
      }

      private String shown() {
        return value == null ? "nothing" : Json.shown(value);
      }
    }
  }
}
