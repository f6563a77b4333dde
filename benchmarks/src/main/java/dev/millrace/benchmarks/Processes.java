package dev.millrace.benchmarks;

import dev.millrace.engine.JsonValue;
import dev.millrace.transport.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The processes that are measured, as documents of the process API. */
final class Processes {

  /** The input of all of them. */
  static final Map<String, Object> INPUT = Map.of("amount", 120L, "customer", "Wang");

  /** How wide {@link #fanOut} is. */
  static final int BRANCHES = 100;

  private static final Map<String, Object> LARGE =
      Map.of("type", "integer", "value1", "{{sum.output}}", "operation", "gt", "value2", "100");

  private Processes() {}

  /** Five nodes of pure steps, one after another. */
  static Map<String, Object> five(String engine) {
    return process(
        "Five steps",
        engine,
        List.of(
            task("begin", "manual", Map.of(), "sum"),
            task("sum", "transform", text("expression", "$input.amount * 2 + 1"), "large"),
            task(
                "large",
                "condition",
                Map.of(
                    "condition_list",
                    value("array", List.of(LARGE)),
                    "true_branch",
                    value("string", "greet"),
                    "false_branch",
                    value("string", "finish"))),
            task("greet", "transform", text("expression", "'Dear ' & $input.customer"), "finish"),
            task("finish", "end", Map.of())));
  }

  /** One node: what a start costs at least. */
  static Map<String, Object> single() {
    return process("One step", "standard", List.of(task("begin", "manual", Map.of())));
  }

  /** A node that waits to be called. */
  static Map<String, Object> waiting() {
    return process(
        "Waiting",
        "standard",
        List.of(
            task("begin", "manual", Map.of(), "call"),
            task("call", "callback", Map.of(), "finish"),
            task("finish", "end", Map.of())));
  }

  /** A node that waits until the time in the input's {@code until}. */
  static Map<String, Object> timed() {
    return process(
        "Timed",
        "standard",
        List.of(
            task("begin", "manual", Map.of(), "wait"),
            task("wait", "interval", Map.of("until", value("any", "{{input.until}}")), "finish"),
            task("finish", "end", Map.of())));
  }

  /**
   * {@link #BRANCHES} branches and a join.
   *
   * @param template of the nodes in the middle
   */
  static Map<String, Object> fanOut(String template, Map<String, Object> parameters) {
    List<Object> tasks = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < BRANCHES; i++) {
      names.add("branch" + i);
    }
    tasks.add(task("begin", "manual", Map.of(), names.toArray(String[]::new)));
    names.forEach(name -> tasks.add(task(name, template, parameters, "all")));
    tasks.add(task("all", "aggregation", text("relation", "all"), "finish"));
    tasks.add(task("finish", "end", Map.of()));
    return process("Fan-out of " + BRANCHES, "standard", tasks);
  }

  /** One parameter of text. */
  static Map<String, Object> text(String name, String value) {
    return Map.of(name, value("string", value));
  }

  /** The document as a request's body. */
  static byte[] body(@Nullable Object document) {
    return Json.write(document);
  }

  /** The name of a document. */
  static String name(Object document) {
    return JsonValue.text(document, "name", "");
  }

  private static Map<String, Object> value(String type, Object value) {
    return Map.of("type", type, "value", value);
  }

  private static Map<String, Object> process(String name, String engine, List<?> tasks) {
    Map<String, Object> process = new LinkedHashMap<>();
    process.put("name", name);
    process.put("engine", engine);
    process.put("tasks", tasks);
    return process;
  }

  private static Map<String, Object> task(
      String id, String template, Map<String, Object> parameters, String... next) {
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("instId", id);
    task.put("name", id);
    task.put("template", template);
    if (!parameters.isEmpty()) {
      task.put("parameters", parameters);
    }
    if (next.length > 0) {
      task.put("connections", List.of(next));
    }
    return task;
  }
}
