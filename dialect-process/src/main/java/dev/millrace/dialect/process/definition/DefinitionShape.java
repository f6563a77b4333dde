package dev.millrace.dialect.process.definition;

import dev.millrace.engine.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The structure every definition must have, a draft too. Unknown members are left alone. */
final class DefinitionShape {
  static final int TASKS_MAX = 2000;
  static final long ITERATIONS_MAX = 1_000_000;
  private static final int ID_LENGTH_MAX = 100;
  private static final int NAME_LENGTH_MAX = 200;
  private static final int DESCRIPTION_LENGTH_MAX = 500;
  private static final int VERSION_LENGTH_MAX = 50;
  private static final int OUTCOME_LENGTH_MAX = 50;
  private static final long RETRIES_MAX = 1000;
  private static final long RATE_MAX = 100;

  /** The roots of paths in expressions; a task of that name could not be referred to. */
  private static final Set<String> RESERVED_IDS =
      Set.of(
          "input",
          "trigger",
          "variable",
          "env",
          "process",
          "item",
          "index",
          "total",
          "instance",
          "error",
          "failure",
          "moment",
          "secret",
          "now",
          "tasks",
          "vars");

  /** Starts per second; 0 for no limit. */
  private static final Shape RATE = Shape.number(0, Integer.MAX_VALUE);

  private static final Shape ID_OR_EMPTY = Shape.text(0, ID_LENGTH_MAX);
  private static final Shape REFERENCE =
      Shape.visible(
          Shape.text(
              1,
              ID_LENGTH_MAX,
              Pattern.compile("[^/ ?#{}]+"),
              "the instId of a task, without blanks and / ? # { }"));
  private static final Shape TASK_ID =
      Shape.visible(
          Shape.text(
              1,
              ID_LENGTH_MAX,
              Pattern.compile("[^/ ?#{}.*@|%\"'\\\\]+"),
              "an id without blanks and . * @ | / ? # { } % \" ' \\"));
  private static final Shape SECONDS = Shape.number(0, Long.MAX_VALUE);
  private static final Shape EXPRESSION =
      Shape.kind("an expression or a condition object", String.class, Map.class);
  private static final Shape TEXTS = Shape.list(Shape.text(0, Integer.MAX_VALUE), TASKS_MAX);

  private static final Shape CONNECTION =
      Shape.object()
          .with("to", REFERENCE)
          .with("on", Shape.text(0, OUTCOME_LENGTH_MAX))
          .with(
              "when",
              Shape.kind(
                  "an expression, a condition object, true or false",
                  String.class,
                  Map.class,
                  Boolean.class))
          .with("default", Shape.FLAG)
          .with("label", Shape.text(0, Integer.MAX_VALUE))
          .requires("to")
          .close();

  private static final Shape PARAMETER =
      Shape.object()
          .with("label", Shape.text(0, Integer.MAX_VALUE))
          .with(
              "type",
              Shape.word(
                  "string", "integer", "float", "number", "boolean", "array", "object", "any"))
          .with("required", Shape.FLAG)
          .with("enum", Shape.list(Shape.ANY, Integer.MAX_VALUE))
          .with("min", Shape.number(Long.MIN_VALUE, Long.MAX_VALUE))
          .with("max", Shape.number(Long.MIN_VALUE, Long.MAX_VALUE))
          .with("pattern", Shape.text(0, Integer.MAX_VALUE))
          .with("secret", Shape.FLAG)
          .with("description", Shape.text(0, Integer.MAX_VALUE));

  static final Shape.Fields RETRY =
      Shape.object()
          .with("count", Shape.integer(0, RETRIES_MAX))
          .with("period", SECONDS)
          .with("interval", SECONDS)
          .with("backoff", Shape.word("fixed", "linear", "exponential"))
          .with("rate", Shape.number(1, RATE_MAX))
          .with("maxInterval", SECONDS)
          .with("jitter", Shape.word("none", "full", "equal"))
          .with("maxElapsed", SECONDS)
          .with("on", TEXTS)
          .with("notOn", TEXTS)
          .with(
              "then",
              Shape.word(
                  "stop", "ignore", "catch", "throw", "terminate", "compensate", "incident"));

