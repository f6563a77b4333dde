package dev.millrace.dialect.process.definition;

import dev.millrace.engine.graph.LoopPolicy;
import dev.millrace.engine.graph.LoopPolicy.ItemError;
import dev.millrace.engine.graph.LoopPolicy.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code loopHandler}. */
final class LoopHandler {

  private LoopHandler() {}

  /** The loop of a task, or null where it has none. */
  static @Nullable LoopPolicy of(TaskDocument task, Problems problems) {
    Map<?, ?> handler = task.object("loopHandler");
    String path = task.path("loopHandler");
    Kind kind =
        switch (Json.text(handler, "loopType")) {
          case "for" -> Kind.FOR;
          case "forEach" -> Kind.FOR_EACH;
          case "while" -> Kind.WHILE;
          case "do_while", "do...while", "until" -> Kind.DO_WHILE;
          default -> null;
        };
    if (kind == null) {
      return null;
    }
    Object times = Json.blank(handler.get("times")) ? null : handler.get("times");
    Condition condition =
        switch (kind) {
          case FOR, FOR_EACH -> Condition.NONE;
          case WHILE, DO_WHILE -> condition(handler);
        };
    checkComplete(kind, handler, condition, path, problems);
    checkAsync(task, kind, path, problems);
    if (task.is(Templates.EVENT_GATEWAY)) {
      problems.error(
          path,
          "invalid_value",
          "expected no loopHandler at an event-gateway, found one; put it into the body of a loop");
    }
    return new LoopPolicy(
        kind,
        kind == Kind.FOR ? times : null,
        kind == Kind.FOR_EACH ? handler.get("items") : null,
        condition.value(),
        condition.stopWhenTrue(),
        Json.integer(handler, "maxIteration", iterationsDefault(kind, times)),
        Json.integer(handler, "concurrency", 1),
        switch (Json.text(handler, "onItemError")) {
          case "continue" -> ItemError.CONTINUE;
          case "break" -> ItemError.BREAK;
          default -> ItemError.STOP;
        },
        Json.blank(handler.get("completion")) ? null : handler.get("completion"),
        handler.get("collect"),
        Json.integer(handler, "keepLast", 0));
  }

  /** Rounds that are counted beforehand are not cut by a bound that nobody wrote down. */
  private static int iterationsDefault(Kind kind, @Nullable Object times) {
    boolean counted = kind == Kind.FOR_EACH || (kind == Kind.FOR && times != null);
    return counted ? (int) DefinitionShape.ITERATIONS_MAX : LoopPolicy.DEFAULT_MAX_ITERATION;
  }

  private static void checkComplete(
      Kind kind, Map<?, ?> handler, Condition condition, String path, Problems problems) {
    switch (kind) {
      case FOR -> {
        if (Json.blank(handler.get("times")) && handler.get("maxIteration") == null) {
          problems.error(
              path + ".times", "required", "expected times or maxIteration, found neither");
        }
      }
      case FOR_EACH -> {
        if (Json.blank(handler.get("items"))) {
          problems.error(path + ".items", "required", "expected items, found nothing");
        }
      }
      case WHILE, DO_WHILE -> {
        if (condition.value() == null) {
          problems.error(
              path + ".stopCond",
              "required",
              "expected a condition (stopCond, while or until), found none");
        }
      }
    }
  }

  /** A round that nobody waits for has no result to test. */
  private static void checkAsync(TaskDocument task, Kind kind, String path, Problems problems) {
    boolean counted =
        switch (kind) {
          case FOR, FOR_EACH -> true;
          case WHILE, DO_WHILE -> false;
        };
    if (!counted
        && task.is(Templates.SUB_WORKFLOW)
        && task.argument("operation").text().equals("async")) {
      problems.error(
          path + ".loopType",
          "invalid_value",
          "expected \"for\" or \"forEach\" over an async sub-workflow, found "
              + Json.shown(Json.text(task.object("loopHandler"), "loopType")));
    }
  }

  /** The condition of the loop's own kind first, then the others. */
  private static Condition condition(Map<?, ?> handler) {
    Map<?, ?> stop = Json.object(handler, "stopCond");
    Condition stops =
        Json.text(stop, "operation").isEmpty() ? Condition.NONE : new Condition(stop, true);
    Condition goesOn = conditionOf(handler.get("while"), false);
    Condition ends = conditionOf(handler.get("until"), true);
    return switch (Json.text(handler, "loopType")) {
      case "while" -> goesOn.or(ends).or(stops);
      case "until" -> ends.or(stops).or(goesOn);
      default -> stops.or(goesOn).or(ends);
    };
  }

  private static Condition conditionOf(@Nullable Object value, boolean stopWhenTrue) {
    return Json.blank(value) ? Condition.NONE : new Condition(value, stopWhenTrue);
  }

  private record Condition(@Nullable Object value, boolean stopWhenTrue) {
    private static final Condition NONE = new Condition(null, false);

    private Condition or(Condition other) {
      return value == null ? other : this;
    }
  }
}