  private static final Shape CATCH =
      Shape.either(
          List.class,
          Shape.list(
              Shape.object()
                  .with("on", TEXTS)
                  .with("when", EXPRESSION)
                  .with("branch", REFERENCE)
                  .requires("branch"),
              TASKS_MAX),
          Shape.object().with("branch", ID_OR_EMPTY));

  static final Shape.Fields ERROR_HANDLER =
      Shape.object()
          .with(
              "operation",
              Shape.word(
                  "",
                  "stop",
                  "ignore",
                  "retry",
                  "catch",
                  "throw",
                  "throwException",
                  "terminate",
                  "compensate",
                  "incident"))
          .with("retryCount", Shape.integer(0, Long.MAX_VALUE))
          .with("retryInterval", SECONDS)
          .with("exception_branch", ID_OR_EMPTY)
          .with("exceptionBranch", ID_OR_EMPTY)
          .with("retry", RETRY)
          .with("catch", CATCH)
          .with("exceptionType", Shape.text(0, Integer.MAX_VALUE))
          .with("exceptionMsg", Shape.text(0, Integer.MAX_VALUE));

  /** What a condition of the visual editor compares by. */
  static final List<String> OPERATIONS =
      List.of(
          "equal",
          "not_equal",
          "contain",
          "not_contain",
          "start_with",
          "not_start_with",
          "end_with",
          "not_end_with",
          "regex",
          "gt",
          "gte",
          "lt",
          "lte");

  private static final Shape STOP_CONDITION =
      Shape.object()
          .with("type", Shape.text(0, Integer.MAX_VALUE))
          .with(
              "operation",
              Shape.word(Stream.concat(OPERATIONS.stream(), Stream.of("")).toArray(String[]::new)));

  static final Shape.Fields LOOP_HANDLER =
      Shape.object()
          .with(
              "loopType",
              Shape.word("", "for", "forEach", "while", "do_while", "do...while", "until"))
          .with("times", Shape.either(String.class, Shape.ANY, Shape.integer(0, ITERATIONS_MAX)))
          .with("while", EXPRESSION)
          .with("until", EXPRESSION)
          .with("stopCond", STOP_CONDITION)
          .with("maxIteration", Shape.integer(1, ITERATIONS_MAX))
          .with("concurrency", Shape.integer(0, Integer.MAX_VALUE))
          .with("onItemError", Shape.word("stop", "continue", "break"))
          .with("completion", EXPRESSION)
          .with("keepLast", Shape.integer(1, Integer.MAX_VALUE));

  static final Shape.Fields JOIN =
      Shape.object()
          .with("policy", Shape.word("all", "any", "n", "specific"))
          .with("n", Shape.integer(1, Integer.MAX_VALUE))
          .with("of", Shape.list(REFERENCE, TASKS_MAX))
          .with("strict", Shape.FLAG)
          .with("rest", Shape.word("ignore", "cancel"))
          .with("merge", Shape.word("keyed", "array", "shallow"))
          .with("timeout", SECONDS);

  static final Shape.Fields TASK =
      Shape.object()
          .with("instId", TASK_ID)
          .with("name", Shape.text(0, NAME_LENGTH_MAX))
          .with(
              "type",
              Shape.text(
                  0,
                  ID_LENGTH_MAX,
                  Pattern.compile("task|event|gateway", Pattern.CASE_INSENSITIVE),
                  "Task, Event or Gateway"))
          .with("description", Shape.text(0, DESCRIPTION_LENGTH_MAX))
          .with("template", Shape.text(1, ID_LENGTH_MAX))
          .with("positions", Shape.kind("a list or an object", List.class, Map.class))
          .with(
              "connections",
              Shape.list(
                  Shape.either(
                      String.class,
                      REFERENCE,
                      Shape.either(
                          Map.class,
                          CONNECTION,
                          Shape.kind("the instId of a task or an object with to", String.class))),
                  TASKS_MAX))
          .with("parameters", Shape.members(PARAMETER))
          .with("errorHandler", ERROR_HANDLER)
          .with("loopHandler", LOOP_HANDLER)
          .with("join", JOIN)
          .with("split", Shape.word("auto", "and", "or", "xor"))
          .with("compensate", ID_OR_EMPTY)
          .with("timeout", SECONDS)
          .with("isIgnore", Shape.FLAG)
          .with("runtimes", Shape.list(Shape.ANY, Integer.MAX_VALUE))
          .with("mutex", Shape.kind("text or an object", String.class, Map.class))
          .with("pinned", Shape.OBJECT)
          .requires("instId", "template");

  private static final Shape TASKS = Shape.list(TASK, TASKS_MAX);

  /** Starts beyond the limit queue, are refused, end at once, or stop the oldest. */
  static final Shape.Fields CONCURRENCY =
      Shape.object()
          .with("limit", Shape.integer(1, ITERATIONS_MAX))
          .with("onLimit", Shape.word("", "queue", "reject", "skip", "cancelOldest"))
          .with("key", Shape.kind("an expression", String.class));

  static final Shape.Fields ON_FAILURE =
      Shape.object().with("process", Shape.text(0, NAME_LENGTH_MAX));

  static final Shape.Fields EXTENSION =
      Shape.object()
          .with("errorHandler", ERROR_HANDLER)
          .with("rateLimit", Shape.either(String.class, Shape.word(""), RATE))
          .with("concurrency", Shape.either(String.class, Shape.word(""), CONCURRENCY))
          .with("onFailure", Shape.either(String.class, Shape.word(""), ON_FAILURE))
          .with("retention", Shape.either(String.class, Shape.word(""), KeptTimes.SHAPE))
          .with("compensateOn", Shape.list(Shape.word("failed", "stopped"), 2))
          .with("siblingsOnError", Shape.word("", "stop", "cancel", "finish"))
          .with("maxVisits", Shape.integer(1, ITERATIONS_MAX))
          .with("loopLimit", Shape.word("", "end", "error"));

  static final Shape.Fields PROCESS =
      Shape.object()
          .with("id", Shape.text(0, Integer.MAX_VALUE))
          .with("name", Shape.text(1, NAME_LENGTH_MAX))
          .with("description", Shape.text(0, DESCRIPTION_LENGTH_MAX))
          .with("version", Shape.text(0, VERSION_LENGTH_MAX))
          .with("startTaskInstId", ID_OR_EMPTY)
          .with("endTaskInstId", ID_OR_EMPTY)
          .with("engine", Shape.word("fast", "standard", ""))
          .with("status", Shape.word("", "draft", "enabled", "disabled"))
          .with("creator", Shape.text(0, ID_LENGTH_MAX))
          .with("executor", Shape.text(0, ID_LENGTH_MAX))
          .with("timeout", SECONDS)
          .with("inputDataSchema", Shape.OBJECT)
          .with("outputDataSchema", Shape.OBJECT)
          .with("extension", EXTENSION)
          .with("metadata", Shape.OBJECT)
          .with("tasks", TASKS)
          .with("nodes", TASKS)
          .requires("name");

  private DefinitionShape() {}

  static void check(@Nullable Object document, Problems problems) {
    PROCESS.check(document, "$", problems);
    if (!(document instanceof Map<?, ?> map)) {
      return;
    }
    boolean tasks = map.containsKey("tasks");
    boolean nodes = map.containsKey("nodes");
    if (tasks && nodes) {
      problems.error("$.nodes", "conflict", "expected either tasks or nodes, found both");
    } else if (!tasks && !nodes) {
      problems.error("$.tasks", "required", "expected tasks, found nothing");
    }
    checkIds(map, tasks ? "tasks" : "nodes", problems);
  }

  private static void checkIds(Map<?, ?> document, String member, Problems problems) {
    Map<String, String> pathOfId = new HashMap<>();
    List<?> tasks = Json.list(document, member);
    for (int i = 0; i < tasks.size(); i++) {
      if (!(JsonValue.get(tasks.get(i), "instId") instanceof String id)) {
        continue;
      }
      String path = Json.element("$." + member, i) + ".instId";
      if (RESERVED_IDS.contains(id)) {
        problems.error(
            path, "reserved_id", "expected an id that is no root of expressions, found " + id);
      }
      String before = pathOfId.putIfAbsent(id, path);
      if (before != null) {
        problems.error(
            path, "duplicate_id", "expected a new id, found the one of " + before + " again");
      }
    }
  }
}
